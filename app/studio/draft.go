package studio

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"shelftalk/app/batch"
	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/check"
	"shelftalk/app/compose"
	"shelftalk/store"
)

// Kept is a finding that the user has accepted: it isn't shown again for the same words.
type Kept struct {
	Kind  check.Kind
	Field string
	Text  string
}

func keptOf(f check.Finding) Kept { return Kept{Kind: f.Kind, Field: f.Field, Text: f.Text} }

// record is a draft as stored, with what is needed to check it and write parts of it again.
type record struct {
	Draft   compose.Draft
	Product catalog.Product // as it was when the draft was written
	Ruleset compose.Ruleset // likewise
	Seed    uint64
	Kept    []Kept
}

func (r record) brief() compose.Brief {
	return compose.Brief{
		Product: r.Product, Template: r.Draft.Template, Channel: r.Draft.Channel, Ruleset: r.Ruleset,
		Language: r.Draft.Language, Variants: 1, Seed: r.Seed,
	}
}

// step is what an edit can change: what undo goes back to.
type step struct {
	Draft compose.Draft
	Kept  []Kept
}

// history is a draft's past and, after an undo, its future; the nearest step last.
type history struct {
	Undo []step
	Redo []step
}

// historySteps is how many edits of a draft can be undone.
const historySteps = 100

// DraftView is a draft in a list.
type DraftView struct {
	ID         string
	ProductKey string
	Row        int // of the source
	Title      string
	Channel    string
	Language   compose.Language
	Status     compose.Status
	Findings   int
	First      check.Finding // the first finding, when there is one: a Must before a Should
	Variants   int
	Updated    time.Time
}

// mirror is what is kept in memory of a stored draft.
type mirror struct {
	view    DraftView
	product catalog.Product
}

// DraftDetail is a draft with all that belongs to it.
type DraftDetail struct {
	Draft            compose.Draft
	Product          catalog.Product
	Trace            []compose.TraceSpan // facts used by the current variant
	Channel          channel.Channel
	Limits           map[string]channel.Field // of each field of the current variant
	Ruleset          compose.Ruleset
	CanUndo, CanRedo bool
}

func (r record) view() DraftView {
	v := r.Draft.Current()
	out := DraftView{
		ID: r.Draft.ID, ProductKey: r.Draft.ProductKey, Row: r.Draft.Row, Title: r.Product.Value(catalog.Title),
		Channel: r.Draft.Channel, Language: r.Draft.Language, Status: r.Draft.Status, Findings: len(v.Findings),
		Variants: len(r.Draft.Variants), Updated: r.Draft.Updated,
	}
	for _, f := range v.Findings {
		if out.First.Kind == "" || (out.First.Severity != check.Must && f.Severity == check.Must) {
			out.First = f
		}
	}
	return out
}

