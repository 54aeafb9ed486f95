package present

import (
	"context"
	"errors"
	"iter"
	"slices"

	"shelftalk/app/check"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
	"shelftalk/inference"
)

// EditorService is what the editor needs of the studio.
type EditorService interface {
	Draft(id string) (studio.DraftDetail, error)
	Drafts() ([]studio.DraftView, error)
	SaveField(id, field, text string) error
	KeepFinding(id string, f check.Finding) error
	Choose(id string, variant int) error
	Approve(id string) error
	Unapprove(id string) error
	Undo(id string) error
	Redo(id string) error
	Rewrite(ctx context.Context, id, field string) iter.Seq2[inference.Chunk, error]
	Again(ctx context.Context, id string, onText func(field, text string)) error
	Subscribe(func(studio.Event)) (cancel func())
}

// Editor is the page of one draft: read, edit by field, cure findings, write again, approve, go on to the next.
type Editor struct {
	// OnChange is called on the window's thread when State has something new.
	OnChange func()
	// OnLast is called when there is no further draft to go on to.
	OnLast func()

	stage *Stage
	svc   EditorService
	sheet draftSheet
	id    string
	undo  [2]bool  // can undo, can redo
	order []string // drafts in the order of the list that the user came from
	done  map[string]bool
	voice string // the ruleset's name

	problem *Problem
	stop    func() // ends the writing
	turn    int    // of writing: text that comes from an earlier one is late
	last    chan struct{}
	texts   *Latest[written]
	changed *Latest[string]
	cancel  func()
}

// written is text that came in a turn of writing.
type written struct {
	turn  int
	field string
	texts map[string]string
}

// NewEditor returns the presenter; Open shows a draft.
func NewEditor(stage *Stage, svc EditorService) *Editor {
	p := &Editor{stage: stage, svc: svc, OnChange: func() {}, OnLast: func() {}, last: make(chan struct{})}
	close(p.last)
	p.texts = NewLatest(stage.Dispatch, frame, p.wrote)
	p.changed = NewLatest(stage.Dispatch, 2*frame, func(id string) {
		if id == p.id && p.sheet.writing == "" {
			p.reload(nil)
		}
	})
	return p
}

// Open shows a draft, and goes on from it through the list that the stage has, or through all drafts when it isn't on that.
func (p *Editor) Open(id string) {
	if p.cancel == nil {
		p.cancel = p.svc.Subscribe(p.hear)
	}
	p.order = p.stage.Reading
	p.show(id)
}

