package catalog

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainText takes the text out of HTML: blocks and line breaks become lines, cells of a table are parted, scripts and
// styles go, entities are decoded. Unlike taking tags away it never glues words together. Text that isn't HTML
// ("< 5 kg", "<|im_end|>") comes back as it is; a tag that HTML doesn't know is text.
func plainText(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	if !markup.MatchString(s) {
		if s = html.UnescapeString(s); !markup.MatchString(s) { // else it was escaped twice
			return s
		}
	}
	return extract(s)
}

func extract(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	var b strings.Builder
	hidden := atom.Atom(0) // the element whose content isn't text
	for {
		switch z.Next() {
		case html.ErrorToken:
			// The end; an unfinished tag at the end is what is left in Raw.
			if rest := string(z.Raw()); hidden == 0 && rest != "" {
				b.WriteString(rest)
			}
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case hidden != 0:
			case a == 0:
				b.WriteString(raw)
			case isHidden(a):
				hidden = a
			default:
				b.WriteString(gap(a))
			}
		case html.EndTagToken:
			raw := string(z.Raw())
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case hidden != 0:
				if a == hidden {
					hidden = 0
				}
			case a == 0:
				b.WriteString(raw)
			default:
				b.WriteString(gap(a))
			}
		}
	}
}

func isHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Object, atom.Svg, atom.Head, atom.Title, atom.Select, atom.Textarea:
		return true
	}
	return false
}

// gap is what an element's border means in text.
func gap(a atom.Atom) string {
	switch a {
	case atom.P, atom.Div, atom.Br, atom.Hr, atom.Li, atom.Ul, atom.Ol, atom.Dl, atom.Dt, atom.Dd, atom.Tr, atom.Table, atom.Tbody, atom.Thead, atom.Caption,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Aside, atom.Nav, atom.Main,
		atom.Blockquote, atom.Pre, atom.Figure, atom.Figcaption, atom.Address, atom.Form, atom.Fieldset, atom.Body, atom.Html, atom.Details, atom.Summary:
		return "\n"
	case atom.Td, atom.Th, atom.Img, atom.Input, atom.Button, atom.Option:
		return " "
	}
	return ""
}
