package present

import (
	"context"
	"slices"
	"strings"

	"shelftalk/app/compose"
	"shelftalk/app/studio"
	"shelftalk/assets"
)

// RulesetService is what the rulesets page needs of the studio.
type RulesetService interface {
	Rulesets() ([]compose.Ruleset, error)
	SaveRuleset(compose.Ruleset) (compose.Ruleset, error)
	CloneRuleset(id, name string) (compose.Ruleset, error)
	DeleteRuleset(id string) error
	Subscribe(func(studio.Event)) (cancel func())
}

// Rulesets is the page of brand voices: a list, and the one that is edited.
type Rulesets struct {
	// OnChange is called on the window's thread when anything of the page changed; OnOpen when another ruleset is to be
	// edited and the fields must be filled anew.
	OnChange, OnOpen func()

	stage   *Stage
	svc     RulesetService
	all     []compose.Ruleset
	open    string // the id of the one that is edited
	edited  compose.Ruleset
	dirty   bool
	problem *Problem
	dial    dial
}

// NewRulesets returns the presenter; Show starts it.
func NewRulesets(stage *Stage, svc RulesetService) *Rulesets {
	return &Rulesets{stage: stage, svc: svc, dial: loadDial(assets.Prompts), OnChange: func() {}, OnOpen: func() {}}
}

// Show loads the rulesets.
func (p *Rulesets) Show() { p.reload(p.open) }

func (p *Rulesets) reload(open string) {
	var all []compose.Ruleset
	p.stage.Go(func(context.Context) (err error) {
		all, err = p.svc.Rulesets()
		return err
	}, func(err error) {
		if p.problem = Explain(p.stage.Say, err); err == nil {
			p.all = all
			if !slices.ContainsFunc(all, func(r compose.Ruleset) bool { return r.ID == open }) && len(all) > 0 {
				open = all[0].ID
			}
			if open != p.open || !p.dirty {
				p.take(open)
			}
		}
		p.OnChange()
	})
}

// Open edits another ruleset; what was changed in the last one is kept.
func (p *Rulesets) Open(id string) {
	if id == p.open {
		return
	}
	p.Save()
	p.take(id)
	p.OnChange()
}

func (p *Rulesets) take(id string) {
	for _, r := range p.all {
		if r.ID == id {
			p.open, p.edited, p.dirty = id, r, false
			p.OnOpen()
		}
	}
}

// Edit changes the one that is edited.
func (p *Rulesets) Edit(fn func(*compose.Ruleset)) {
	fn(&p.edited)
	p.dirty = true
	p.OnChange()
}

// Save keeps what was changed.
func (p *Rulesets) Save() {
	if !p.dirty {
		return
	}
	p.dirty = false
	r := p.edited
	for i := range p.all {
		if p.all[i].ID == r.ID {
			p.all[i] = r
		}
	}
	p.stage.Go(func(context.Context) error {
		_, err := p.svc.SaveRuleset(r)
		return err
	}, func(err error) {
		if p.problem = Explain(p.stage.Say, err); err != nil && p.open == r.ID {
			p.dirty = true
		}
		p.OnChange()
	})
	p.OnChange()
}

// Clone makes a copy of the one that is edited, and edits the copy.
func (p *Rulesets) Clone() {
	p.Save()
	id, name := p.open, p.stage.Say("rulesets.copy_of", rulesetName(p.stage.Say, p.edited))
	var made compose.Ruleset
	p.stage.Go(func(context.Context) (err error) {
		made, err = p.svc.CloneRuleset(id, name)
		return err
	}, func(err error) {
		if p.problem = Explain(p.stage.Say, err); err == nil {
			p.reload(made.ID)
		}
		p.OnChange()
	})
}

// Delete removes the one that is edited.
func (p *Rulesets) Delete() {
	id := p.open
	p.dirty = false
	p.stage.Go(func(context.Context) error { return p.svc.DeleteRuleset(id) }, func(err error) {
		if p.problem = Explain(p.stage.Say, err); err == nil {
			p.reload("")
		}
		p.OnChange()
	})
}

// RulesetsState is the page.
type RulesetsState struct {
	Reading   bool // there is nothing to show yet
	All       []Choice
	Open      string
	Edited    compose.Ruleset
	Name      string // of the edited one, as it is shown
	Dirty     bool
	CanDelete bool
	Care      string
	Problem   *Problem
}

// State returns the page as it is now.
func (p *Rulesets) State() RulesetsState {
	s := RulesetsState{
		Reading: p.open == "" && p.problem == nil,
		Open:    p.open, Edited: p.edited, Dirty: p.dirty, CanDelete: len(p.all) > 1, Problem: p.problem,
		Name: rulesetName(p.stage.Say, p.edited), Care: p.dial.say(p.stage.Say, p.edited.Careful),
	}
	for _, r := range p.all {
		if r.ID == p.open {
			r.Name = p.edited.Name
		}
		s.All = append(s.All, Choice{r.ID, rulesetName(p.stage.Say, r)})
	}
	return s
}

// Phrases reads a list of words and phrases as a person types it: one a line, or between commas or semicolons of either
// script.
func Phrases(text string) []string {
	var out []string
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n\r,;，；、", r) }) {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
