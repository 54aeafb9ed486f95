package studio

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"shelftalk/app/batch"
	"shelftalk/app/catalog"
	"shelftalk/app/check"
	"shelftalk/app/compose"
	"shelftalk/store"
)

// ExportSpec says what to write where.
type ExportSpec struct {
	Path         string           // .xlsx or .csv
	OnlyApproved bool             // leave out the copy that wasn't approved; its rows stay, and say so
	Channel      string           // of the copy; "": whichever is latest for a product
	Language     compose.Language // of the copy; "": whichever is latest for a product
}

// Export writes the catalogue's copy into a new file: the key column under its own header, then what was written, and a
// row per row of the source, in its order. Approved drafts are marked as exported once the file is whole. The error wraps
// ErrNoDrafts when there is no copy, or one of package sheet's when the file can't be written; then nothing is left of it.
func (s *Studio) Export(ctx context.Context, spec ExportSpec) (catalog.Report, error) {
	rows, written, err := s.exportRows(spec)
	if err != nil {
		return catalog.Report{}, err
	}
	if err := ctx.Err(); err != nil {
		return catalog.Report{}, err
	}
	s.mu.Lock()
	header := s.source.KeyHeader
	s.mu.Unlock()
	report, err := catalog.Export(spec.Path, rows, catalog.ExportOptions{KeyHeader: header})
	if err != nil {
		return report, err
	}
	return report, s.markExported(written)
}

// exportRows returns a row per row of the source, and the ids of the drafts in them.
func (s *Studio) exportRows(spec ExportSpec) ([]catalog.ExportRow, []string, error) {
	s.mu.Lock()
	products := s.products
	drafts := s.latest(func(v DraftView) bool {
		return (spec.Channel == "" || v.Channel == spec.Channel) && (spec.Language == "" || v.Language == spec.Language)
	})
	fates := make(map[string]fate, len(s.fates))
	for key, f := range s.fates {
		fates[key] = f
	}
	s.mu.Unlock()
	if len(products) == 0 {
		return nil, nil, ErrNoCatalogue
	}
	var out sheetRows
	var written []string
	err := s.db.View(func(tx *store.Tx) error {
		for _, p := range products {
			v, has := drafts[p.Key]
			f, tried := fates[p.Key]
			switch {
			case has && spec.OnlyApproved && v.Status != compose.StatusApproved && v.Status != compose.StatusExported:
				out.add(p, nil, "not approved")
			case has:
				r, err := getRecord(tx, v.ID)
				if err != nil {
					return err
				}
				out.add(p, &r.Draft, string(r.Draft.Status))
				written = append(written, v.ID)
			case tried:
				out.add(p, nil, statusOf(f.state, f.reason))
			default:
				out.add(p, nil, "")
			}
		}
		return nil
	})
	if err == nil && len(written) == 0 {
		err = ErrNoDrafts
	}
	return out.sorted(), written, err
}

// ExportJob writes what a job has made into a new file: a row per row of the catalogue, in the source's order. Rows without
// copy say why in their status. Nothing is marked as exported. Errors are those of Export, but for ErrNoDrafts.
func (s *Studio) ExportJob(id, path string) (catalog.Report, error) {
	rows, err := s.ledger.Rows(id)
	if err != nil {
		return catalog.Report{}, err
	}
	byKey := make(map[string]batch.Row, len(rows))
	for _, row := range rows {
		byKey[row.Key] = row
	}
	s.mu.Lock()
	products, header := s.products, s.source.KeyHeader
	s.mu.Unlock()
	var out sheetRows
	err = s.db.View(func(tx *store.Tx) error {
		for _, p := range products {
			row, in := byKey[p.Key]
			switch {
			case !in:
				out.add(p, nil, "not in this run")
			case row.State == batch.RowDone:
				r, err := getRecord(tx, row.DraftID)
				if err != nil {
					return err
				}
				out.add(p, &r.Draft, string(r.Draft.Status))
			default:
				out.add(p, nil, statusOf(row.State, row.Reason))
			}
		}
		return nil
	})
	if err != nil {
		return catalog.Report{}, err
	}
	return catalog.Export(path, out.sorted(), catalog.ExportOptions{KeyHeader: header})
}

// statusOf is what an export says about a row without a draft.
func statusOf(state batch.RowState, reason string) string {
	if reason == "" {
		return string(state)
	}
	return string(state) + ": " + reason
}

func (s *Studio) markExported(ids []string) error {
	s.editing.Lock()
	defer s.editing.Unlock()
	var marked []string
	err := s.db.Update(func(tx *store.Tx) error {
		for _, id := range ids {
			r, err := getRecord(tx, id)
			if err != nil {
				return err
			}
			if r.Draft.Status != compose.StatusApproved {
				continue
			}
			r.Draft.Status = compose.StatusExported
			if err := recordsIn.Put(tx, id, r); err != nil {
				return err
			}
			marked = append(marked, id)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("the file is written, but the drafts couldn't be marked as exported: %w", err)
	}
	for _, id := range marked {
		s.changed(id)
	}
	return nil
}

// sheetRows collects the rows of an export.
type sheetRows struct{ all []numbered }

type numbered struct {
	number int // of the source
	row    catalog.ExportRow
}

// add adds a product's rows with its draft, or without one; the rows of its variants refer to the first.
func (r *sheetRows) add(p catalog.Product, d *compose.Draft, status string) {
	row := catalog.ExportRow{Key: keyCell(p, p.Row), Status: status}
	if d != nil {
		fill(&row, d.Current())
	}
	r.all = append(r.all, numbered{p.Row, row})
	for _, number := range p.Rows {
		if number != p.Row {
			r.all = append(r.all, numbered{number, catalog.ExportRow{Key: keyCell(p, number), Status: fmt.Sprintf("variant of row %d", p.Row)}})
		}
	}
}

// sorted returns the rows in the source's order.
func (r *sheetRows) sorted() []catalog.ExportRow {
	slices.SortStableFunc(r.all, func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	out := make([]catalog.ExportRow, len(r.all))
	for i, n := range r.all {
		out[i] = n.row
	}
	return out
}

// keyCell is what stands in the key column: the source's cell, or the row's number where the file has no keys.
func keyCell(p catalog.Product, number int) string {
	if p.KeyCell == "" && strings.HasPrefix(p.Key, "row-") {
		return fmt.Sprint(number)
	}
	return p.KeyCell
}

func fill(row *catalog.ExportRow, v compose.Variant) {
	for _, f := range v.Fields {
		switch f.Name {
		case compose.FieldTitle:
			row.Title = f.Text
		case compose.FieldDescription:
			row.Description = f.Text
		case compose.FieldSEOTitle:
			row.SEOTitle = f.Text
		case compose.FieldSEODescription:
			row.SEODescription = f.Text
		default:
			if strings.HasPrefix(f.Name, "bullet_") && strings.TrimSpace(f.Text) != "" {
				row.Bullets = append(row.Bullets, f.Text)
			}
		}
	}
	for _, f := range v.Findings {
		row.Findings = append(row.Findings, findingText(f))
	}
}

func findingText(f check.Finding) string {
	return strings.ReplaceAll(f.Field, "_", " ") + ": " + f.Detail
}
