package page

import (
	"fmt"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Jobs is the page of what is being written and of what was.
type Jobs struct {
	env *Env
	p   *present.Jobs

	page    *widget.Page
	header  *widget.Header
	empty   fyne.CanvasObject
	body    *fyne.Container
	notices *fyne.Container
	head    *fyne.Container
	count   *widget.Text
	left    *widget.Text
	speed   *widget.Text
	note    *widget.Text
	bar     *widget.Segments
	legend  *widget.Legend
	grid    *fyne.Container
	cards   []*rowCard
	table   *widget.Table
	none    *fyne.Container
	pause   *widget.Button
	resume  *widget.Button
	stop    *widget.Button
	leave   *widget.Button
	retry   *widget.Button
	drafts  *widget.Button
	list    *widget.Button

	listed  bool   // the panel of all jobs is wanted
	actions string // what the header shows, so that it is only built anew when it changes
	told    string // likewise for the notices
	all     string // likewise for the panel
	counts  string // likewise for the bar and its legend
	headed  string // likewise for the first line
	places  string // how many cards and notices there are room for
	shown   fyne.CanvasObject
	hidden  bool // nothing is drawn then
}

// NewJobs builds the page.
func NewJobs(env *Env) *Jobs {
	j := &Jobs{env: env, p: present.NewJobs(env.Stage, env.Studio)}
	say := env.Say
	j.header = widget.NewHeader(say("jobs.page"))
	j.count, j.left, j.speed = widget.NewBig(""), widget.NewText("").SetRole(theme.Muted), widget.NewText("").SetRole(theme.Muted)
	j.note = widget.NewNote("").Clip()
	j.none = widget.Row(0, widget.Spacer(), widget.NewNote(say("jobs.rows.none")), widget.Spacer())
	j.note.Align = fyne.TextAlignTrailing
	j.bar, j.legend = widget.NewSegments(), widget.NewLegend(nil)
	j.notices = widget.Column(theme.Space3)
	j.notices.Hide()
	j.grid = widget.Grid(2, theme.Space3)
	j.table = widget.NewTable(j.columns())
	j.table.Len, j.table.Row, j.table.OnOpen = j.p.Rows, j.row, j.open
	j.pause = widget.NewButton(say("jobs.pause"), j.p.Pause)
	j.resume = widget.NewPrimary(say("jobs.resume"), j.p.Resume)
	j.stop = widget.NewButton(say("jobs.stop"), j.p.Stop)
	j.leave = widget.NewButton(say("jobs.leave"), j.p.Stop)
	j.retry = widget.NewButton(say("jobs.retry"), j.p.Retry)
	j.drafts = widget.NewPrimary(say("jobs.drafts"), j.toDrafts)
	j.list = widget.NewQuiet(say("jobs.earlier"), j.toggleList)
	j.empty = widget.NewEmpty("jobs", say("jobs.empty.title"), say("jobs.empty.text"), say("jobs.empty.note"),
		widget.NewPrimary(say("jobs.empty.go"), j.toCatalogue))
	j.body = j.layout()
	j.page = widget.NewPage(j.header, nil, widget.Fill(widget.Column(0), theme.Background), nil)
	j.p.OnChange, j.p.OnRows = j.draw, j.rows
	return j
}

func (j *Jobs) columns() []widget.TableColumn {
	say := j.env.Say
	return []widget.TableColumn{
		{Title: say("jobs.col.sku"), Width: 120},
		{Title: say("jobs.col.product"), Least: 160},
		{Title: say("jobs.col.state"), Width: 300},
		{Title: say("jobs.col.seconds"), Width: 76, Right: true},
	}
}

func (j *Jobs) layout() *fyne.Container {
	j.head = widget.Row(10, j.count, widget.Pad(7, 0, 0, 0, j.left), widget.Spacer(), widget.Pad(7, 0, 0, 0, j.speed))
	foot := widget.Row(theme.Space4, j.legend, j.note)
	progress := widget.NewCard(widget.Pad(0, 2, 0, 2, widget.Column(theme.Space3, j.head, j.bar, foot)))
	return widget.Pad(20, theme.Space6, 20, theme.Space6, widget.Column(theme.Space4,
		j.notices, progress, j.grid, widget.Grow(widget.NewTableCard(widget.Layers(j.table, j.none)))))
}

// Object implements Page.
func (j *Jobs) Object() fyne.CanvasObject { return j.page }

// Show implements Page.
func (j *Jobs) Show(r Route) {
	j.hidden = false
	j.p.Show(r.ID)
	j.draw()
	j.rows()
}

// Hide implements Page: the job goes on, and its presenter follows it.
func (j *Jobs) Hide() { j.hidden = true }

// Close ends the page: the window builds another, in another language.
func (j *Jobs) Close() { j.p.Close() }

// Escape closes the list of jobs.
func (j *Jobs) Escape() bool {
	if !j.listed {
		return false
	}
	j.toggleList()
	return true
}

func (j *Jobs) toDrafts() { j.env.Go(Route{Page: "drafts"}) }

func (j *Jobs) toCatalogue() { j.env.Go(Route{Page: "catalogue"}) }

func (j *Jobs) toggleList() {
	j.listed = !j.listed
	j.all = ""
	j.draw()
}

func (j *Jobs) choose(id string) {
	j.p.Choose(id)
	if j.page.Narrow() {
		j.listed = false
	}
	j.draw()
}

func (j *Jobs) open(i int) {
	if id := j.p.Row(i).DraftID; id != "" {
		j.env.Go(Route{Page: "draft", ID: id})
	}
}

func (j *Jobs) rows() {
	if j.hidden {
		return
	}
	widget.Show(j.none, j.p.Rows() == 0)
	j.table.Reload()
}

func (j *Jobs) row(i int) widget.TableRow {
	r := j.p.Row(i)
	return widget.TableRow{Cells: []widget.Cell{
		{Text: r.Key, Role: theme.Muted}, {Text: r.Title}, {Chip: look(r.Chip)}, {Text: r.Seconds, Role: theme.Muted},
	}}
}

// draw shows the presenter's state; it is called up to ten times a second while a job runs.
func (j *Jobs) draw() {
	if j.hidden {
		return
	}
	s := j.p.State()
	v := s.Job
	j.drawList(s)
	j.drawHeader(s)
	if v == nil {
		if s.Problem != nil {
			j.setBody(widget.Pad(20, theme.Space6, 20, theme.Space6, widget.Column(0, problem(s.Problem))))
		} else if s.Empty {
			j.setBody(j.empty)
		}
		return
	}
	j.setBody(j.body)
	j.drawNotices(s)
	if head := v.Count + "|" + v.Left + "|" + v.Speed; head != j.headed {
		j.headed = head
		j.count.SetText(v.Count)
		j.left.SetText(v.Left)
		j.speed.SetText(v.Speed)
		j.head.Refresh()
	}
	j.note.SetText(v.Note)
	j.drawCounts(v)
	j.drawCards(v.Cards)
	if places := fmt.Sprint(len(v.Cards), len(j.notices.Objects)); places != j.places {
		j.places = places
		j.body.Refresh()
	}
}

// setBody changes what the page shows below its header, if it isn't that already.
func (j *Jobs) setBody(o fyne.CanvasObject) {
	if j.shown != o {
		j.shown = o
		j.page.SetBody(o)
	}
}

func (j *Jobs) drawCounts(v *present.JobView) {
	item := func(role theme.Role, n int, key string) widget.LegendItem {
		return widget.LegendItem{Role: role, Number: strconv.Itoa(n), Word: j.env.Say("jobs.legend." + key)}
	}
	items := []widget.LegendItem{item(theme.Accent, v.Passed, "done"), item(theme.Warning, v.Look, "look"), item(theme.Bad, v.Failed, "failed")}
	if v.Skipped > 0 {
		items = append(items, item(theme.Bad, v.Skipped, "skipped"))
	}
	items = append(items, item(theme.Line, v.Waiting, "waiting"))
	if counts := fmt.Sprint(items); counts != j.counts {
		j.counts = counts
		j.bar.Set([]widget.Segment{
			{Value: float64(v.Passed), Role: theme.Accent}, {Value: float64(v.Look), Role: theme.Warning}, {Value: float64(v.Failed + v.Skipped), Role: theme.Bad},
		}, float64(v.Total))
		j.legend.Set(items)
	}
}

func (j *Jobs) drawHeader(s present.JobsState) {
	var actions []fyne.CanvasObject
	signature := ""
	add := func(on bool, b *widget.Button) {
		if on {
			actions = append(actions, b)
			signature += b.Label() + "|"
		}
	}
	add(len(s.Earlier) > 1, j.list)
	title, subject := j.env.Say("jobs.page"), ""
	if s.Reading {
		subject = j.env.Say("shell.reading")
	}
	if v := s.Job; v != nil {
		title, subject = v.Title, v.Subject
		add(v.CanRetry, j.retry)
		add(v.CanPause, j.pause)
		add(v.CanStop, j.stop)
		add(v.CanLeave, j.leave)
		add(v.CanResume, j.resume)
		add(v.Finished, j.drafts)
	}
	signature += title + "|" + subject
	if signature == j.actions {
		return
	}
	j.actions = signature
	j.header.SetTitle(title)
	j.header.SetSubject(subject)
	j.header.SetActions(actions...)
}

func (j *Jobs) drawNotices(s present.JobsState) {
	v, say := s.Job, j.env.Say
	told := v.Interrupted + "|" + v.Trouble
	if s.Problem != nil {
		told += "|" + s.Problem.Title + s.Problem.Detail
	}
	if told == j.told {
		return
	}
	j.told = told
	j.notices.Objects = nil
	if s.Problem != nil {
		j.notices.Add(problem(s.Problem))
	}
	if v.Trouble != "" {
		j.notices.Add(widget.NewNotice(widget.NoticeWarning, say("jobs.trouble.title"), v.Trouble, say("jobs.trouble.hint")))
	}
	if v.Interrupted != "" {
		j.notices.Add(widget.NewNotice(widget.NoticeInfo, say("jobs.interrupted.title"), v.Interrupted, ""))
	}
	j.notices.Hidden = len(j.notices.Objects) == 0
	j.notices.Refresh()
}

func (j *Jobs) drawCards(cards []present.RowCard) {
	for len(j.cards) < len(cards) {
		c := newRowCard()
		j.cards = append(j.cards, c)
		j.grid.Add(c.object)
	}
	for i, c := range j.cards {
		c.object.Hidden = i >= len(cards)
		if i < len(cards) {
			c.set(cards[i])
		}
	}
	j.grid.Hidden = len(cards) == 0
}

func (j *Jobs) drawList(s present.JobsState) {
	var lines []string
	for _, l := range s.Earlier {
		lines = append(lines, l.ID, l.Subject, l.Chip.Text, strconv.FormatBool(l.Shown))
	}
	all := strings.Join(lines, "|")
	switch {
	case !j.listed:
		if j.all != "closed" {
			j.all = "closed"
			j.page.OpenPanel(false)
			j.page.SetPanel(nil)
		}
		return
	case all == j.all:
		return
	}
	j.all = all
	column := widget.Column(theme.Space1)
	for _, l := range s.Earlier {
		column.Add(widget.NewChoice(l.Title, l.Subject, *look(l.Chip), l.Shown, func() { j.choose(l.ID) }))
	}
	j.page.SetPanel(widget.NewPanel(j.env.Say("jobs.earlier.title"), column, nil))
	j.page.OpenPanel(true)
}

// rowCard shows the text of a row: while it is written, and a moment longer.
type rowCard struct {
	object     *widget.Filled
	title, key *widget.Text
	chip       *widget.Chip
	text       *widget.MarkedText
	row        *fyne.Container
	shown      present.RowCard
}

func newRowCard() *rowCard {
	c := &rowCard{title: widget.NewStrong(""), key: widget.NewNote(""), chip: widget.NewChip("", widget.ChipAccent), text: widget.NewParagraph("")}
	c.title.Truncate, c.text.MaxLines, c.text.MinLines = true, 3, 3
	c.row = widget.Row(theme.Space2, c.title, c.key, c.chip)
	c.object = widget.NewCard(widget.Column(theme.Space2, c.row, c.text))
	return c
}

func (c *rowCard) set(r present.RowCard) {
	if c.shown == r {
		return
	}
	c.shown = r
	c.title.SetText(r.Title)
	if c.chip.Text() != r.Chip.Text || c.key.Text() != r.Key {
		c.chip.Set(r.Chip.Text, chipKind(r.Chip.Tone))
		c.key.SetText(r.Key)
		c.row.Refresh()
	}
	if c.text.Text() != r.Text || c.text.Tail != r.Writing || c.text.Writing != r.Caret {
		c.text.Writing, c.text.Tail = r.Caret, r.Writing
		c.text.SetText(r.Text)
	}
}
