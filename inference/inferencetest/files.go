package inferencetest

import (
	"os"
	"path/filepath"
	"testing"
)

// The real models that tests use, by their names in the program.
const (
	Light    = "light"      // Qwen2.5-Coder-0.5B-Instruct, mostly Q5_0
	Standard = "standard"   // Qwen2.5-Coder-1.5B-Instruct, Q4_K_M
	SmolLM2  = "smollm2"    // SmolLM2-135M-Instruct, Q4_1
	Gemma    = "gemma-270m" // Gemma-3-270M, Q4_K_M
	MiniLM   = "minilm"     // all-MiniLM-L6-v2, a Hugging Face folder
)

// File returns the path of a real model in the user's model folder ($SHELFTALK_MODELS, or shelftalk/models in the
// user's cache). Where it isn't there, the test fails with the command that gets it.
func File(t testing.TB, name string) string {
	t.Helper()
	file, ok := map[string]string{
		Light:    "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
		Standard: "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
		SmolLM2:  "SmolLM2-135M-Instruct.Q4_1.gguf",
		Gemma:    "gemma-3-270m-q4_k_m.gguf",
		MiniLM:   "all-MiniLM-L6-v2",
	}[name]
	if !ok {
		t.Fatalf("no model is called %q", name)
	}
	folder := os.Getenv("SHELFTALK_MODELS")
	if folder == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		folder = filepath.Join(cache, "shelftalk", "models")
	}
	path := filepath.Join(folder, file)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the model %q isn't there (%v): get it with `make models MODEL=%s`", name, err, name)
	}
	return path
}
