package inference

import (
	"cmp"
	"fmt"
	"sync"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/chat"
	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/nn"
	"shelftalk/inference/internal/sample"
	"shelftalk/inference/internal/sched"
	"shelftalk/inference/internal/token"
)

// Model is an opened language model. Its methods may be called from any goroutine.
type Model struct {
	info     Info
	rows     int
	pages    int // for keys and values
	tokens   *token.Tokenizer
	template *chat.Template
	weights  *nn.Weights
	keeper   *keeper // nil: the weights aren't kept packed
	cache    *kv.Cache
	net      *nn.Net
	loop     *sched.Loop
	close    sync.Once
	schemas  schemas
	classes  func() []sample.Class // of the tokens, computed when first wanted
}

// Info describes a model.
type Info struct {
	Name    string // general.name, or the file's name
	Arch    string // "llama", "qwen2", "bert", …
	Quant   string // the weights' most frequent type, e.g. "Q4_K"
	Params  int64  // weights
	Bytes   int64  // size of the file
	Memory  int64  // bytes held at most: weights, keys and values, working memory
	Context int    // tokens of one row at most
	Vocab   int
	Layers  int
	Vector  int // length of Embed's vectors; zero: the model writes instead
	Rows    int // requests decoded together at most
	Threads int
	Kernel  string // "avx512vnni", "avx2", "generic"
	Notice  string // what the user should know, e.g. that the file has no chat template; mostly ""
}

// The sizes of the engine's steps.
const (
	stepTokens  = 264 // whole tiles of twelve
	stepLogits  = 48
	defaultRows = 48
	maxRows     = 256
	maxContext  = 8192
)

// load makes a model of a file's contents.
func load(file *gguf.File, from origin, o options) (*Model, error) {
	config, err := arch.Read(file)
	if err != nil {
		return nil, refusal(err)
	}
	plan, err := nn.NewPlan(file, config)
	if err != nil {
		return nil, refusal(err)
	}
	m := &Model{}
	b, err := m.budget(plan, o)
	if err != nil {
		return nil, err
	}
	// What the texts need and what the numbers need has nothing in common.
	texts := make(chan error, 1)
	go func() { texts <- m.readTexts(file, config) }()
	if err = m.weigh(plan, newKeeper(o, from, file, plan), b); err == nil {
		m.cache = kv.New(nn.Layout(config), b.pages, b.pages/4, kernel.Halves)
		m.net = nn.New(m.weights, m.cache, b.threads, b.step.tokens, b.step.logits, b.context)
	}
	if err = cmp.Or(<-texts, err); err != nil {
		m.drop()
		return nil, err
	}
	m.describe(file, plan, from)
	m.start(b)
	return m, nil
}

// readTexts makes the tokenizer and the template.
func (m *Model) readTexts(file *gguf.File, config arch.Config) error {
	tokens, err := token.FromFile(file)
	if err != nil {
		return refusal(err)
	}
	if tokens.Size() > config.Vocab {
		return fmt.Errorf("%w: %d tokens for a vocabulary of %d", ErrFormat, tokens.Size(), config.Vocab)
	}
	template, err := file.TextOr("tokenizer.chat_template", "")
	if err != nil {
		return refusal(err)
	}
	m.tokens, m.template = tokens, chat.New(template, tokens.Name(tokens.BOS()), tokens.Name(tokens.EOS()))
	m.classes = sync.OnceValue(func() []sample.Class { return sample.NewClasses(m.tokens.Size(), m.tokens.Bytes) })
	return nil
}

func (m *Model) describe(file *gguf.File, plan *nn.Plan, from origin) {
	name := from.name
	if given, err := file.TextOr("general.name", name); err == nil && given != "" {
		name = given
	}
	c := plan.Config
	memory := m.info.Memory
	m.info = Info{
		Name: name, Arch: c.Arch, Quant: plan.Quant.String(), Params: plan.Params, Bytes: from.bytes, Memory: memory,
		Vocab: c.Vocab, Layers: c.Layers, Notice: m.template.Notice(), Kernel: kernel.Tier(),
	}
	if c.Encoder {
		m.info.Vector, m.info.Notice = c.Width, ""
	}
}

