package page

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"shelftalk/app/compose"
	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Rulesets is the page of brand voices: the list at the left, the one that is edited beside it.
type Rulesets struct {
	env     *Env
	p       *present.Rulesets
	root    *fyne.Container
	page    *widget.Page
	reading fyne.CanvasObject // before the first rulesets are there
	problem *slot
	list    *fyne.Container
	names   []present.Choice
	filling bool // the fields are being filled, not typed into

	name, tone, audience, never, must *widget.Entry
	careful                           *widget.Slider
	care                              *widget.MarkedText
	hooks                             *widget.Select
	save, remove                      *widget.Button
}

// NewRulesets builds the page.
func NewRulesets(env *Env) *Rulesets {
	r := &Rulesets{env: env, p: present.NewRulesets(env.Stage, env.Studio)}
	r.p.OnChange, r.p.OnOpen = r.draw, r.fill
	say := env.Say
	header := widget.NewHeader(say("rulesets.title"))
	header.SetSubject(say("rulesets.subject"))
	r.save = widget.NewPrimary(say("rulesets.save"), r.p.Save)
	r.remove = widget.NewButton(say("rulesets.delete"), r.confirmDeletion)
	header.SetActions(r.remove, widget.NewButton(say("rulesets.clone"), r.p.Clone), r.save)
	r.problem = newSlot(0)
	r.list = widget.Column(theme.Space1)
	r.buildForm()
	form := widget.NewCard(widget.Column(theme.Space4,
		widget.Field(say("rulesets.name"), r.name),
		widget.Halves(0.5, theme.Space4, widget.Field(say("rulesets.tone"), r.tone), widget.Field(say("rulesets.audience"), r.audience)),
		widget.Halves(0.5, theme.Space4,
			widget.Column(6, widget.NewNote(say("rulesets.never")), r.never, widget.NewNotes(say("rulesets.never.hint"))),
			widget.Column(6, widget.NewNote(say("rulesets.must")), r.must, widget.NewNotes(say("rulesets.must.hint")))),
		widget.Halves(0.5, theme.Space4,
			widget.Column(6, widget.NewNote(say("rulesets.careful")), widget.Row(theme.Space2, widget.NewNote(say("catalogue.careful")), widget.Grow(r.careful), widget.NewNote(say("catalogue.lively"))), r.care),
			widget.Field(say("rulesets.hooks"), r.hooks)),
	))
	left := widget.Pad(20, theme.Space3, theme.Space6, theme.Space6, container.NewVScroll(r.list))
	right := container.NewVScroll(widget.Pad(20, theme.Space6, theme.Space6, 0, widget.AtMost(820, form)))
	body := widget.Column(0, r.problem.box, widget.Grow(widget.Beside(240, 0, left, right)))
	r.page = widget.NewPage(header, nil, widget.Fill(body, theme.Background), nil)
	r.page.Hide()
	r.reading = readingPage(env, say("rulesets.title"))
	r.root = widget.Layers(r.page, r.reading)
	return r
}

func (r *Rulesets) buildForm() {
	say := r.env.Say
	field := func(e *widget.Entry, set func(*compose.Ruleset, string)) *widget.Entry {
		e.OnChanged = func(text string) {
			if !r.filling {
				r.p.Edit(func(rules *compose.Ruleset) { set(rules, text) })
			}
		}
		return e
	}
	r.name = field(widget.NewEntry(""), func(rules *compose.Ruleset, s string) { rules.Name = s })
	r.tone = field(widget.NewEntry(say("rulesets.tone.hint")), func(rules *compose.Ruleset, s string) { rules.Tone = s })
	r.audience = field(widget.NewEntry(say("rulesets.audience.hint")), func(rules *compose.Ruleset, s string) { rules.Audience = s })
	r.never = field(widget.NewMultiline("", 5), func(rules *compose.Ruleset, s string) { rules.Never = present.Phrases(s) })
	r.must = field(widget.NewMultiline("", 5), func(rules *compose.Ruleset, s string) { rules.Must = present.Phrases(s) })
	r.careful = widget.NewSlider(0, 1, 0.05, func(v float64) { r.p.Edit(func(rules *compose.Ruleset) { rules.Careful = 1 - v }) })
	r.care = widget.NewNotes("")
	r.hooks = widget.NewSelect([]widget.Option{
		{ID: "0", Label: say("rulesets.hooks.none")}, {ID: "1", Label: say("rulesets.hooks.one")}, {ID: "2", Label: say("rulesets.hooks.two")},
	}, func(id string) {
		r.p.Edit(func(rules *compose.Ruleset) { rules.Hooks, _ = strconv.Atoi(id) }) // the options are numbers
	})
}

// fill puts the ruleset that is edited into the fields.
func (r *Rulesets) fill() {
	s := r.p.State()
	rules := s.Edited
	r.filling = true
	r.name.SetText(s.Name)
	r.tone.SetText(rules.Tone)
	r.audience.SetText(rules.Audience)
	r.never.SetText(strings.Join(rules.Never, "\n"))
	r.must.SetText(strings.Join(rules.Must, "\n"))
	r.careful.Set(1 - rules.Careful)
	r.hooks.SetSelected(strconv.Itoa(min(rules.Hooks, 2)))
	r.filling = false
}

// Object implements Page.
func (r *Rulesets) Object() fyne.CanvasObject { return r.root }

// Show implements Page.
func (r *Rulesets) Show(Route) { r.p.Show() }

// Hide implements Page: what was typed is kept.
func (r *Rulesets) Hide() { r.p.Save() }

// confirmDeletion asks before a brand's voice goes: there is no way back.
func (r *Rulesets) confirmDeletion() {
	say := r.env.Say
	confirm(r.env, say("rulesets.delete.title", r.p.State().Name), say("rulesets.delete.note"), say("rulesets.delete"), r.p.Delete)
}

func (r *Rulesets) draw() {
	s, say := r.p.State(), r.env.Say
	widget.Show(r.page, !s.Reading)
	widget.Show(r.reading, s.Reading)
	r.problem.set(s.Problem)
	if !slices.Equal(r.names, s.All) || len(r.list.Objects) == 0 {
		r.names = s.All
		r.list.Objects = nil
		for _, c := range s.All {
			r.list.Add(widget.NewLink(c.Label, c.ID == s.Open, func() { r.p.Open(c.ID) }))
		}
	}
	for i, o := range r.list.Objects {
		if link, ok := o.(*widget.Link); ok {
			link.SetSelected(s.All[i].ID == s.Open)
		}
	}
	r.care.SetText(s.Care)
	r.save.SetLabel(say("rulesets.save"))
	r.save.SetEnabled(s.Dirty, say("rulesets.saved"))
	r.remove.SetEnabled(s.CanDelete, say("rulesets.delete.last"))
	r.page.Refresh()
}
