package models

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// State of a model on this machine.
type State struct {
	Model
	Path     string
	Here     bool // its files are there, each of the right size
	Verified bool // their hashes were found right, and they haven't changed since
}

// List returns the table with what is known of each model, without hashing any; and then what else of the folder looks
// like a model, which has no hash to be verified by: .gguf files, and folders with a config.json and .safetensors.
func (f Folder) List() []State {
	var out []State
	seen := f.remembered()
	known := map[string]bool{}
	for _, m := range Table() {
		_, err := f.there(m)
		s := State{Model: m, Path: f.Path(m), Here: err == nil, Verified: err == nil}
		for _, file := range m.files() {
			s.Verified = s.Verified && f.unchanged(file, seen)
		}
		known[m.File] = true
		out = append(out, s)
	}
	entries, _ := os.ReadDir(string(f)) // a folder that isn't there has no files
	for _, e := range entries {
		if m, ok := f.own(e.Name()); ok && !known[e.Name()] {
			out = append(out, State{Model: m, Path: f.Path(m), Here: true})
		}
	}
	return slices.Clip(out)
}

// own is a model that somebody put into the folder.
func (f Folder) own(name string) (Model, bool) {
	path := filepath.Join(string(f), name)
	info, err := os.Stat(path)
	if err != nil {
		return Model{}, false
	}
	m := Model{Name: name, Title: strings.TrimSuffix(name, ".gguf"), Kind: Writer, File: name, Bytes: info.Size()}
	if !info.IsDir() {
		return m, info.Mode().IsRegular() && strings.HasSuffix(name, ".gguf")
	}
	config, err := os.ReadFile(filepath.Join(path, configFile))
	if err != nil {
		return Model{}, false
	}
	var about struct {
		Type string `json:"model_type"`
	}
	if json.Unmarshal(config, &about) != nil {
		return Model{}, false
	}
	if about.Type == "bert" {
		m.Kind = Embedder
	}
	weights, _ := filepath.Glob(filepath.Join(path, "*.safetensors")) // fails for bad patterns alone
	m.Bytes = 0
	for _, file := range weights {
		m.Bytes += sizeOf(file)
	}
	return m, m.Bytes > 0
}
