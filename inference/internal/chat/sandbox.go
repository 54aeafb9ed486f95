package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/nikolalohinski/gonja/v2/builtins"
	control "github.com/nikolalohinski/gonja/v2/builtins/control_structures"
	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

// pinnedDate is today for templates that ask: what Llama's write where they have no clock.
const pinnedDate = "26 Jul 2024"

// parse reads a template into an environment that holds only what chat templates use.
func parse(source string) (*exec.Template, error) {
	const name = "/template"
	loader, err := loaders.NewMemoryLoader(map[string]string{name: source})
	if err != nil {
		return nil, err
	}
	c := config.New()
	c.TrimBlocks, c.LeftStripBlocks = true, true
	t, err := exec.NewTemplate(name, c, onlyRoot{loader}, &exec.Environment{
		Context: exec.NewContext(map[string]any{
			"raise_exception": raise,
			"strftime_now":    func(*exec.Evaluator, *exec.VarArgs) string { return pinnedDate },
			"namespace":       namespace,
			"range":           numbers,
		}),
		Filters:           filters(),
		Tests:             builtins.Tests,
		ControlStructures: statements(),
		Methods:           methods(),
	})
	if err != nil {
		// The library's message repeats the whole template.
		return nil, errors.New(strings.Replace(err.Error(), fmt.Sprintf("failed to parse template '%s': ", source), "", 1))
	}
	return t, nil
}

// onlyRoot lets the template read itself once and nothing else.
type onlyRoot struct{ loaders.Loader }

func (l onlyRoot) Inherit(string) (loaders.Loader, error) {
	return nil, fmt.Errorf("it asks for another template: %w", errRaised)
}

func statements() *exec.ControlStructureSet {
	set := map[string]parser.ControlStructureParser{"set": parseSet, "for": parseFor}
	for _, name := range []string{"if", "break", "continue"} {
		if p, ok := builtins.ControlStructures.Get(name); ok {
			set[name] = p
		}
	}
	return exec.NewControlStructureSet(set)
}

func filters() *exec.FilterSet {
	set := map[string]exec.FilterFunction{"tojson": toJSON}
	for _, name := range []string{
		"trim", "default", "d", "first", "last", "length", "count", "list", "items", "lower", "upper",
		"capitalize", "title", //nolint:misspell // Jinja's spelling
		"string", "int", "safe", "selectattr", "rejectattr", "reverse",
	} {
		if f, ok := builtins.Filters.Get(name); ok {
			set[name] = f
		}
	}
	return exec.NewFilterSet(set)
}

func methods() exec.Methods {
	text := func(fn func(self, arg string) any) exec.Method[string] {
		return func(self string, _ *exec.Value, args *exec.VarArgs) (any, error) {
			arg := ""
			if len(args.Args) > 0 {
				arg = args.Args[0].String()
			}
			return fn(self, arg), nil
		}
	}
	strip := func(left, right bool) exec.Method[string] {
		return text(func(self, set string) any {
			if set == "" {
				set = " \t\r\n\f\v"
			}
			if left {
				self = strings.TrimLeft(self, set)
			}
			if right {
				self = strings.TrimRight(self, set)
			}
			return self
		})
	}
	return exec.Methods{
		Bool:  exec.NewMethodSet(map[string]exec.Method[bool]{}),
		Int:   exec.NewMethodSet(map[string]exec.Method[int]{}),
		Float: exec.NewMethodSet(map[string]exec.Method[float64]{}),
		List:  exec.NewMethodSet(map[string]exec.Method[[]any]{}),
		Dict: exec.NewMethodSet(map[string]exec.Method[map[string]any]{
			"get": func(self map[string]any, _ *exec.Value, args *exec.VarArgs) (any, error) {
				if len(args.Args) == 0 {
					return nil, fmt.Errorf("get without a name: %w", errRaised)
				}
				if v, ok := self[args.Args[0].String()]; ok || len(args.Args) == 1 {
					return v, nil
				}
				return args.Args[1].Interface(), nil
			},
		}),
		Str: exec.NewMethodSet(map[string]exec.Method[string]{
			"strip":      strip(true, true),
			"lstrip":     strip(true, false),
			"rstrip":     strip(false, true),
			"startswith": text(func(self, arg string) any { return strings.HasPrefix(self, arg) }),
			"endswith":   text(func(self, arg string) any { return strings.HasSuffix(self, arg) }),
			"split":      split,
			"replace":    replace,
			"lower":      text(func(self, _ string) any { return strings.ToLower(self) }),
			"upper":      text(func(self, _ string) any { return strings.ToUpper(self) }),
		}),
	}
}

