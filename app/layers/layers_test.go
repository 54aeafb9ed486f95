// Package layers guards the direction of imports. The import graph is the architecture: data flows one way (file,
// catalogue, brief, draft, checks, store, file), the window is thin, and what generates, stores and imports can't open a
// socket. Each rule below carries its reason; a new edge needs a line here, and so a thought.
package layers

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "shelftalk"

// allowed lists, for each of our packages, the packages of ours it may import. "x/..." is x and all below it. A package
// that isn't listed takes the rule of its nearest listed parent.
var allowed = map[string][]string{
	"app":                 {"app/...", "ui/...", "inference", "store", "assets"}, // main: wiring
	"app/cli":             {"app/...", "inference", "store", "assets"},           // the same studio without a window
	"app/studio":          {"app/batch", "app/catalog", "app/channel", "app/check", "app/compose", "app/models", "app/sheet", "inference", "store", "assets"},
	"app/sheet":           {}, // knows no products
	"app/channel":         {}, // data with counting functions
	"app/check":           {"app/channel", "app/catalog"},
	"app/models":          {},
	"app/catalog":         {"app/sheet"},
	"app/gloss":           {},                                                                    // words by themselves
	"app/compose":         {"app/gloss", "app/catalog", "app/channel", "app/check", "inference"}, // inference: its requests and results; the engine comes in through compose.Generator
	"app/compose/quality": {"app/compose", "app/catalog", "app/channel", "app/check", "inference"},
	"app/batch":           {"app/compose", "app/catalog", "app/check", "inference", "store"}, // store: a row's draft and state are one transaction; catalog, check: a row shows its product and findings
	"app/layers":          {},
	"inference":           {"inference/internal/...", "inference/inferencetest"},
	"inference/internal":  {"inference/internal/..."},
	"store":               {},
	"store/storetest":     {"store"},
	"assets":              {},
	"ui":                  {"ui/...", "app/...", "inference", "assets"},
	"ui/widget":           {"ui/theme", "assets"}, // mute: fields in, callbacks out
	"ui/theme":            {"assets"},
	"ui/present":          {"app/...", "inference", "assets"}, // plain Go, so that it is tested without a window
}

// banned lists imports from outside that a package must not have, with the reason.
var banned = []struct {
	in, what string
	except   []string
	reason   string
}{
	{in: "", what: "fyne.io/fyne/v2/app", except: []string{"app"}, reason: "it pulls in cgo and OpenGL: only main may, so that everything else is tested without a C compiler"},
	{in: "app/cli", what: "fyne.io/", reason: "the headless program is pure Go"},
	{in: "app/studio", what: "fyne.io/", reason: "the application knows no window"},
	{in: "app/batch", what: "fyne.io/", reason: "the application knows no window"},
	{in: "app/compose", what: "fyne.io/", reason: "the application knows no window"},
	{in: "inference", what: "fyne.io/", reason: "the engine knows no window"},
	{in: "store", what: "fyne.io/", reason: "the store knows no window"},
	{in: "ui/present", what: "fyne.io/", reason: "presenters are plain Go"},
	{in: "", what: "net", except: []string{"inference/remote"}, reason: "nothing leaves the machine: only the connection to a user's own server may open a socket"},
	{in: "", what: "net/http", except: []string{"inference/remote"}, reason: "nothing leaves the machine: only the connection to a user's own server may open a socket"},
	{in: "app", what: "go.etcd.io/bbolt", reason: "the store owns the file: others speak to the store"},
}

// imports maps each package of the module to the files' imports, test files left out.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	err = filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "testdata" || strings.HasPrefix(name, "_") || (strings.HasPrefix(name, ".") && file != root)) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		for _, spec := range parsed.Imports {
			what, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if !slices.Contains(found[pkg], what) {
				found[pkg] = append(found[pkg], what)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 10 {
		t.Fatalf("found %d packages below %s: the walk is broken", len(found), root)
	}
	return found
}

func TestImportsGoOneWay(t *testing.T) {
	for pkg, all := range imports(t) {
		rule, ok := ruleFor(pkg)
		if !ok {
			t.Errorf("%s has no rule: add one to allowed, with its reason", pkg)
			continue
		}
		for _, what := range all {
			ours, isOurs := strings.CutPrefix(what, module+"/")
			if isOurs && !matches(rule, ours) {
				t.Errorf("%s imports %s: allowed are %v", pkg, ours, rule)
			}
		}
	}
}

func TestBannedImports(t *testing.T) {
	for pkg, all := range imports(t) {
		for _, ban := range banned {
			if !below(pkg, ban.in) || slices.Contains(ban.except, pkg) {
				continue
			}
			for _, what := range all {
				if what == ban.what || (strings.HasSuffix(ban.what, "/") && strings.HasPrefix(what, ban.what)) {
					t.Errorf("%s imports %s: %s", pkg, what, ban.reason)
				}
			}
		}
	}
}

// The headless program must build without a C compiler; a single cgo package among its dependencies ends that.
func TestHeadlessProgramIsPureGo(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if .CgoFiles}}{{.ImportPath}}{{end}}", "../cli").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for _, pkg := range strings.Fields(string(out)) {
		if !slices.Contains([]string{"net", "os/user", "runtime/cgo", "plugin"}, pkg) { // these have a Go twin for CGO_ENABLED=0
			t.Errorf("the headless program depends on %s, which needs cgo", pkg)
		}
	}
}

func ruleFor(pkg string) ([]string, bool) {
	for at := pkg; at != "."; at = path.Dir(at) {
		if rule, ok := allowed[at]; ok {
			return rule, true
		}
	}
	return nil, false
}

func matches(rule []string, pkg string) bool {
	for _, r := range rule {
		if prefix, tree := strings.CutSuffix(r, "/..."); r == pkg || (tree && below(pkg, prefix)) {
			return true
		}
	}
	return false
}

func below(pkg, dir string) bool {
	return dir == "" || pkg == dir || strings.HasPrefix(pkg, dir+"/")
}
