package present

import (
	"strconv"
	"strings"

	"shelftalk/app/check"
)

// Tone is what a state means; the window gives each its colour, always the same.
type Tone int

// The tones.
const (
	Neutral Tone = iota
	Accent
	Good
	Warning
	Bad
)

// Chip is a state in a word or two.
type Chip struct {
	Text string
	Tone Tone
}

// fieldLabel names a field of copy: "title", "description", "bullet_2", "seo_title", "seo_description".
func fieldLabel(say Say, field string) string {
	if n, ok := strings.CutPrefix(field, "bullet_"); ok {
		if i, err := strconv.Atoi(n); err == nil {
			return say("field.bullet", i)
		}
	}
	return say("field." + field)
}

// claimClass names what a claim is about.
func claimClass(say Say, class string) string {
	key := "finding.class." + class
	if s := say(key); s != key {
		return s
	}
	return class
}

// findingShort tells a finding in a few words, for a chip or a cell of a table.
func findingShort(say Say, f check.Finding) string {
	switch f.Kind {
	case check.Empty:
		return say("finding.short.empty", fieldLabel(say, f.Field))
	case check.Length:
		if f.Limit > 0 && f.Got < f.Limit {
			return say("finding.short.length_under", fieldLabel(say, f.Field))
		}
		return say("finding.short.length", fieldLabel(say, f.Field), f.Got, f.Limit)
	case check.Number:
		return say("finding.short.number", f.Text)
	case check.Claim:
		return say("finding.short.claim", claimClass(say, f.Class))
	case check.Banned:
		return say("finding.short.banned", f.Text)
	case check.Missing:
		return say("finding.short.missing", f.Text)
	case check.Cut:
		return say("finding.short.cut", fieldLabel(say, f.Field))
	case check.Grammar:
		return say("finding.short.grammar", f.Text)
	}
	return say("finding.short." + string(f.Kind))
}

// findingsChip is the state of a text by its findings: passed, or how many there are to look at and the first of them.
func findingsChip(say Say, fs []check.Finding) Chip {
	if len(fs) == 0 {
		return Chip{say("row.passed"), Good}
	}
	return Chip{say.Count("row.look", len(fs), findingShort(say, worst(fs))), Warning}
}

// findingsShortChip is findingsChip where there is little room: it names the finding only when it is the only one.
func findingsShortChip(say Say, fs []check.Finding) Chip {
	if len(fs) > 1 {
		return Chip{say.Count("row.look_short", len(fs)), Warning}
	}
	return findingsChip(say, fs)
}

// worst returns the first finding of the highest severity. There must be one.
func worst(fs []check.Finding) check.Finding {
	for _, f := range fs {
		if f.Severity == check.Must {
			return f
		}
	}
	return fs[0]
}

// findingTitle names the words, or the field, that a finding is about.
func findingTitle(say Say, f check.Finding) string {
	switch {
	case f.Kind == check.Length && f.Limit > 0 && f.Got > f.Limit:
		return say("finding.title.length", fieldLabel(say, f.Field), f.Got-f.Limit)
	case f.Kind != check.Length && f.Text != "" && f.End > f.Start:
		return say("finding.title.words", brief(f.Text, 80))
	}
	return fieldLabel(say, f.Field)
}

// findingReason says what is wrong and what helps.
func findingReason(say Say, f check.Finding, channel string) string {
	switch f.Kind {
	case check.Translated:
		switch {
		case f.Text != "":
			return say("finding.reason.translated", f.Class)
		case f.Field == "title":
			return say("finding.reason.unnamed", f.Class)
		}
		return say("finding.reason.untranslated", f.Class)
	case check.Length:
		if f.Limit > 0 && f.Got < f.Limit {
			return say("finding.reason.length_under", channel, f.Limit)
		}
		return say("finding.reason.length", channel, f.Limit)
	case check.Claim:
		return say("finding.reason.claim", claimClass(say, f.Class))
	case check.Grammar:
		return say("finding.reason.grammar", f.Class)
	}
	key := "finding.reason." + string(f.Kind)
	if s := say(key); s != key {
		return s
	}
	return f.Detail
}

// brief shortens a text to n characters at most, with an ellipsis.
func brief(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return strings.TrimRight(string(runes[:n-1]), " ,，") + "…"
}