// split is Python's str.split with a separator.
func split(self string, _ *exec.Value, args *exec.VarArgs) (any, error) {
	if len(args.Args) != 1 || args.Args[0].String() == "" {
		return nil, fmt.Errorf("split without a separator: %w", errRaised)
	}
	parts := strings.SplitN(self, args.Args[0].String(), maxRange)
	list := make([]any, len(parts))
	for i, p := range parts {
		list[i] = p
	}
	return list, nil
}

// replace is Python's str.replace, with a bound on what it makes.
func replace(self string, _ *exec.Value, args *exec.VarArgs) (any, error) {
	if len(args.Args) != 2 {
		return nil, fmt.Errorf("replace of %d values: %w", len(args.Args), errRaised)
	}
	from, to := args.Args[0].String(), args.Args[1].String()
	if from == "" || len(self)+strings.Count(self, from)*len(to) > maxString {
		return nil, fmt.Errorf("replace of %q: %w", from, errOutput)
	}
	return strings.ReplaceAll(self, from, to), nil
}

func raise(_ *exec.Evaluator, args *exec.VarArgs) *exec.Value {
	if len(args.Args) == 0 {
		return exec.AsValue(errRaised)
	}
	return exec.AsValue(fmt.Errorf("%w: %s", errRaised, args.Args[0].String()))
}

func namespace(_ *exec.Evaluator, args *exec.VarArgs) map[string]any {
	ns := make(map[string]any, len(args.KwArgs))
	for name, v := range args.KwArgs {
		ns[name] = v
	}
	return ns
}

// numbers is range, as a list of bounded length.
func numbers(_ *exec.Evaluator, args *exec.VarArgs) ([]int, error) {
	from, to, step := 0, 0, 1
	switch a := args.Args; len(a) {
	case 1:
		to = a[0].Integer()
	case 2:
		from, to = a[0].Integer(), a[1].Integer()
	case 3:
		from, to, step = a[0].Integer(), a[1].Integer(), a[2].Integer()
	default:
		return nil, fmt.Errorf("range of %d values: %w", len(a), errRaised)
	}
	var list []int
	for n := from; step > 0 && n < to || step < 0 && n > to; n += step {
		if len(list) == maxRange {
			return nil, fmt.Errorf("range of more than %d numbers: %w", maxRange, errOutput)
		}
		list = append(list, n)
	}
	return list, nil
}

// toJSON writes a value as Python's json.dumps does for plain values: nothing escaped for HTML.
func toJSON(_ *exec.Evaluator, in *exec.Value, _ *exec.VarArgs) *exec.Value {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(in.Interface()); err != nil {
		return exec.AsValue(fmt.Errorf("tojson: %w", err))
	}
	return exec.AsSafeValue(strings.TrimSuffix(b.String(), "\n"))
}

// deadline is where a run's context holds the time at which it has to end: no name in a template is spelled so.
const deadline = " deadline"

// overdue reports whether nobody waits for a run any more.
func overdue(r *exec.Renderer) bool {
	end, _ := r.Environment.Context.Get(deadline)
	at, ok := end.(time.Time)
	return ok && time.Now().After(at)
}

// loop is `{% for … %}` over a list of bounded length; nested ones end in time.
type loop struct{ *control.ForControlStructure }

