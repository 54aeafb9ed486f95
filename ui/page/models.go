package page

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Models is the page of the language models.
type Models struct {
	env     *Env
	p       *present.Models
	page    *widget.Page
	problem *slot
	list    *fyne.Container
	cards   []*modelCard
	drawn   string
}

// modelCard is one model.
type modelCard struct {
	object   fyne.CanvasObject
	title    *widget.Text
	about    *widget.Text
	chip     *widget.Chip
	speed    *widget.Text
	bar      *widget.Segments
	progress *widget.Text
	moving   *fyne.Container
	use      *widget.Button
	get      *widget.Button
	stop     *widget.Button
	remove   *widget.Button
}

// NewModels builds the page.
func NewModels(env *Env) *Models {
	m := &Models{env: env, p: present.NewModels(env.Stage, env.Studio)}
	m.p.OnChange = m.draw
	say := env.Say
	header := widget.NewHeader(say("models.title"))
	header.SetSubject(say("models.subject"))
	header.SetActions(widget.NewButton(say("models.file"), m.chooseFile))
	m.problem = newSlot(0)
	m.list = widget.Column(theme.Space3)
	column := widget.Column(theme.Space4, m.list, widget.NewNotes(say("models.note")))
	body := widget.Column(0, m.problem.box, widget.Grow(container.NewVScroll(readable(column))))
	m.page = widget.NewPage(header, nil, widget.Fill(body, theme.Background), nil)
	return m
}

// readable is a page's column of cards: no wider than is good to read.
func readable(o fyne.CanvasObject) fyne.CanvasObject {
	return widget.Pad(20, theme.Space6, theme.Space6, theme.Space6, widget.AtMost(820, o))
}

func (m *Models) chooseFile() {
	showPath(m.env, m.env.Say("models.file.title"), m.env.Say("models.file.path"), m.env.Say("models.use"), "", m.p.Use)
}

// confirmRemoval asks before a file goes.
func (m *Models) confirmRemoval(name string) {
	title, note, ok := m.p.Removal(name)
	if !ok {
		return
	}
	confirm(m.env, title, note, m.env.Say("models.remove"), func() { m.p.Remove(name) })
}

// Object implements Page.
func (m *Models) Object() fyne.CanvasObject { return m.page }

// Show implements Page.
func (m *Models) Show(Route) { m.p.Show() }

// Hide implements Page.
func (m *Models) Hide() {}

// Close ends what the page follows.
func (m *Models) Close() { m.p.Close() }

func (m *Models) card(name string) *modelCard {
	say := m.env.Say
	c := &modelCard{
		title: widget.NewStrong(""), about: widget.NewText("").SetRole(theme.Muted).Clip(), chip: widget.NewChip("", widget.ChipNeutral),
		speed: widget.NewText("").Clip(), bar: widget.NewSegments(), progress: widget.NewNote(""),
	}
	c.use = widget.NewButton(say("models.use"), func() { m.p.Use(name) })
	c.get = widget.NewButton(say("models.get"), func() { m.p.Get(name) })
	c.stop = widget.NewButton(say("models.stop"), m.p.StopGetting)
	c.remove = widget.NewButton(say("models.remove"), func() { m.confirmRemoval(name) })
	c.moving = widget.Pad(theme.Space2, 0, 0, 0, widget.Column(theme.Space1, c.bar, c.progress))
	text := widget.Column(2, widget.Row(theme.Space2, c.title, c.chip), c.about, c.speed, c.moving)
	c.object = widget.NewCard(widget.Row(theme.Space4, widget.Grow(text), widget.Row(theme.Space2, c.remove, c.use, c.get, c.stop)))
	return c
}

func (m *Models) draw() {
	s := m.p.State()
	m.problem.set(s.Problem)
	names := make([]string, 0, len(s.Lines))
	for _, l := range s.Lines {
		names = append(names, l.Name)
	}
	if key := strings.Join(names, "\n"); key != m.drawn {
		m.drawn, m.cards, m.list.Objects = key, nil, nil
		for _, name := range names {
			c := m.card(name)
			m.cards = append(m.cards, c)
			m.list.Add(c.object)
		}
	}
	for i, l := range s.Lines {
		m.cards[i].draw(l)
	}
	m.page.Refresh()
}

func (c *modelCard) draw(l present.ModelLine) {
	c.title.SetText(l.Title)
	c.about.SetText(l.About)
	c.chip.Set(l.Chip.Text, chipKind(l.Chip.Tone))
	c.speed.SetText(l.Speed)
	widget.Show(c.speed, l.Speed != "")
	widget.Show(c.use, l.CanUse)
	widget.Show(c.remove, l.CanRemove)
	widget.Show(c.get, l.CanGet)
	widget.Show(c.stop, l.Getting)
	widget.Show(c.moving, l.Getting || l.Loading >= 0)
	part := l.Part
	if l.Loading >= 0 {
		part = l.Loading
	}
	c.bar.Set([]widget.Segment{{Value: part, Role: theme.Accent}}, 1)
	c.progress.SetText(l.Progress)
	widget.Show(c.progress, l.Progress != "")
}
