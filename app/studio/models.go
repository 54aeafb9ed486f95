package studio

import (
	"context"
	"fmt"
	"path/filepath"

	"shelftalk/app/models"
	"shelftalk/inference"
)

// ModelState is a model with whether it is the chosen one.
type ModelState struct {
	models.State
	Chosen bool
}

// Models returns the models that can write copy: those of the table, and other files of the models' folder.
func (s *Studio) Models() []ModelState {
	chosen := s.engine.current().Name
	var out []ModelState
	for _, m := range s.folder.List() {
		if m.Kind == models.Writer {
			out = append(out, ModelState{State: m, Chosen: m.Name == chosen || samePath(m.Path, chosen)})
		}
	}
	return out
}

// samePath says whether two paths are one, however they are written.
func samePath(a, b string) bool {
	a, err := filepath.Abs(a)
	if err != nil {
		return false
	}
	b, err = filepath.Abs(b)
	return err == nil && a == b
}

// UseModel chooses the model, by a name of the table or a path, and remembers it. The error wraps ErrBusy while the
// current one is writing.
func (s *Studio) UseModel(nameOrPath string) error {
	settings := s.Settings()
	if err := s.engine.use(nameOrPath, settings.Threads); err != nil {
		return fmt.Errorf("use model %q: %w", nameOrPath, err)
	}
	settings.Model = nameOrPath
	if err := s.SetSettings(settings); err != nil {
		return err
	}
	s.recallSpeed()
	s.tell(Event{Kind: EngineChanged, Engine: s.engine.current()})
	return nil
}

// UseThreads sets how many processors write, and remembers it; 0: all that are good for it. It counts from the next time
// that the model is loaded, which is when it is next needed. The error wraps ErrBusy while the model is writing.
func (s *Studio) UseThreads(n int) error {
	if err := s.engine.use(s.engine.current().Name, n); err != nil {
		return fmt.Errorf("use %d threads: %w", n, err)
	}
	settings := s.Settings()
	settings.Threads = n
	if err := s.SetSettings(settings); err != nil {
		return err
	}
	s.tell(Event{Kind: EngineChanged, Engine: s.engine.current()})
	return nil
}

// GetModel fetches a model of the table into the models' folder; see models.Folder.Get.
func (s *Studio) GetModel(ctx context.Context, name string, progress models.Progress) error {
	m, err := models.ByName(name)
	if err != nil {
		return err
	}
	if err := s.folder.Get(ctx, m, progress); err != nil {
		return err
	}
	if s.engine.current().Name == name {
		return s.engine.use(name, s.Settings().Threads)
	}
	return nil
}

// ModelTakes returns how much of the disk RemoveModel would free.
func (s *Studio) ModelTakes(name string) (int64, error) {
	m, bytes, err := s.folder.Kept(name)
	return bytes + inference.PackedBytes(s.packed, m.Path), err
}

// RemoveModel takes a model of the models' folder off this machine, and its packed weights. The error wraps ErrChosen when
// it is the one in use.
func (s *Studio) RemoveModel(name string) error {
	for _, m := range s.Models() {
		if m.Name == name && m.Chosen {
			return fmt.Errorf("remove model %q: %w", name, ErrChosen)
		}
	}
	m, _, err := s.folder.Kept(name)
	if err != nil {
		return err
	}
	if _, err := s.folder.Remove(name); err != nil {
		return err
	}
	inference.FreePacked(s.packed, m.Path)
	return nil
}