// Close ends what is being written and the subscription.
func (p *Editor) Close() {
	p.StopWriting()
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

func (p *Editor) show(id string) {
	p.StopWriting()
	p.id, p.problem = id, nil
	p.reload(nil)
}

func (p *Editor) hear(e studio.Event) {
	if e.Kind == studio.DraftChanged {
		p.changed.Set(e.DraftID)
	}
}

// run does work in the order in which it was asked for, beside the window's thread, and then done on it.
func (p *Editor) run(work func(context.Context) error, done func(error)) {
	before, mine := p.last, make(chan struct{})
	p.last = mine
	p.stage.Go(func(ctx context.Context) error {
		defer close(mine)
		<-before
		return work(ctx)
	}, done)
}

// reload reads the draft again and then calls then, when it isn't nil.
func (p *Editor) reload(then func()) {
	id := p.id
	var d studio.DraftDetail
	var all []studio.DraftView
	p.run(func(context.Context) (err error) {
		if d, err = p.svc.Draft(id); err != nil {
			return err
		}
		all, err = p.svc.Drafts()
		return err
	}, func(err error) {
		if id != p.id {
			return
		}
		if err != nil {
			p.problem = Explain(p.stage.Say, err)
			p.sheet.writing = ""
			p.OnChange()
			return
		}
		p.sheet.draft, p.sheet.product, p.sheet.trace, p.sheet.channel = d.Draft, d.Product, d.Trace, d.Channel
		p.undo, p.voice = [2]bool{d.CanUndo, d.CanRedo}, d.Ruleset.Name
		p.list(all)
		p.OnChange()
		if then != nil {
			then()
		}
	})
}

// list notes which drafts are done, and drops from the order what is no longer there.
func (p *Editor) list(all []studio.DraftView) {
	p.done = map[string]bool{}
	there := map[string]bool{}
	var ids []string
	for _, d := range all {
		p.done[d.ID] = d.Status == compose.StatusApproved || d.Status == compose.StatusExported
		there[d.ID] = true
		ids = append(ids, d.ID)
	}
	p.order = slices.DeleteFunc(slices.Clone(p.order), func(id string) bool { return !there[id] })
	if !slices.Contains(p.order, p.id) {
		p.order = ids
	}
}

// State returns the page as it is now.
func (p *Editor) State() EditorState {
	s := p.sheet.view(p.stage.Say)
	say := p.stage.Say
	s.Subject = channelName(say, oneChannel(p.sheet.channel), p.sheet.channel.ID) + " · " + languageName(say, p.sheet.draft.Language)
	if p.voice != "" {
		s.Subject += " · " + p.voice
	}
	s.CanUndo, s.CanRedo, s.Problem = p.undo[0], p.undo[1], p.problem
	if i := slices.Index(p.order, p.id); i >= 0 {
		s.Position = say("jobs.count", i+1, len(p.order))
	}
	if s.Writing != "" {
		s.Blocked = say("editor.blocked.writing")
	}
	return s
}

// Counter tells the length of a text that is being typed into a field, and whether it is too long.
func (p *Editor) Counter(field, text string) (string, bool) {
	return p.sheet.counter(p.stage.Say, field, text)
}

// ready reports whether the draft that was asked for is the one that is shown. Until then nothing is done to it: nobody has seen it.
func (p *Editor) ready() bool { return p.id != "" && p.sheet.draft.ID == p.id }

// Edit sets a field's text: of the draft that is shown, even where another one has been asked for.
func (p *Editor) Edit(field, text string) {
	id := p.sheet.draft.ID
	if id == "" || text == p.sheet.current(field) {
		return
	}
	p.act(func(context.Context) error { return p.svc.SaveField(id, field, text) })
}

// act does a change of the shown draft and reads it again.
func (p *Editor) act(change func(context.Context) error) {
	p.run(change, func(err error) {
		if errors.Is(err, studio.ErrNothing) {
			err = nil
		}
		p.problem = Explain(p.stage.Say, err)
		p.reload(nil)
	})
}

// Cure does what a button of the i-th finding says. Editing by hand is the page's own business.
func (p *Editor) Cure(i int, cure CureID) {
	v := p.sheet.draft.Current()
	if !p.ready() || i < 0 || i >= len(v.Findings) {
		return
	}
	f := v.Findings[i]
	switch cure {
	case CureRemove:
		if text := p.sheet.without(f); text != "" {
			p.Edit(f.Field, text)
		}
	case CureUse:
		if text := p.sheet.offer(f); text != "" {
			p.Edit(f.Field, text)
		}
	case CureKeep:
		id := p.id
		p.act(func(context.Context) error { return p.svc.KeepFinding(id, f) })
	case CureAgain:
		p.Rewrite(f.Field)
	}
}

// Choose takes another variant.
func (p *Editor) Choose(variant int) {
	if !p.ready() || variant == p.sheet.draft.Chosen {
		return
	}
	id := p.id
	p.act(func(context.Context) error { return p.svc.Choose(id, variant) })
}

// Undo takes the last change back.
func (p *Editor) Undo() {
	if !p.ready() {
		return
	}
	id := p.id
	p.act(func(context.Context) error { return p.svc.Undo(id) })
}

// Redo brings it again.
func (p *Editor) Redo() {
	if !p.ready() {
		return
	}
	id := p.id
	p.act(func(context.Context) error { return p.svc.Redo(id) })
}

// Approve approves the draft, or takes the approval back.
func (p *Editor) Approve() {
	if !p.ready() {
		return
	}
	id := p.id
	if p.done[id] {
		p.act(func(context.Context) error { return p.svc.Unapprove(id) })
		return
	}
	p.act(func(context.Context) error { return p.svc.Approve(id) })
}

// ApproveNext approves the draft and goes on to the next one that isn't approved.
func (p *Editor) ApproveNext() {
	if !p.ready() {
		return
	}
	id := p.id
	if p.done[id] {
		p.Skip()
		return
	}
	p.run(func(context.Context) error { return p.svc.Approve(id) }, func(err error) {
		if p.problem = Explain(p.stage.Say, err); err != nil {
			p.OnChange()
			return
		}
		p.done[id] = true
		if id == p.id {
			p.Skip()
		}
	})
}

// Skip goes on to the next draft that isn't approved, as it is.
func (p *Editor) Skip() {
	at := slices.Index(p.order, p.id)
	for _, id := range p.order[at+1:] {
		if !p.done[id] {
			p.show(id)
			return
		}
	}
	p.reload(p.OnLast)
}

// Rewrite writes a field again; its text comes as it is written. StopWriting leaves the old one.
func (p *Editor) Rewrite(field string) {
	id := p.id
	p.write(field, func(ctx context.Context, tell func(field, text string)) error {
		text := ""
		for chunk, err := range p.svc.Rewrite(ctx, id, field) {
			if err != nil {
				return err
			}
			text += chunk.Text
			tell(field, text)
		}
		return ctx.Err()
	})
}

// Again writes one more variant.
func (p *Editor) Again() {
	id := p.id
	p.write(writingAll, func(ctx context.Context, tell func(field, text string)) error {
		return p.svc.Again(ctx, id, tell)
	})
}

// write runs one turn of writing. There is one at a time.
func (p *Editor) write(what string, work func(ctx context.Context, tell func(field, text string)) error) {
	if !p.ready() || p.sheet.writing != "" {
		return
	}
	p.turn++
	turn := p.turn
	p.problem = nil
	p.sheet.writing, p.sheet.stream, p.sheet.at = what, map[string]string{}, ""
	so := map[string]string{}
	tell := func(field, text string) {
		p.texts.Update(func(w *written) {
			so[field] = text
			w.turn, w.field = turn, field
			w.texts = make(map[string]string, len(so))
			for k, v := range so {
				w.texts[k] = v
			}
		})
	}
	before := p.last // edits that were asked for earlier; later ones needn't wait for the model
	p.stop = p.stage.Go(func(ctx context.Context) error {
		<-before
		return work(ctx, tell)
	}, func(err error) {
		if turn != p.turn {
			return
		}
		p.stop = nil
		p.problem = Explain(p.stage.Say, err)
		p.turn++
		p.reload(p.finished)
	})
	p.OnChange()
}

// finished shows the kept text instead of the stream.
func (p *Editor) finished() {
	p.sheet.writing, p.sheet.stream = "", nil
	p.OnChange()
}

// wrote shows text that is being written.
func (p *Editor) wrote(w written) {
	if w.turn != p.turn || p.sheet.writing == "" {
		return
	}
	p.sheet.stream, p.sheet.at = w.texts, w.field
	p.OnChange()
}

// StopWriting ends what is being written; the draft stays as it was.
func (p *Editor) StopWriting() {
	if p.sheet.writing == "" {
		return
	}
	if p.stop != nil {
		p.stop()
	}
	p.turn++
	p.stop = nil
	p.sheet.writing, p.sheet.stream = "", nil
	p.OnChange()
}
