package present

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"shelftalk/app/batch"
	"shelftalk/app/compose"
)

// JobsState is the jobs page.
type JobsState struct {
	Reading bool // there is nothing to show yet
	Empty   bool // there never was a job
	Job     *JobView
	Earlier []JobLine
	Problem *Problem
}

// JobView is the job on the page.
type JobView struct {
	ID, Title, Subject string
	Count              string // "42 of 62"
	Left               string // time left, or what else there is to say beside the count
	Speed              string // "212 tokens/s · 32 rows at once"
	Note               string
	// Passed, Look, Failed (skipped ones too) and Waiting add up to Total.
	Passed, Look, Failed, Skipped, Waiting, Total int
	Cards                                         []RowCard
	// What the user can do now.
	CanPause, CanResume, CanStop, CanLeave, CanRetry bool
	// Interrupted offers to go on with a job that the program's end cut short; Trouble says why a job paused by itself.
	Interrupted, Trouble string
	Finished             bool
}

// RowCard shows the text of one row.
type RowCard struct {
	Index      int
	Title, Key string
	Text       string
	Chip       Chip
	Writing    bool
	Caret      bool // the text is being written now, not a field behind it
	DraftID    string
}

// RowLine is one finished row.
type RowLine struct {
	Key, Title, Seconds, DraftID string
	Chip                         Chip
}

// JobLine is a job in the list of jobs.
type JobLine struct {
	ID, Title, Subject string
	Chip               Chip
	Shown              bool
}

// State returns the page as it is now.
func (p *Jobs) State() JobsState {
	s := JobsState{Problem: p.problem, Reading: len(p.jobs) == 0 && p.loading > 0, Empty: len(p.jobs) == 0 && p.loading == 0 && p.problem == nil}
	for i := range p.jobs {
		s.Earlier = append(s.Earlier, p.line(&p.jobs[i]))
	}
	if job := find(p.jobs, p.shown); job != nil {
		s.Job = p.view(job)
	}
	return s
}

// Rows is the number of finished rows; Row returns one, the newest first.
func (p *Jobs) Rows() int { return len(p.rows) }

// Row returns the i-th finished row, the newest first.
func (p *Jobs) Row(i int) RowLine {
	r := p.rows[len(p.rows)-1-i]
	return RowLine{
		Key: r.Key, Title: r.Title, DraftID: r.DraftID, Chip: p.rowChip(r),
		Seconds: strconv.FormatFloat(r.Seconds, 'f', 1, 64),
	}
}

func (p *Jobs) view(job *batch.Job) *JobView {
	say, c := p.stage.Say, job.Counts
	v := &JobView{
		ID: job.ID, Title: p.title(job), Subject: p.subject(job),
		Count:  say("jobs.count", c.Finished(), c.Total),
		Passed: c.Done - c.NeedsLook, Look: c.NeedsLook, Failed: c.Failed, Skipped: c.Skipped, Waiting: c.Pending, Total: c.Total,
		CanPause:  job.State == batch.Running || job.State == batch.Waiting,
		CanResume: job.State == batch.Paused || (job.State == batch.Stopped && c.Pending > 0),
		CanStop:   job.State == batch.Running || job.State == batch.Waiting,
		CanLeave:  job.State == batch.Paused && c.Running == 0,
		CanRetry:  c.Failed > 0 && job.State != batch.Running,
		Finished:  job.State == batch.Done,
		Note:      say("jobs.note.safe"),
	}
	for i := range p.cards {
		v.Cards = append(v.Cards, p.card(&p.cards[i]))
	}
	if v.CanResume {
		v.Note = say("jobs.note.resume")
	}
	v.Trouble = job.Problem
	if why := reason(say, job.Problem); why != "" {
		v.Trouble = say("jobs.trouble.detail", why, job.Problem)
	}
	switch {
	case job.Interrupted && c.Pending > 0:
		v.Interrupted = say.Count("jobs.interrupted", c.Pending)
		v.Left = say("jobs.left.interrupted")
	case c.Running > 0 && (job.State == batch.Paused || job.State == batch.Stopped):
		v.Left = say.Count("jobs.left.finishing", c.Running)
	case job.State == batch.Running && p.model.Loading:
		v.Left = say("jobs.left.loading", int(100*p.model.Loaded))
	case job.State == batch.Running:
		if v.Left = left(say, p.progress.Left); v.Left == "" {
			v.Left = say("jobs.left.measuring")
		}
	case job.State == batch.Done:
		v.Left = say("jobs.left.took", duration(say, max(job.Active, time.Second)))
		v.Note = say("jobs.note.done")
	default:
		v.Left = say("jobs.left." + string(job.State))
	}
	if p.progress.JobID == job.ID && c.Running > 0 && p.progress.TokensPerSecond > 0 {
		v.Speed = say("jobs.speed", int(p.progress.TokensPerSecond+0.5)) + " · " + say.Count("jobs.at_once", max(p.progress.Rows, 1))
	} else if job.Active > 0 && job.Tokens > 0 {
		v.Speed = say("jobs.speed_mean", int(float64(job.Tokens)/job.Active.Seconds()+0.5))
	}
	return v
}

