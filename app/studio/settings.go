package studio

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"shelftalk/app/compose"
	"shelftalk/store"
)

// Panel is what was last chosen for a job.
type Panel struct {
	Template  string
	Channel   string
	RulesetID string
	Language  compose.Language
	Variants  int
	Careful   float64
}

// Settings are what the user has chosen, kept from start to start.
type Settings struct {
	Language     string // of the window: "en", "zh"; "" follows the system
	Theme        string // "light", "dark"; "" follows the system
	WindowWidth  float32
	WindowHeight float32
	LastFolder   string
	Model        string // a name of the table, or a path
	Threads      int    // of the model; 0: as many as are good
	Panel        Panel
	Export       ExportSpec        // the last one's choices
	Other        map[string]string // small things that the window remembers
}

const settingsKey = "settings"

// Settings returns the settings.
func (s *Studio) Settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings.clone()
}

func (t Settings) clone() Settings {
	other := make(map[string]string, len(t.Other))
	for k, v := range t.Other {
		other[k] = v
	}
	t.Other = other
	return t
}

// SetSettings keeps the settings.
func (s *Studio) SetSettings(t Settings) error {
	t = t.clone()
	err := s.db.Update(func(tx *store.Tx) error { return settingsIn.Put(tx, settingsKey, t) })
	if err != nil {
		return fmt.Errorf("keep the settings: %w", err)
	}
	s.mu.Lock()
	s.settings = t
	s.mu.Unlock()
	s.tell(Event{Kind: SettingsChanged})
	return nil
}

// Rulesets returns the rulesets: those that every store starts with as package compose has them, then the user's by name.
func (s *Studio) Rulesets() ([]compose.Ruleset, error) {
	var out []compose.Ruleset
	err := s.db.View(func(tx *store.Tx) error {
		for e, err := range rulesetsIn.All(tx, "") {
			if err != nil {
				return err
			}
			out = append(out, e.Value)
		}
		return nil
	})
	place := map[string]int{}
	for i, r := range compose.Rulesets() {
		place[r.ID] = i - len(compose.Rulesets())
	}
	slices.SortStableFunc(out, func(a, b compose.Ruleset) int {
		return cmp.Or(cmp.Compare(place[a.ID], place[b.ID]), strings.Compare(a.Name, b.Name))
	})
	return out, err
}

// Ruleset returns the ruleset with the id; with "", the one that comes first.
func (s *Studio) Ruleset(id string) (compose.Ruleset, error) {
	all, err := s.Rulesets()
	if err != nil {
		return compose.Ruleset{}, err
	}
	for _, r := range all {
		if r.ID == id || id == "" {
			return r, nil
		}
	}
	return compose.Ruleset{}, fmt.Errorf("ruleset %q: %w", id, ErrNotFound)
}

// SaveRuleset keeps a ruleset and returns it; one without an ID is new and gets one.
func (s *Studio) SaveRuleset(r compose.Ruleset) (compose.Ruleset, error) {
	r.Name = strings.TrimSpace(r.Name)
	if r.Name == "" {
		r.Name = "Ruleset"
	}
	if r.ID == "" {
		r.ID = newID()
	}
	err := s.db.Update(func(tx *store.Tx) error { return rulesetsIn.Put(tx, r.ID, r) })
	if err != nil {
		return r, fmt.Errorf("keep ruleset %q: %w", r.Name, err)
	}
	s.tell(Event{Kind: SettingsChanged})
	return r, nil
}

// CloneRuleset makes a copy under a new id and name.
func (s *Studio) CloneRuleset(id, name string) (compose.Ruleset, error) {
	r, err := s.Ruleset(id)
	if err != nil {
		return r, err
	}
	r.ID, r.Name = "", name
	r.Never, r.Must = slices.Clone(r.Never), slices.Clone(r.Must)
	return s.SaveRuleset(r)
}

// DeleteRuleset removes a ruleset. Drafts that were written with it keep their own copy. The last ruleset stays:
// the error then wraps ErrLastRuleset.
func (s *Studio) DeleteRuleset(id string) error {
	all, err := s.Rulesets()
	if err != nil {
		return err
	}
	if len(all) < 2 {
		return fmt.Errorf("delete ruleset %q: %w", id, ErrLastRuleset)
	}
	if err := s.db.Update(func(tx *store.Tx) error { return rulesetsIn.Delete(tx, id) }); err != nil {
		return fmt.Errorf("delete ruleset %q: %w", id, err)
	}
	s.tell(Event{Kind: SettingsChanged})
	return nil
}

// seed gives a fresh store its first rulesets.
func seed(tx *store.Tx) error {
	if done, err := marksIn.GetOr(tx, "seeded", false); done || err != nil {
		return err
	}
	for _, r := range compose.Rulesets() {
		if err := rulesetsIn.Put(tx, r.ID, r); err != nil {
			return err
		}
	}
	return marksIn.Put(tx, "seeded", true)
}