// Drafts returns the drafts of the catalogue's products, in the order of the source.
func (s *Studio) Drafts() ([]DraftView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.ours()
	slices.SortFunc(out, func(a, b DraftView) int { return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// Draft returns one draft, or an error that wraps ErrNotFound.
func (s *Studio) Draft(id string) (DraftDetail, error) {
	var r record
	var h history
	err := s.db.View(func(tx *store.Tx) (err error) {
		if r, err = getRecord(tx, id); err != nil {
			return err
		}
		h, err = historyIn.GetOr(tx, id, history{})
		return err
	})
	if err != nil {
		return DraftDetail{}, err
	}
	c, err := s.Channel(r.Draft.Channel)
	if err != nil {
		return DraftDetail{}, err
	}
	limits, err := s.writer.Limits(r.brief(), r.Draft.Current())
	if err != nil {
		return DraftDetail{}, err
	}
	return DraftDetail{
		Limits: limits, Draft: r.Draft, Product: r.Product, Trace: s.writer.Trace(r.brief(), r.Draft.Current()), Channel: c,
		Ruleset: r.Ruleset, CanUndo: len(h.Undo) > 0, CanRedo: len(h.Redo) > 0,
	}, nil
}

func getRecord(tx *store.Tx, id string) (record, error) {
	r, err := recordsIn.Get(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return r, fmt.Errorf("draft %q: %w", id, ErrNotFound)
	}
	return r, err
}

// SaveField sets a field's text in the current variant. The draft is then edited, whatever it was.
func (s *Studio) SaveField(id, field, text string) error {
	return s.edit(id, func(r *record) error { return s.setField(r, field, text) })
}

func (s *Studio) setField(r *record, field, text string) error {
	if len(r.Draft.Variants) == 0 {
		return fmt.Errorf("field %q: %w", field, ErrNotFound)
	}
	v := &r.Draft.Variants[r.Draft.Chosen]
	at := slices.IndexFunc(v.Fields, func(f compose.Field) bool { return f.Name == field })
	if at < 0 {
		v.Fields = append(v.Fields, compose.Field{Name: field, Text: text})
	} else {
		v.Fields[at].Text = text
	}
	r.Draft.Status = compose.StatusEdited
	s.recheck(r)
	return nil
}

// recheck judges the current variant again, and leaves out the findings that the user has kept.
func (s *Studio) recheck(r *record) {
	if len(r.Draft.Variants) == 0 {
		return
	}
	v := &r.Draft.Variants[r.Draft.Chosen]
	s.writer.Recheck(r.brief(), v)
	v.Findings = slices.DeleteFunc(v.Findings, func(f check.Finding) bool { return slices.Contains(r.Kept, keptOf(f)) })
}

// KeepFinding accepts a finding: the same words in the same field aren't found again. It can be undone.
func (s *Studio) KeepFinding(id string, f check.Finding) error {
	return s.edit(id, func(r *record) error {
		if k := keptOf(f); !slices.Contains(r.Kept, k) {
			r.Kept = append(slices.Clone(r.Kept), k)
		}
		s.recheck(r)
		return nil
	})
}

// Choose makes a variant the current one.
func (s *Studio) Choose(id string, variant int) error {
	return s.edit(id, func(r *record) error {
		if variant < 0 || variant >= len(r.Draft.Variants) {
			return fmt.Errorf("variant %d: %w", variant+1, ErrNotFound)
		}
		r.Draft.Chosen = variant
		r.Draft.Status = compose.StatusEdited
		s.recheck(r)
		return nil
	})
}

// Approve marks a draft as approved. The error wraps ErrFindings while a finding stands that has to be dealt with.
func (s *Studio) Approve(id string) error {
	return s.edit(id, func(r *record) error {
		for _, f := range r.Draft.Current().Findings {
			if f.Severity == check.Must {
				return ErrFindings
			}
		}
		r.Draft.Status = compose.StatusApproved
		return nil
	})
}

// Unapprove takes an approval back.
func (s *Studio) Unapprove(id string) error {
	return s.edit(id, func(r *record) error {
		r.Draft.Status = compose.StatusEdited
		return nil
	})
}

// Undo takes the last change of a draft back, whatever it was: an edit, a choice, an approval, a job that wrote it anew.
func (s *Studio) Undo(id string) error {
	return s.travel(id, func(h *history) (from, to *[]step) { return &h.Undo, &h.Redo })
}

// Redo takes the last Undo back.
func (s *Studio) Redo(id string) error {
	return s.travel(id, func(h *history) (from, to *[]step) { return &h.Redo, &h.Undo })
}

func (s *Studio) travel(id string, way func(*history) (from, to *[]step)) error {
	s.editing.Lock()
	defer s.editing.Unlock()
	err := s.db.Update(func(tx *store.Tx) error {
		r, err := getRecord(tx, id)
		if err != nil {
			return err
		}
		h, err := historyIn.GetOr(tx, id, history{})
		if err != nil {
			return err
		}
		from, to := way(&h)
		if len(*from) == 0 {
			return fmt.Errorf("draft %q: %w", id, ErrNothing)
		}
		last := (*from)[len(*from)-1]
		*from = (*from)[:len(*from)-1]
		*to = append(*to, step{r.Draft, r.Kept})
		r.Draft, r.Kept = last.Draft, last.Kept
		return errors.Join(recordsIn.Put(tx, id, r), historyIn.Put(tx, id, h))
	})
	if err != nil {
		return err
	}
	s.changed(id)
	return nil
}

// edit changes a draft so that it can be undone.
func (s *Studio) edit(id string, fn func(*record) error) error {
	s.editing.Lock()
	defer s.editing.Unlock()
	err := s.db.Update(func(tx *store.Tx) error {
		r, err := getRecord(tx, id)
		if err != nil {
			return err
		}
		before := step{cloneDraft(r.Draft), r.Kept}
		if err := fn(&r); err != nil {
			return fmt.Errorf("draft %q: %w", id, err)
		}
		r.Draft.Updated = time.Now()
		if err := remember(tx, id, before); err != nil {
			return err
		}
		return recordsIn.Put(tx, id, r)
	})
	if err != nil {
		return err
	}
	s.changed(id)
	return nil
}

// remember puts a step into a draft's past, which ends its future.
func remember(tx *store.Tx, id string, before step) error {
	h, err := historyIn.GetOr(tx, id, history{})
	if err != nil {
		return err
	}
	h.Undo, h.Redo = append(h.Undo, before), nil
	if over := len(h.Undo) - historySteps; over > 0 {
		h.Undo = h.Undo[over:]
	}
	return historyIn.Put(tx, id, h)
}

// keepDraft stores a draft that a job has written, inside the transaction that finishes its row. A draft that was there
// before can be brought back by Undo.
func (s *Studio) keepDraft(tx *store.Tx, b compose.Brief, d compose.Draft) error {
	d.Model = firstOf(d.Model, s.engine.current().File)
	d.RulesetID = b.Ruleset.ID
	if d.Status == "" {
		d.Status = compose.StatusDraft
	}
	if d.Created.IsZero() {
		d.Created = time.Now()
	}
	if d.Updated.IsZero() {
		d.Updated = d.Created
	}
	old, err := recordsIn.Get(tx, d.ID)
	if err == nil {
		err = remember(tx, d.ID, step{old.Draft, old.Kept})
	} else if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return err
	}
	return recordsIn.Put(tx, d.ID, record{Draft: d, Product: b.Product, Ruleset: b.Ruleset, Seed: b.Seed})
}

// refresh mirrors a stored draft.
func (s *Studio) refresh(id string) {
	var r record
	err := s.db.View(func(tx *store.Tx) (err error) {
		r, err = getRecord(tx, id)
		return err
	})
	if err != nil {
		return // it is listed as it was; opening it will tell
	}
	s.mu.Lock()
	s.index[id] = mirror{view: r.view(), product: r.Product}
	s.mu.Unlock()
}

func (s *Studio) changed(id string) {
	s.refresh(id)
	s.tell(Event{Kind: DraftChanged, DraftID: id})
}

// productStatus is what the catalogue shows for a product.
func productStatus(draft DraftView, has bool, f fate, tried bool) ProductStatus {
	switch {
	case tried && f.state == batch.RowFailed:
		return ProductFailed
	case tried && f.state == batch.RowSkipped:
		return ProductThin
	case has:
		return ProductStatus(draft.Status)
	}
	return ProductNone
}

// cloneDraft copies a draft deep enough for its variants' fields and findings to be changed.
func cloneDraft(d compose.Draft) compose.Draft {
	d.Variants = slices.Clone(d.Variants)
	for i := range d.Variants {
		d.Variants[i].Fields = slices.Clone(d.Variants[i].Fields)
		d.Variants[i].Findings = slices.Clone(d.Variants[i].Findings)
	}
	return d
}
