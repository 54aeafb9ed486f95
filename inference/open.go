package inference

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/hf"
	"shelftalk/inference/internal/lora"
)

// Open reads the model at path: a GGUF file, or a folder as the Hugging Face hub has it (config.json, safetensors files and
// tokenizer.json), whose weights are quantised while they are read; see Quantise. Everything is read once: what happens to
// it later doesn't matter.
func Open(path string, opts ...Option) (*Model, error) {
	m, err := open(path, settle(opts))
	var place *fs.PathError
	if errors.As(err, &place) && place.Path == path {
		return nil, fmt.Errorf("open model: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open model %q: %w", path, err)
	}
	return m, nil
}

// Load is Open over the bytes of a GGUF file, which aren't kept.
func Load(data []byte, opts ...Option) (*Model, error) {
	file, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("load model: %w", refusal(err))
	}
	m, err := adapt(file, origin{bytes: int64(len(data)), name: "model"}, settle(opts))
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	return m, nil
}

// settle applies the options to the defaults.
func settle(opts []Option) options {
	o := options{threads: DefaultThreads(), rows: defaultRows, weights: hf.Q8}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

func open(path string, o options) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !o.weights.Known() {
		return nil, fmt.Errorf("%w: weights as %q", ErrRequest, o.weights)
	}
	if st.IsDir() {
		return openFolder(path, o)
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it isn't a file", ErrFormat)
	}
	file, err := gguf.Read(f, st.Size())
	if err != nil {
		return nil, refusal(err)
	}
	return adapt(file, origin{st.Size(), filepath.Base(path), path}, o)
}

func openFolder(path string, o options) (*Model, error) {
	folder, err := hf.Open(path, o.weights)
	if err != nil {
		return nil, refusal(err)
	}
	defer folder.Close()
	return adapt(folder.File, origin{folder.Bytes, filepath.Base(path), path}, o)
}

// origin is where a model comes from.
type origin struct {
	bytes int64
	name  string
	path  string // "": memory
}

// adapt lays the adapters over the file and loads it.
func adapt(file *gguf.File, from origin, o options) (*Model, error) {
	if kind, err := file.TextOr("general.type", ""); err == nil && kind == "adapter" {
		return nil, fmt.Errorf("%w: it's an adapter, to be laid over a model", ErrFormat)
	}
	for _, a := range o.adapters {
		layer, err := lora.Open(a.path)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrAdapter, err)
		}
		defer layer.Close()
		if file, err = layer.Apply(file, a.scale); err != nil {
			return nil, fmt.Errorf("%w: %q: %w", ErrAdapter, a.path, err)
		}
	}
	return load(file, from, o)
}