// weigh reads the weights, or finds them packed.
func (m *Model) weigh(plan *nn.Plan, k *keeper, b budget) (err error) {
	if m.weights = k.find(plan); m.weights != nil {
		m.keeper = k
		if b.progress != nil {
			b.progress(plan.Read, plan.Read)
		}
		return nil
	}
	if m.weights, err = plan.Load(b.threads, b.progress); err != nil {
		return refusal(err)
	}
	m.keeper = k
	return nil
}

// start starts the loop.
func (m *Model) start(b budget) {
	kernel.Tune() // with the processors for itself
	m.loop = sched.New(sched.Config{Net: m.net, Cache: m.cache, Tokens: m.tokens, Context: b.context, Rows: b.rows})
	m.rows, m.pages = b.rows, b.pages
	m.info.Context, m.info.Rows, m.info.Threads = b.context, b.rows, b.threads
	m.keeper.keep(m.weights)
}

// step is the most that a pass computes.
type step struct{ tokens, logits int }

// stepOf chooses a network's steps. An encoder reads a text in one of them.
func stepOf(c arch.Config, context int) step {
	if c.Encoder {
		return step{tokens: max(2*stepTokens, context)}
	}
	return step{stepTokens, stepLogits}
}

// The default memory for keys and values.
const (
	tokensPerRow  = 1024 // of each sequence of a row
	maxCacheBytes = 2 << 30
)

// budget is what a model may take of the machine.
type budget struct {
	options
	step  step
	pages int // for keys and values
}

// budget shares the memory out, and refuses a model that it can't hold.
func (m *Model) budget(plan *nn.Plan, o options) (budget, error) {
	c := plan.Config
	o.context = max(0, o.context)
	if o.context == 0 {
		o.context = maxContext
	}
	o.context = min(c.Context, o.context)
	o.threads, o.rows = max(1, min(o.threads, 256)), max(1, min(o.rows, maxRows))
	b := budget{options: o, step: stepOf(c, o.context)}
	layout := nn.Layout(c)
	total, err := machineMemory()
	if err != nil {
		total = 0 // unknown: the system will say no by itself
	}
	if o.memory > 0 && (total == 0 || o.memory < total) {
		total = o.memory
	}
	perRow := int64((o.context+kv.PageTokens-1)/kv.PageTokens) + 2
	least := 2 * perRow * layout.PageBytes() // a row with its contrast
	most := o.kvBytes
	if most <= 0 {
		most = min(2*int64(o.rows)*tokensPerRow/kv.PageTokens*layout.PageBytes(), maxCacheBytes)
		if total > 0 {
			most = min(most, total/4)
		}
	}
	if c.Encoder { // a step's texts, of eight tokens or more
		most, least = 0, int64(b.step.tokens/8+1)*layout.PageBytes()
	}
	most = max(most, least)
	fixed := plan.Bytes + nn.WorkingBytes(plan, o.threads, b.step.tokens, b.step.logits, o.context)
	if !c.Encoder { // rows keep their logits while they ask their contrasts
		fixed += 4 * int64(o.rows) * int64(c.Vocab)
	}
	if total > 0 && fixed+least > total {
		return budget{}, fmt.Errorf("%w: it needs %s, there are %s", ErrMemory, gigabytes(fixed+least), gigabytes(total))
	}
	if total > 0 {
		most = min(most, total-fixed)
	}
	m.info.Memory = fixed + most
	b.pages = int(most / layout.PageBytes())
	return b, nil
}

func gigabytes(n int64) string { return fmt.Sprintf("%.1f GB", float64(n)/1e9) }

// Close ends what is running and frees the memory. It waits for generations to end; they end with ErrClosed.
func (m *Model) Close() error {
	m.close.Do(func() {
		m.loop.Close()
		m.drop()
	})
	return nil
}

// drop lets everything go that isn't memory of Go's.
func (m *Model) drop() {
	if m.net != nil {
		m.net.Close()
		m.cache.Close()
	}
	if m.weights != nil {
		m.keeper.close()
		m.weights.Free()
		m.weights = nil
	}
}

// Info describes the model.
func (m *Model) Info() Info { return m.info }

// Tokens returns the ids of text. A special token spelled in it stays text.
func (m *Model) Tokens(text string) []int32 { return m.tokens.Append(nil, text, false) }

func (m *Model) submit(j sched.Job) error { return refusal(m.loop.Submit(j)) }
