package compose

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"shelftalk/app/check"
	"shelftalk/inference"
)

// Rewrite makes one field of a variant again, the fields before it kept, and streams it: the chunks' Slot is the field's
// name, their texts, joined, are its new text. Judge it with Recheck when it is done.
func (c *Composer) Rewrite(ctx context.Context, g Generator, b Brief, v Variant, field string, seed uint64) iter.Seq2[inference.Chunk, error] {
	return func(yield func(inference.Chunk, error) bool) {
		request, err := c.rewriting(b, v, field, seed)
		if err != nil {
			yield(inference.Chunk{}, err)
			return
		}
		written, slot := "", ""
		for chunk, err := range g.Generate(ctx, request) {
			if err != nil {
				yield(inference.Chunk{}, err)
				return
			}
			if chunk.Slot != slot && written != "" { // the next sentence
				end := strings.TrimPrefix(ended(written, b.Language), written)
				if b.Language != Chinese {
					end += " "
				}
				chunk.Text = end + chunk.Text
			}
			slot = chunk.Slot
			written += chunk.Text
			last := lastSlot(request)
			chunk.Done = chunk.Done && chunk.Slot == last
			chunk.Slot = field
			if !yield(chunk, nil) {
				return
			}
		}
	}
}

func lastSlot(r inference.Request) string {
	for _, p := range slices.Backward(r.Frame) {
		if p.Slot != nil {
			return p.Slot.Name
		}
	}
	return ""
}

// rewriting is the request for one field: what stands before it forced, what stands behind it left out.
func (c *Composer) rewriting(b Brief, v Variant, field string, seed uint64) (inference.Request, error) {
	j, err := c.prepare(b)
	if err != nil {
		return inference.Request{}, err
	}
	if !j.hasFacts() {
		return inference.Request{}, ErrNothingToSay
	}
	if !slices.ContainsFunc(v.Fields, func(f Field) bool { return f.Name == field }) {
		return inference.Request{}, fmt.Errorf("%w: %q", ErrField, field)
	}
	j.openPrinted(field)
	pieces := j.keep(v.Fields, map[string]bool{field: true})
	end := 0
	for i, p := range pieces {
		if fieldOf(p.slot) == field {
			end = i + 1
		}
	}
	if end == 0 {
		return inference.Request{}, fmt.Errorf("%w: %q", ErrField, field)
	}
	r := j.request(pieces[:end], 0, 0, nil)
	r.Seed = seed
	r.Params.Temperature = max(r.Params.Temperature, 0.7) // asked for again: something else is wanted
	return r, nil
}

// keep makes a page's pieces with the texts of fields, but for the open ones. A description's sentences are dealt to its
// slots again.
func (j *job) keep(fields []Field, open map[string]bool) []piece {
	texts := map[string]string{}
	for _, f := range fields {
		texts[f.Name] = f.Text
	}
	sentences := check.Sentences(texts[FieldDescription])
	described := 0
	for _, p := range j.pieces {
		if fieldOf(p.slot) == FieldDescription {
			described++
		}
	}
	var out []piece
	nth := 0
	for _, p := range j.pieces {
		name := fieldOf(p.slot)
		if !open[name] {
			p.fixed = texts[name]
			if name == FieldDescription {
				p.fixed = sentencesOf(texts[name], sentences, nth, described)
				nth++
			}
			if p.fixed == "" {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// sentencesOf is the nth of count shares of a text's sentences; the last share takes the rest.
func sentencesOf(text string, all []check.Span, nth, count int) string {
	if nth >= len(all) {
		return ""
	}
	end := all[nth].End
	if nth == count-1 {
		end = all[len(all)-1].End
	}
	return text[all[nth].Start:end]
}

// openPrinted makes a slot of a bullet that code prints, so that the model can word it; a bullet beyond the plan's (added
// by hand) gets one without a fact.
func (j *job) openPrinted(name string) {
	if !check.IsBullet(name) || slices.ContainsFunc(j.pieces, func(p piece) bool { return p.slot == name }) {
		return
	}
	p := piece{slot: name, cue: j.template.cue(j.template.Labels.Bullet, nil)}
	for i, f := range j.plan.bullets {
		if bulletName(i) == name {
			p.facts = []fact{f}
			p.cue = j.template.cue(j.template.Labels.Bullet, p.facts)
		}
	}
	at := 0
	for i, other := range j.pieces {
		if fieldOf(other.slot) == FieldDescription || check.IsBullet(other.slot) && other.slot < name {
			at = i + 1
		}
	}
	j.pieces = slices.Insert(j.pieces, at, p)
}
