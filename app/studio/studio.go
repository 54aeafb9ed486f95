package studio

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"shelftalk/app/batch"
	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/compose"
	"shelftalk/app/models"
	"shelftalk/assets"
	"shelftalk/store"
)

// Options say what to open.
type Options struct {
	DataDir   string // the store's folder
	ModelsDir string // the models' folder
	// Packed is the folder of packed weights, of which a model that is removed loses its own; see inference.PackedCache.
	Packed string
	// Model is the model to write with, by name or path. "": the one last chosen, or else Default.
	Model string
	// Default is the model of a fresh store; "" is models.Standard. See models.Default.
	Default string
	// Rows is how many products are written together. 0: the engine's choice.
	Rows int
	// OpenModel loads models. nil: inference.Open, which keeps nothing packed.
	OpenModel OpenModel
	// Writer writes the drafts. nil: the composer of package compose.
	Writer Writer
}

// StoreFile is the store's file name in the data folder.
const StoreFile = "shelftalk.db"

// The store's collections.
var (
	settingsIn = store.CollectionOf[Settings]("settings")
	rulesetsIn = store.CollectionOf[compose.Ruleset]("rulesets")
	productsIn = store.CollectionOf[catalog.Product]("products")
	sourceIn   = store.CollectionOf[source]("catalogue")
	recordsIn  = store.CollectionOf[record]("drafts")
	historyIn  = store.CollectionOf[history]("history")
	speedsIn   = store.CollectionOf[speed]("speeds")
	marksIn    = store.CollectionOf[bool]("marks")
)

// Studio is an open data folder.
type Studio struct {
	db       *store.DB
	folder   models.Folder
	packed   string
	channels []channel.Channel
	writer   Writer
	ledger   *batch.Ledger
	runner   *batch.Runner
	engine   *engine

	ctx        context.Context // the studio's own life, ended by Close
	cancel     context.CancelFunc
	background sync.WaitGroup

	subsMu  sync.Mutex
	subs    map[int]func(Event)
	nextSub int

	editing sync.Mutex // one change of drafts at a time: read, change, write

	mu       sync.Mutex // what follows mirrors the store
	settings Settings
	source   source
	products []catalog.Product
	index    map[string]mirror // drafts by id
	fates    map[string]fate   // by product key: how the last try ended, where it left no draft
	speed    speed             // of the chosen model
}

// Open opens the data folder. The error wraps store.ErrInUse when another process has it open, store.ErrDamaged or
// store.ErrNewer when its store can't be used.
func Open(o Options) (*Studio, error) {
	db, err := store.Open(filepath.Join(o.DataDir, StoreFile))
	if err != nil {
		return nil, err
	}
	s := &Studio{db: db, folder: models.Folder(o.ModelsDir), packed: o.Packed, writer: o.Writer, subs: map[int]func(Event){}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.open(o); err != nil {
		s.cancel()
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

func (s *Studio) open(o Options) (err error) {
	if s.channels, err = channel.Load(assets.Channels); err != nil {
		return err
	}
	if s.writer == nil {
		if s.writer, err = compose.New(s.channels, assets.Prompts, assets.Lexicons, assets.Glossary); err != nil {
			return err
		}
	}
	if err := s.db.Update(seed); err != nil {
		return err
	}
	if err := s.load(); err != nil {
		return fmt.Errorf("read the store %q: %w", s.db.Path(), err)
	}
	if s.ledger, err = batch.OpenLedger(s.db, s.keepDraft); err != nil {
		return err
	}
	if err := s.loadFates(); err != nil {
		return err
	}
	if o.OpenModel == nil {
		o.OpenModel = openInference
	}
	s.engine = newEngine(s.folder, o.OpenModel, firstOf(o.Model, s.settings.Model, o.Default, models.Standard), s.settings.Threads, func(state EngineState) {
		s.tell(Event{Kind: EngineChanged, Engine: state})
	})
	s.recallSpeed()
	s.runner = batch.NewRunner(s.ledger, s.writer, func(ctx context.Context) (compose.Generator, func(), error) {
		return s.engine.acquire(ctx)
	}, batch.Options{Rows: o.Rows, OnEvent: s.jobEvent})
	return nil
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// load mirrors the store.
func (s *Studio) load() error {
	s.index, s.fates = map[string]mirror{}, map[string]fate{}
	return s.db.View(func(tx *store.Tx) (err error) {
		if s.settings, err = settingsIn.GetOr(tx, settingsKey, Settings{}); err != nil {
			return err
		}
		if s.source, err = sourceIn.GetOr(tx, sourceKey, source{}); err != nil {
			return err
		}
		for e, err := range productsIn.All(tx, "") {
			if err != nil {
				return err
			}
			s.products = append(s.products, e.Value)
		}
		for e, err := range recordsIn.All(tx, "") {
			if err != nil {
				return err
			}
			s.index[e.Key] = mirror{view: e.Value.view(), product: e.Value.Product}
		}
		return nil
	})
}

// Close stops a running job after what is on the disk, lets the model go and closes the store. The job is offered to go
// on at the next start.
func (s *Studio) Close() error {
	s.cancel()
	s.runner.Close()
	s.background.Wait()
	return errors.Join(s.engine.close(), s.db.Close())
}

// Backup writes everything into one file.
func (s *Studio) Backup(path string) error { return s.db.Backup(path) }

// Channels returns the channels that copy can be written for.
func (s *Studio) Channels() []channel.Channel { return s.channels }

// Channel returns the channel with the id, or an error that wraps ErrNotFound.
func (s *Studio) Channel(id string) (channel.Channel, error) {
	for _, c := range s.channels {
		if c.ID == id {
			return c, nil
		}
	}
	return channel.Channel{}, fmt.Errorf("channel %q: %w", id, ErrNotFound)
}

func newID() string { return rand.Text()[:12] }