func parseFor(p, args *parser.Parser) (nodes.ControlStructure, error) {
	parse, ok := builtins.ControlStructures.Get("for")
	if !ok {
		return nil, errRaised
	}
	n, err := parse(p, args)
	if err != nil {
		return nil, err
	}
	f, ok := n.(*control.ForControlStructure)
	if !ok {
		return nil, errRaised
	}
	return &loop{f}, nil
}

// Execute runs the loop.
func (l *loop) Execute(r *exec.Renderer, tag *nodes.ControlStructureBlock) error {
	if overdue(r) {
		return errTime
	}
	if list := r.Eval(l.ObjectEvaluator); !list.IsError() && list.Len() > maxLoop {
		return fmt.Errorf("a loop over more than %d values: %w", maxLoop, errOutput)
	}
	return l.ForControlStructure.Execute(r, tag)
}

// assignment is `{% set name = value %}`, with a bound on the value: repeated doubling ends there.
type assignment struct {
	at                      *tokens.Token
	target                  nodes.Expression
	value, condition, other nodes.Expression
}

func parseSet(p, args *parser.Parser) (nodes.ControlStructure, error) {
	a := &assignment{at: p.Current()}
	var err error
	if a.target, err = args.ParseVariableOrLiteral(); err != nil {
		return nil, err
	}
	if args.Match(tokens.Assign) == nil {
		return nil, args.Error("set without a value", args.Current())
	}
	if a.value, err = args.ParseExpression(); err != nil {
		return nil, err
	}
	if a.condition, a.other, err = args.ParseCondition(); err != nil {
		return nil, err
	}
	if !args.End() {
		return nil, args.Error("set goes on behind its value", args.Current())
	}
	return a, nil
}

// weigh takes what a value would write, as a tree, from a budget; what is left is negative when it was too much.
func weigh(v reflect.Value, budget int) int {
	budget -= 8
	switch v.Kind() {
	case reflect.String:
		return budget - v.Len()
	case reflect.Interface, reflect.Pointer:
		if inner, ok := v.Interface().(*exec.Value); ok && inner != nil {
			return weigh(reflect.ValueOf(inner.Interface()), budget)
		}
		if !v.IsNil() {
			return weigh(v.Elem(), budget)
		}
	case reflect.Slice, reflect.Array:
		for i := 0; i < v.Len() && budget >= 0; i++ {
			budget = weigh(v.Index(i), budget)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next() && budget >= 0; {
			budget = weigh(it.Value(), weigh(it.Key(), budget))
		}
	case reflect.Struct:
		for i := 0; i < v.NumField() && budget >= 0; i++ {
			if v.Type().Field(i).IsExported() {
				budget = weigh(v.Field(i), budget)
			}
		}
	}
	return budget
}

// Position is for gonja's messages.
func (a *assignment) Position() *tokens.Token { return a.at }

func (a *assignment) String() string { return "set" }

// Execute evaluates and assigns.
func (a *assignment) Execute(r *exec.Renderer, _ *nodes.ControlStructureBlock) error {
	if overdue(r) {
		return errTime
	}
	expr := a.value
	if a.condition != nil {
		c := r.Eval(a.condition)
		if c.IsError() {
			return c
		}
		if !c.IsTrue() {
			expr = a.other
		}
	}
	if expr == nil {
		return nil
	}
	v := r.Eval(expr)
	if v.IsError() {
		return v
	}
	if weigh(reflect.ValueOf(v.Interface()), maxString) < 0 {
		return errOutput
	}
	switch n := a.target.(type) {
	case *nodes.Name:
		r.Environment.Context.Set(n.Name.Val, v.Interface())
		return nil
	case *nodes.GetAttribute:
		ns := r.Eval(n.Node)
		if ns.IsError() {
			return ns
		}
		return ns.Set(exec.AsValue(n.Attribute), v.Interface())
	}
	return fmt.Errorf("set of %v: %w", a.target, errRaised)
}
