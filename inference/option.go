package inference

// Option changes how a model is opened.
type Option func(*options)

type options struct {
	threads  int
	progress func(done, total int64)
	memory   int64
	kvBytes  int64
	context  int
	rows     int
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

// Rows is the number of requests that are decoded together at most. Zero: 32.
func Rows(n int) Option { return func(o *options) { o.rows = n } }
