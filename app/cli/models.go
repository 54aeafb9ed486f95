package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"shelftalk/app/models"
	"shelftalk/inference"
)

type modelsCmd struct {
	List   modelsListCmd   `cmd:"" help:"List the models on this machine."`
	Get    modelsGetCmd    `cmd:"" help:"Fetch models by checksum; goes on where it was interrupted."`
	Verify modelsVerifyCmd `cmd:"" help:"Compare files with their published SHA-256."`
	Remove modelsRemoveCmd `cmd:"" help:"Remove a model of the models' folder from this machine, and its packed weights."`
	Free   modelsFreeCmd   `cmd:"" help:"Remove the packed weights that make a model's next start quick; they are made anew then."`
}

// modelEntry is a model in answers.
type modelEntry struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"` // writer, embedder or test
	Path     string `json:"path"`
	Bytes    int64  `json:"bytes"`
	Verified bool   `json:"verified"`
	Packed   int64  `json:"packed_bytes,omitempty"` // of its weights kept packed
}

func entryOf(s models.State) modelEntry {
	return modelEntry{Name: s.Name, Kind: string(s.Kind), Path: s.Path, Bytes: s.Bytes, Verified: s.Verified}
}

type modelsAnswer struct {
	Models []modelEntry `json:"models"`
}

type modelsListCmd struct {
	All bool `help:"Also those that aren't here."`
}

// Run lists what is here; files that were never compared with their hash are compared now.
func (c *modelsListCmd) Run(a *app) error {
	answer := modelsAnswer{Models: []modelEntry{}}
	for _, s := range a.places.Models.List() {
		if !s.Here && !c.All {
			continue
		}
		if s.Here && !s.Verified && s.Published() {
			err := a.places.Models.Verify(a.ctx, s.Model, false, a.progress("Verifying "+s.Name))
			if err := a.ctx.Err(); err != nil {
				return err
			}
			s.Verified = err == nil
		}
		entry := entryOf(s)
		entry.Packed = inference.PackedBytes(a.places.Packed, s.Path)
		answer.Models = append(answer.Models, entry)
		state := "verified"
		switch {
		case !s.Here:
			state = "not here: shelftalk-cli models get " + s.Name
		case !s.Published():
			state = "yours, not in the table"
		case !s.Verified:
			state = "NOT the published file: shelftalk-cli models get " + s.Name
		}
		if entry.Packed > 0 {
			state += "; " + size(entry.Packed) + " of packed weights"
		}
		a.out.clear()
		purpose := map[models.Kind]string{models.Test: ", for tests only", models.Embedder: ", compares texts"}[s.Kind]
		a.out.printf("%-10s %9s  %s%s\n%-10s            %s\n", s.Name, size(s.Bytes), s.Title, purpose, "", state)
	}
	if len(answer.Models) == 0 {
		a.out.printf("No models in %s. Get one: shelftalk-cli models get %s\n", a.places.Models, defaultModel())
	}
	return a.out.document(answer)
}

type modelsFreeCmd struct {
	Names []string `arg:"" optional:"" placeholder:"NAME|PATH" help:"Names or paths (default: all models)."`
}

// Run frees what can be made anew.
func (c *modelsFreeCmd) Run(a *app) error {
	var paths []string
	for _, name := range c.Names {
		path, err := a.located(name)
		if err != nil {
			return err
		}
		paths = append(paths, path)
	}
	n := inference.FreePacked(a.places.Packed, paths...)
	a.out.printf("%s freed in %s\n", size(n), a.places.Packed)
	return a.out.document(struct {
		Freed int64 `json:"freed_bytes"`
	}{n})
}

type modelsRemoveCmd struct {
	Name string `arg:"" help:"Its name, as the list shows it."`
	Yes  bool   `short:"y" help:"Don't ask."`
}

// Run removes what is on the disk of one model, once that was confirmed.
func (c *modelsRemoveCmd) Run(a *app) error {
	model, bytes, err := a.places.Models.Kept(c.Name)
	if err != nil {
		return err
	}
	kept := size(bytes)
	if packed := inference.PackedBytes(a.places.Packed, model.Path); packed > 0 {
		kept += " and " + size(packed) + " of packed weights"
	}
	if !c.Yes {
		yes, err := a.confirm(fmt.Sprintf("Remove %s, %s?", model.Path, kept))
		if err != nil {
			return err
		}
		if !yes {
			a.out.printf("%s stays\n", c.Name)
			return a.out.document(removedAnswer{Name: c.Name})
		}
	}
	freed, err := a.places.Models.Remove(c.Name)
	if err != nil {
		return err
	}
	freed += inference.FreePacked(a.places.Packed, model.Path)
	a.out.printf("%s removed, %s freed\n", c.Name, size(freed))
	return a.out.document(removedAnswer{c.Name, true, freed})
}

type removedAnswer struct {
	Name    string `json:"name"`
	Removed bool   `json:"removed"`
	Freed   int64  `json:"freed_bytes"`
}

type modelsGetCmd struct {
	Names []string `arg:"" optional:"" help:"Names: standard, light, smollm2, gemma-270m, minilm (default: the one that suits this machine's memory)."`
}

// Run fetches one model after the other.
func (c *modelsGetCmd) Run(a *app) error {
	return a.eachModel(c.Names, func(m models.Model) error {
		return a.places.Models.Get(a.ctx, m, a.progress("Getting "+m.Name))
	})
}

type modelsVerifyCmd struct {
	Names []string `arg:"" optional:"" help:"Names (default: all that are here)."`
}

// Run hashes files anew, whatever is remembered of them.
func (c *modelsVerifyCmd) Run(a *app) error {
	names := c.Names
	if len(names) == 0 {
		for _, s := range a.places.Models.List() {
			if s.Here && s.Published() {
				names = append(names, s.Name)
			}
		}
		if len(names) == 0 {
			return fmt.Errorf("%w: there are no models in %s", models.ErrMissing, a.places.Models)
		}
	}
	return a.eachModel(names, func(m models.Model) error {
		return a.places.Models.Verify(a.ctx, m, true, a.progress("Verifying "+m.Name))
	})
}

func (a *app) eachModel(names []string, do func(models.Model) error) error {
	if len(names) == 0 {
		names = []string{defaultModel()}
	}
	answer := modelsAnswer{Models: []modelEntry{}}
	var failures []error
	for _, name := range names {
		m, err := models.ByName(name)
		if err != nil {
			return err
		}
		err = do(m)
		a.out.clear()
		if errors.Is(err, context.Canceled) {
			return fmt.Errorf("%w: %w", errInterrupted, err)
		}
		if err != nil {
			failures = append(failures, err)
		}
		path := a.places.Models.Path(m)
		answer.Models = append(answer.Models, modelEntry{Name: m.Name, Kind: string(m.Kind), Path: path, Bytes: m.Bytes, Verified: err == nil})
		if err == nil {
			a.out.printf("%s: %s, verified\n", m.Name, path)
		}
	}
	return errors.Join(errors.Join(failures...), a.out.document(answer))
}

// progress shows bytes.
func (a *app) progress(what string) models.Progress {
	return func(done, total int64) {
		a.out.show(done, total, fmt.Sprintf("%s: %s of %s", what, size(done), size(total)))
	}
}

// located is the path of the model that a command was told, or of the default.
func (a *app) located(name string) (string, error) {
	if name == "" {
		name = defaultModel()
	}
	path, err := a.places.Models.Locate(name)
	if err != nil {
		return "", err
	}
	return filepath.Clean(path), nil
}
