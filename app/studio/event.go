package studio

import (
	"shelftalk/app/batch"
)

// EventKind says what an Event is about.
type EventKind string

// The kinds of event.
const (
	JobProgress      EventKind = "job progress"      // Progress; at most ten times a second
	RowFinished      EventKind = "row finished"      // Row and Progress
	CatalogueChanged EventKind = "catalogue changed" // other products
	DraftChanged     EventKind = "draft changed"     // DraftID
	EngineChanged    EventKind = "engine changed"    // Engine
	SettingsChanged  EventKind = "settings changed"  // settings, or rulesets
)

// Event tells of a change.
type Event struct {
	Kind     EventKind
	Progress batch.Progress
	Row      batch.Row
	DraftID  string
	Engine   EngineState
}

// Subscribe has fn called for every event, from any goroutine, until cancel is called. It should be quick, and must not
// wait for a goroutine that is inside the studio. A call may still be under way when cancel returns.
func (s *Studio) Subscribe(fn func(Event)) (cancel func()) {
	s.subsMu.Lock()
	defer s.subsMu.Unlock()
	id := s.nextSub
	s.nextSub++
	s.subs[id] = fn
	return func() {
		s.subsMu.Lock()
		defer s.subsMu.Unlock()
		delete(s.subs, id)
	}
}

func (s *Studio) tell(e Event) {
	s.subsMu.Lock()
	fns := make([]func(Event), 0, len(s.subs))
	for _, fn := range s.subs {
		fns = append(fns, fn)
	}
	s.subsMu.Unlock()
	for _, fn := range fns {
		fn(e)
	}
}
