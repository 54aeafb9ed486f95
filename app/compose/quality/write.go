package quality

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Write renders the report as text: a column for each arm and language, a line for each figure.
func (r Report) Write(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "%d products, channel %s, ruleset %s (careful %.2f), seed %d\n\n", r.Products, r.Channel, r.Ruleset, r.Careful, r.Seed); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(name string, value func(Figures) string) {
		fmt.Fprint(t, name)
		for _, f := range r.Figures {
			fmt.Fprint(t, "\t"+value(f))
		}
		fmt.Fprint(t, "\t\n")
	}
	count := func(name string, n func(Figures) int) {
		line(name, func(f Figures) string { return fmt.Sprint(n(f)) })
	}
	percent := func(name string, v func(Figures) float64) {
		line(name, func(f Figures) string { return fmt.Sprintf("%.0f %%", 100*v(f)) })
	}
	line("", func(f Figures) string { return f.Arm })
	line("", func(f Figures) string { return string(f.Language) })
	count("rows", func(f Figures) int { return f.Rows })
	count("skipped", func(f Figures) int { return f.Skipped })
	count("failed", func(f Figures) int { return f.Failed })
	count("every field filled", func(f Figures) int { return f.Filled })
	percent("within limits, as written", func(f Figures) float64 { return f.LimitsFirst })
	percent("within limits, delivered", func(f Figures) float64 { return f.Limits })
	count("numbers untraced, as written", func(f Figures) int { return f.NumbersFirst })
	count("numbers untraced, delivered", func(f Figures) int { return f.Numbers })
	count("of them without a finding", func(f Figures) int { return f.NumbersUnflagged })
	count("claims untraced", func(f Figures) int { return f.ClaimsAll })
	count("drafts with such a claim", func(f Figures) int { return f.ClaimDrafts })
	for _, class := range r.classes() {
		count("  "+class, func(f Figures) int { return f.Claims[class] })
	}
	count("example leaks", func(f Figures) int { return f.Leaks })
	count("labels and markup", func(f Figures) int { return f.Labels })
	percent("copied from the supplier", func(f Figures) float64 { return f.Copied })
	line("words that the row doesn't have", func(f Figures) string { return fmt.Sprintf("%.1f %%", 100*f.Own) })
	percent("right language", func(f Figures) float64 { return f.RightLanguage })
	if slices.ContainsFunc(r.Figures, func(f Figures) bool { return f.Translated > 0 }) {
		count("from rows in another language", func(f Figures) int { return f.Translated })
		line("words left in that language", func(f Figures) string { return fmt.Sprintf("%.1f %%", 100*f.OtherWords) })
		percent("facts wholly in the glossary", func(f Figures) float64 { return f.Glossary })
		percent("drafts to compare with the row", func(f Figures) float64 { return f.ToCompare })
	}
	percent("distinct openings", func(f Figures) float64 { return f.Openings })
	percent("most alike pair", func(f Figures) float64 { return f.MostAlike })
	percent("facts carried", func(f Figures) float64 { return f.Coverage })
	percent("drafts with a finding", func(f Figures) float64 { return f.Flagged })
	percent("with one that must be met", func(f Figures) float64 { return f.FlaggedMust })
	line("words in a description", func(f Figures) string { return fmt.Sprintf("%.0f", f.Words) })
	line("tokens per row", func(f Figures) string { return fmt.Sprintf("%.0f", f.TokensPerRow) })
	line("seconds per row", func(f Figures) string { return fmt.Sprintf("%.2f", f.SecondsPerRow) })
	return t.Flush()
}

func (r Report) classes() []string {
	seen := map[string]bool{}
	for _, f := range r.Figures {
		for class := range f.Claims {
			seen[class] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// WriteDrafts renders drafts to be read by a person: the row, then the page with its findings.
func (r Report) WriteDrafts(w io.Writer, most int) error {
	for i, d := range r.Drafts {
		if i == most {
			break
		}
		var b strings.Builder
		fmt.Fprintf(&b, "## %s\n", d.Product.Key)
		for _, f := range d.Product.Fields {
			fmt.Fprintf(&b, "| %s: %s\n", f.Name, strings.ReplaceAll(f.Value, "\n", " / "))
		}
		v := d.Draft.Current()
		for _, f := range v.Fields {
			fmt.Fprintf(&b, "%s: %s\n", f.Name, f.Text)
		}
		for _, f := range v.Findings {
			fmt.Fprintf(&b, "! %s %s %s: %s\n", f.Severity, f.Field, f.Kind, f.Detail)
		}
		b.WriteString("\n")
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
	}
	return nil
}
