package models

import (
	"errors"
	"fmt"
	"os"
)

// Kept returns the model of the folder with a name as List has it, and what it takes of the disk: its files, and what an
// interrupted fetch left. The error wraps ErrUnknown or ErrMissing; a file elsewhere isn't of the folder.
func (f Folder) Kept(name string) (State, int64, error) {
	for _, s := range f.List() {
		if s.Name != name {
			continue
		}
		var bytes int64
		for _, path := range f.leavings(s.Model) {
			bytes += sizeOf(path)
		}
		if bytes == 0 {
			return State{}, 0, fmt.Errorf("model %q: %w: %q isn't there", name, ErrMissing, s.Path)
		}
		return s, bytes, nil
	}
	return State{}, 0, fmt.Errorf("model %q: %w in %q: `shelftalk-cli models list` shows what is", name, ErrUnknown, string(f))
}

// Remove takes the model that Kept finds off this machine, and returns the bytes that it took.
func (f Folder) Remove(name string) (int64, error) {
	s, bytes, err := f.Kept(name)
	if err != nil {
		return 0, err
	}
	var failures []error
	for _, path := range f.leavings(s.Model) {
		failures = append(failures, os.RemoveAll(path))
	}
	for _, file := range s.files() {
		if s.Published() {
			f.remember(file.Name, "")
		}
	}
	if err := errors.Join(failures...); err != nil {
		return 0, fmt.Errorf("remove model %q: %w; close the programs that use it and try again", name, err)
	}
	return bytes, nil
}

// leavings are the paths of all that a model can have in the folder.
func (f Folder) leavings(m Model) []string {
	paths := []string{f.Path(m)}
	if m.Published() {
		paths = append(paths, f.Path(m)+partsSuffix, f.Path(m)+partSuffix)
	}
	return paths
}
