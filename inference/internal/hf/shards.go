package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	single = "model.safetensors"
	index  = "model.safetensors.index.json"

	maxShards = 1 << 10
)

// shards are a folder's open weight files.
type shards struct {
	tensors map[string]*stored
	bytes   int64 // of all files
	closers []io.Closer
}

func (s *shards) Close() error {
	var err error
	for _, c := range s.closers {
		err = errors.Join(err, c.Close())
	}
	s.closers = nil
	return err
}

// openShards opens model.safetensors, or the files that the index names.
func openShards(folder string) (*shards, error) {
	s := &shards{tensors: map[string]*stored{}}
	err := s.open(folder)
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *shards) open(folder string) error {
	text, err := readFile(folder, index)
	if errors.Is(err, ErrMissing) {
		if err := s.add(folder, single); errors.Is(err, ErrMissing) {
			return noWeights(folder, err)
		} else if err != nil {
			return err
		}
		return nil
	}
	if err != nil {
		return err
	}
	places, err := parseIndex(text)
	if err != nil {
		return err
	}
	for _, file := range slices.Sorted(maps.Keys(places)) {
		if err := s.add(folder, file); err != nil {
			return err
		}
		for _, name := range places[file] {
			if t, ok := s.tensors[name]; !ok || t.file != file {
				return fmt.Errorf("%s: tensor %q isn't in %s: %w", index, name, file, ErrMissing)
			}
		}
	}
	return nil
}

// parseIndex returns the names of the tensors by the file that holds them.
func parseIndex(text []byte) (map[string][]string, error) {
	var idx struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(text, &idx); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", index, ErrConfig, err)
	}
	if len(idx.Map) == 0 {
		return nil, fmt.Errorf("%s names no tensors: %w", index, ErrConfig)
	}
	places := map[string][]string{}
	for name, file := range idx.Map {
		if !localName(file) || filepath.Ext(file) != ".safetensors" {
			return nil, fmt.Errorf("%s places tensor %q in %q, which isn't a weight file of the folder: %w", index, name, file, ErrConfig)
		}
		places[file] = append(places[file], name)
	}
	if len(places) > maxShards {
		return nil, fmt.Errorf("%s names %d files: %w", index, len(places), ErrLimit)
	}
	return places, nil
}

// localName reports whether name is that of a file directly in a folder.
func localName(name string) bool {
	return name != "" && !strings.ContainsAny(name, `/\:`) && filepath.IsLocal(name) && name != "."
}

// add opens a weight file and takes its tensors in.
func (s *shards) add(folder, file string) error {
	f, err := os.Open(filepath.Join(folder, file))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s isn't there: %w", file, ErrMissing)
	}
	if err != nil {
		return err
	}
	s.closers = append(s.closers, f)
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return fmt.Errorf("%s isn't a file: %w", file, ErrMissing)
	}
	list, err := readHeader(f, st.Size(), file)
	if err != nil {
		return err
	}
	for _, t := range list {
		if old, ok := s.tensors[t.name]; ok {
			return fmt.Errorf("tensor %q is both in %s and in %s: %w", t.name, old.file, file, ErrSafetensors)
		}
		s.tensors[t.name] = t
	}
	s.bytes += st.Size()
	return nil
}

// noWeights explains what to do about a folder without safetensors.
func noWeights(folder string, err error) error {
	entries, readErr := os.ReadDir(folder)
	if readErr != nil {
		return readErr
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case filepath.Ext(name) == ".bin" || filepath.Ext(name) == ".pt" || filepath.Ext(name) == ".pth":
			return fmt.Errorf("%s can't be read safely: save the model again with Python's transformers, "+
				"`AutoModel.from_pretrained(folder).save_pretrained(folder)`, or download the folder's model.safetensors: %w", name, ErrPickle)
		case filepath.Ext(name) == ".gguf":
			return fmt.Errorf("the folder holds no %s, but %s: open that file instead: %w", single, name, ErrMissing)
		}
	}
	return err
}

// maxText bounds the JSON files of a folder; the largest known tokenizer has 33 MB.
const maxText = 128 << 20

// readFile reads a small file of the folder; one that isn't there is ErrMissing.
func readFile(folder, name string) ([]byte, error) {
	f, err := os.Open(filepath.Join(folder, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s isn't there: %w", name, ErrMissing)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s isn't a file: %w", name, ErrMissing)
	}
	if st.Size() > maxText {
		return nil, fmt.Errorf("%s has %d bytes: %w", name, st.Size(), ErrLimit)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(text) > maxText {
		return nil, fmt.Errorf("%s grows: %w", name, ErrLimit)
	}
	return text, nil
}