func (p *Jobs) card(c *card) RowCard {
	out := RowCard{Index: c.index, Title: c.title, Key: c.key, Text: c.text, Writing: c.live, Caret: c.live && (c.field == "" || c.field == compose.FieldTitle || c.field == compose.FieldDescription)}
	if c.live {
		out.Chip = Chip{p.stage.Say("row.writing"), Accent}
		if c.field != "" && c.field != compose.FieldDescription {
			out.Chip.Text = p.stage.Say("row.writing_field", fieldLabel(p.stage.Say, c.field))
		}
		return out
	}
	out.Chip, out.DraftID = p.rowChip(c.row), c.row.DraftID
	if c.row.State == batch.RowDone {
		out.Chip = findingsShortChip(p.stage.Say, c.row.Findings)
	}
	if c.row.Preview != "" {
		out.Text = c.row.Preview
	}
	return out
}

func (p *Jobs) rowChip(r batch.Row) Chip {
	say := p.stage.Say
	switch r.State {
	case batch.RowFailed:
		return Chip{say("row.failed", cmp.Or(reason(say, r.Reason), brief(r.Reason, 60))), Bad}
	case batch.RowSkipped:
		return Chip{say("row.skipped", skipReason(say, r.Reason)), Bad}
	}
	return findingsChip(say, r.Findings)
}

// skipReason translates the composer's reason for writing nothing.
func skipReason(say Say, reason string) string {
	if strings.Contains(reason, "not enough data") {
		return say("row.thin")
	}
	return brief(reason, 60)
}

func (p *Jobs) title(job *batch.Job) string {
	return p.stage.Say("jobs.title", p.stage.Say("template."+job.Spec.Template), p.channelName(job.Spec.Channel))
}

func (p *Jobs) channelName(id string) string {
	return channelName(p.stage.Say, p.svc.Channels(), id)
}

func (p *Jobs) subject(job *batch.Job) string {
	say := p.stage.Say
	return languageName(say, job.Spec.Language) + " · " + say.Count("jobs.products", job.Counts.Total) + " · " + say("jobs.started", moment(say, job.Created, p.now()))
}

// moment says when: the time today, else the day too.
func moment(say Say, t, now time.Time) string {
	t, now = t.Local(), now.Local()
	clock := t.Format("15:04")
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return clock
	}
	return t.Format(say("time.layout"))
}

func (p *Jobs) line(job *batch.Job) JobLine {
	say, c := p.stage.Say, job.Counts
	l := JobLine{
		ID: job.ID, Title: p.title(job), Shown: job.ID == p.shown,
		Subject: moment(say, job.Created, p.now()) + " · " + say("jobs.count", c.Finished(), c.Total),
	}
	switch {
	case job.Interrupted && c.Pending > 0:
		l.Chip = Chip{say("jobs.state.interrupted"), Warning}
	case job.State == batch.Running:
		l.Chip = Chip{say("jobs.state.running"), Accent}
	case job.State == batch.Done && c.Failed > 0:
		l.Chip = Chip{say("jobs.state.failed", c.Failed), Bad}
	case job.State == batch.Done && c.NeedsLook > 0:
		l.Chip = Chip{say("jobs.state.look", c.NeedsLook), Warning}
	case job.State == batch.Done:
		l.Chip = Chip{say("jobs.state.done"), Good}
	default:
		l.Chip = Chip{say("jobs.state." + string(job.State)), Neutral}
	}
	return l
}
