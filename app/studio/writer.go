package studio

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"

	"shelftalk/app/batch"
	"shelftalk/app/channel"
	"shelftalk/app/compose"
	"shelftalk/inference"
)

// Writer writes and judges drafts; *compose.Composer does.
type Writer interface {
	batch.Composer
	Rewrite(ctx context.Context, g compose.Generator, b compose.Brief, v compose.Variant, field string, seed uint64) iter.Seq2[inference.Chunk, error]
	Recheck(b compose.Brief, v *compose.Variant)
	Trace(b compose.Brief, v compose.Variant) []compose.TraceSpan
	Limits(b compose.Brief, v compose.Variant) (map[string]channel.Field, error)
}

// Rewrite writes one field of a draft's current variant again, streamed. When it ends by itself the text is saved, as an
// edit that can be undone; when it is cancelled or the caller stops listening, the draft stays as it was.
func (s *Studio) Rewrite(ctx context.Context, id, field string) iter.Seq2[inference.Chunk, error] {
	return func(yield func(inference.Chunk, error) bool) {
		text, whole, err := s.rewrite(ctx, id, field, func(c inference.Chunk) bool { return yield(c, nil) })
		if err == nil && whole {
			err = s.SaveField(id, field, strings.TrimSpace(text))
		}
		if err != nil {
			yield(inference.Chunk{}, err)
		}
	}
}

// rewrite streams a field and returns its text, and whether that is all of it.
func (s *Studio) rewrite(ctx context.Context, id, field string, yield func(inference.Chunk) bool) (string, bool, error) {
	detail, err := s.Draft(id)
	if err != nil {
		return "", false, err
	}
	model, release, err := s.engine.acquire(ctx)
	if err != nil {
		return "", false, err
	}
	defer release()
	b := compose.Brief{
		Product: detail.Product, Template: detail.Draft.Template, Channel: detail.Draft.Channel,
		Ruleset: detail.Ruleset, Language: detail.Draft.Language, Variants: 1, Seed: rand.Uint64(),
	}
	var text strings.Builder
	for chunk, err := range s.writer.Rewrite(ctx, model, b, detail.Draft.Current(), field, b.Seed) {
		if err != nil {
			return "", false, err
		}
		text.WriteString(chunk.Text)
		if !yield(chunk) {
			return "", false, nil
		}
	}
	return text.String(), true, ctx.Err()
}

// Again writes one more variant of a draft, makes it the current one, and tells the text as it is written. It can be undone.
func (s *Studio) Again(ctx context.Context, id string, onText func(field, text string)) error {
	detail, err := s.Draft(id)
	if err != nil {
		return err
	}
	model, release, err := s.engine.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	b := compose.Brief{
		Product: detail.Product, Template: detail.Draft.Template, Channel: detail.Draft.Channel,
		Ruleset: detail.Ruleset, Language: detail.Draft.Language, Variants: 1, Seed: rand.Uint64(),
	}
	options := compose.Options{Rows: 1}
	if onText != nil {
		options.OnText = func(_ int, field, text string) { onText(field, text) }
	}
	var fresh compose.Variant
	for o, err := range s.writer.Compose(ctx, model, slices.Values([]compose.Brief{b}), options) {
		switch {
		case err != nil:
			return err
		case o.Err != nil:
			return o.Err
		case o.Skipped != "":
			return fmt.Errorf("draft %q: %w", id, errors.New(o.Skipped))
		}
		fresh = o.Draft.Current()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.edit(id, func(r *record) error {
		r.Draft.Variants = append(r.Draft.Variants, fresh)
		r.Draft.Chosen = len(r.Draft.Variants) - 1
		r.Draft.Status = compose.StatusEdited
		s.recheck(r)
		return nil
	})
}
