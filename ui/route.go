package ui

import (
	"fyne.io/fyne/v2"

	"shelftalk/ui/page"
	"shelftalk/ui/widget"
)

// railPages are the pages of the rail, in the order of Ctrl+1 to Ctrl+6.
func railPages() []string {
	return []string{"catalogue", "jobs", "drafts", "rulesets", "models", "settings"}
}

// railOf is the entry of the rail under which a page stands.
func railOf(name string) string {
	switch name {
	case "import":
		return "catalogue"
	case "draft":
		return "drafts"
	}
	return name
}

// build makes the page with that name.
func (w *Window) build(name string) page.Page {
	switch name {
	case "import":
		return page.NewImporting(w.env)
	case "jobs":
		return page.NewJobs(w.env)
	case "drafts":
		return page.NewDrafts(w.env)
	case "draft":
		return page.NewEditor(w.env)
	case "rulesets":
		return page.NewRulesets(w.env)
	case "models":
		return page.NewModels(w.env)
	case "settings":
		return page.NewSettings(w.env)
	}
	return page.NewCatalogue(w.env)
}

// Go shows a page. Pages are built when they are first shown, and kept.
func (w *Window) Go(r page.Route) {
	next, ok := w.pages[r.Page]
	if !ok {
		next = w.build(r.Page)
		w.pages[r.Page] = next
	}
	if w.current != nil && w.current != next {
		w.current.Hide()
	}
	w.current, w.route = next, r
	w.stack.Objects = []fyne.CanvasObject{next.Object()}
	w.stack.Refresh()
	w.rail.Select(railOf(r.Page))
	w.win.Canvas().Unfocus()
	next.Show(r)
	w.o.Event("page", "name", r.Page, "id", r.ID)
}

// goRail shows a page of the rail.
func (w *Window) goRail(name string) { w.Go(page.Route{Page: name}) }

// railItems are the rail's entries.
func (w *Window) railItems() []widget.RailItem {
	var out []widget.RailItem
	for _, name := range railPages() {
		out = append(out, widget.RailItem{ID: name, Icon: name, Label: w.env.Say("shell.page." + name)})
	}
	return out
}
