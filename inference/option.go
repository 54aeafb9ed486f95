package inference

import "shelftalk/inference/internal/hf"

// Option changes how a model is opened.
type Option func(*options)

type options struct {
	threads  int
	progress func(done, total int64)
	memory   int64
	kvBytes  int64
	context  int
	rows     int
	weights  hf.Weights
	adapters []adapter
	packed   string // folder
}

// adapter is a LoRA file to be laid over the weights.
type adapter struct {
	path  string
	scale float64
}

// Threads sets the number of workers. Zero or less: one per core, one core left free from four cores on.
func Threads(n int) Option {
	return func(o *options) {
		if n > 0 {
			o.threads = n
		}
	}
}

// OnLoad has fn called while the weights are read, with the bytes done and their total, from one goroutine at a time.
func OnLoad(fn func(done, total int64)) Option { return func(o *options) { o.progress = fn } }

// MemoryLimit refuses a model that needs more than n bytes. Zero: what the machine has.
func MemoryLimit(n int64) Option { return func(o *options) { o.memory = n } }

// CacheBytes bounds the memory for keys and values. Zero: what Context and Rows need, at most a gigabyte.
func CacheBytes(n int64) Option { return func(o *options) { o.kvBytes = n } }

// Context bounds the tokens of one row. Zero: the model's own length, at most 8192.
func Context(n int) Option { return func(o *options) { o.context = n } }

// Rows is the number of requests that are decoded together at most. Zero: 48.
func Rows(n int) Option { return func(o *options) { o.rows = n } }

// Quantise chooses how the matrices of a Hugging Face folder are held: "q8" (the default), "q4", half as large and a little
// worse, or "exact", as they are in the folder. GGUF files keep the types they have.
func Quantise(weights string) Option { return func(o *options) { o.weights = hf.Weights(weights) } }

// Adapter lays a LoRA adapter, a GGUF file, over the model's weights while they are read. Its part is multiplied by scale;
// 1 is what it was trained for. Several adapters add up.
func Adapter(path string, scale float64) Option {
	return func(o *options) { o.adapters = append(o.adapters, adapter{path, scale}) }
}

// PackedCache keeps the weights of models that Open reads, packed as the kernels want them, in files of a folder, which is
// made if need be; "": nowhere, as without this option. The next Open of an unchanged model, with the same adapters and
// quantising, maps its file and needs a fraction of the time; what others have mapped is in memory once.
//
// A file is written in the background after the model was opened, if the disk has ample room; Close waits some seconds for
// it. Nothing that is wrong with the folder or its files is an error: the model is read as if there were none. The folder
// may be used by several programs; see FreePacked.
func PackedCache(folder string) Option { return func(o *options) { o.packed = folder } }
