package airflow

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/submit"
)

// dagForm is what a DAG asks for.
type dagForm struct {
	dag    *dag
	server string // "Airflow 3.3.2"
	params []param
	refuse func(name string, value any) error
}

// param is one parameter of a DAG.
type param struct {
	form.Parameter
	schema *jsonschema.Schema // nil where it cannot be read
	types  []string           // that the schema allows, nil for all
	free   bool               // the schema forbids nothing
}

// Form asks for the parameters of a DAG. One that cannot be run has no form.
func (b *Backend) Form(ctx context.Context, t submit.Target) (form.Form, error) {
	return b.dagForm(ctx, t)
}

func (b *Backend) dagForm(ctx context.Context, t submit.Target) (*dagForm, error) {
	id := cmp.Or(t.Pipeline, b.o.DAG)
	if id == "" {
		return nil, &submit.Error{Kind: submit.Invalid, Message: "no DAG is given", Advice: "fltsctl submit --backend airflow DAG_ID"}
	}
	s, err := b.server(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.details(ctx, id)
	if err != nil {
		return nil, err
	}
	return newForm(d, s.title(), b.o.Refuse), nil
}

func newForm(d *dag, server string, refuse func(string, any) error) *dagForm {
	f := &dagForm{dag: d, server: server, refuse: refuse}
	for _, name := range slices.Sorted(maps.Keys(d.Params)) {
		f.params = append(f.params, readParam(name, d.Params[name]))
	}
	return f
}

// readParam reads a parameter as both versions write it.
func readParam(name string, text json.RawMessage) param {
	p := param{Parameter: form.Parameter{Name: name}}
	v, err := decodeJSON(text)
	m, ok := v.(map[string]any)
	schema, declared := m["schema"]
	if err != nil || !ok || !declared {
		// Not as Airflow writes it: take anything, and let Airflow judge.
		return p
	}
	p.Description, _ = m["description"].(string)
	p.Description = cmp.Or(p.Description, titleOf(schema))
	p.types, p.Choices = typesOf(schema), choicesOf(schema)
	p.Type = strings.Join(p.types, "|")
	p.Default = m["value"]
	rules, _ := schema.(map[string]any)
	p.free = len(rules) == 0
	if usable(schema) && usable(p.Default) {
		p.schema, _ = compileSchema(schema) // what it says of a pattern, Read says of each value
	}
	// A parameter without a default is told from one whose default is null by its
	// schema alone.
	p.HasDefault = p.schema == nil || p.schema.Validate(p.Default) == nil
	p.Required = !p.HasDefault
	if p.Required {
		p.Default = nil
	}
	return p
}

func titleOf(schema any) string {
	m, _ := schema.(map[string]any)
	title, _ := m["title"].(string)
	return title
}

// Title names the DAG, and how it is shown if that is another name.
func (f *dagForm) Title() string {
	name := "DAG " + f.dag.ID
	if f.dag.DisplayName != "" && f.dag.DisplayName != f.dag.ID {
		name += fmt.Sprintf(" %q", shownName(f.dag.DisplayName))
	}
	return name + " (" + f.server + ")"
}

// About is what the author of the DAG says of it, in a line.
func (f *dagForm) About() string {
	text := cmp.Or(f.dag.Description, f.dag.Doc)
	return shownName(strings.Join(strings.Fields(text), " "))
}

func (f *dagForm) Parameters() []form.Parameter {
	list := make([]form.Parameter, len(f.params))
	for i, p := range f.params {
		list[i] = p.Parameter
	}
	return list
}

// Read gives values their types. A name that the DAG does not have is passed on as
// Airflow would, with a warning.
func (f *dagForm) Read(given []form.Given) (map[string]any, []form.Problem) {
	values, origins := map[string]any{}, map[string]string{}
	var problems []form.Problem
	for _, g := range given {
		p, known, remarks := f.find(g)
		if isRefused(remarks) {
			problems = append(problems, remarks...)
			continue
		}
		if first, have := origins[p.Name]; have {
			if near.Folded(first) == near.Folded(g.Origin) {
				problems = append(problems, form.Problem{Parameter: p.Name, Message: g.Origin + ": " + shownName(p.Name) + " is given twice", Hint: "keep one of them"})
			}
			continue // what comes first counts, as the caller has ordered them
		}
		origins[p.Name] = g.Origin
		v, found := f.read(p, known, g)
		if isRefused(found) {
			problems = append(problems, found...)
			continue
		}
		problems = append(append(problems, remarks...), found...)
		values[p.Name] = v
	}
	for _, p := range f.params {
		if _, have := origins[p.Name]; p.Required && !have {
			problems = append(problems, missing(p))
		}
	}
	return values, problems
}

func isRefused(problems []form.Problem) bool {
	return slices.ContainsFunc(problems, func(p form.Problem) bool { return !p.Warning })
}

// find is the parameter that somebody meant: the one of that name, the one that
// differs in case and in '-' for '_' alone, or one that the DAG does not have.
func (f *dagForm) find(g form.Given) (p param, known bool, problems []form.Problem) {
	var same []param
	var names []string
	for _, p := range f.params {
		if p.Name == g.Name {
			return p, true, nil
		}
		if near.Folded(p.Name) == near.Folded(g.Name) {
			same = append(same, p)
		}
		names = append(names, p.Name)
	}
	switch len(same) {
	case 1:
		return same[0], true, nil
	case 0:
		return param{Parameter: form.Parameter{Name: g.Name}}, false, []form.Problem{{
			Parameter: g.Name, Warning: true,
			Message: fmt.Sprintf("%s: DAG %s has no parameter %s; Airflow puts it into the conf all the same", g.Origin, f.dag.ID, shownName(g.Name)),
			Hint:    near.DidYouMean(g.Name, names, ""),
		}}
	}
	return param{}, false, []form.Problem{{
		Message: fmt.Sprintf("%s: %s may be %s or %s", g.Origin, shownName(g.Name), same[0].Name, same[1].Name),
		Hint:    "write the name as the DAG does: --param " + same[0].Name + "=VALUE",
	}}
}

// read reads one value and judges it.
func (f *dagForm) read(p param, known bool, g form.Given) (any, []form.Problem) {
	if f.refuse != nil {
		var value any = g.Text
		if g.IsValue {
			value = g.Value
		}
		if err := f.refuse(p.Name, value); err != nil {
			return nil, []form.Problem{refusedProblem(p, g, err)}
		}
	}
	v, faults := p.value(g)
	var problems []form.Problem
	for _, fault := range faults {
		problems = append(problems, form.Problem{
			Parameter: p.Name, Message: g.Origin + ": " + shownName(p.Name) + " " + fault.what, Hint: hintFor(fault), Example: fault.example, Warning: fault.passes,
		})
	}
	if known && p.schema == nil {
		problems = append(problems, form.Problem{
			Parameter: p.Name, Warning: true,
			Message: g.Origin + ": " + shownName(p.Name) + " is not checked: its schema has something that only Airflow can read",
		})
	}
	if form.IsSecret(p.Name, v) {
		problems = append(problems, form.Problem{
			Parameter: p.Name, Warning: true,
			Message: g.Origin + ": " + shownName(p.Name) + " seems to be a secret, and Airflow stores the conf of a run in clear text and shows it to all who see the run",
			Hint:    "put it into a connection or a Secret, and give the name of that",
		})
	}
	return v, problems
}

// refusedProblem is a value that must not go into a conf.
func refusedProblem(p param, g form.Given, err error) form.Problem {
	problem := form.Problem{Parameter: p.Name, Message: g.Origin + ": " + shownName(p.Name) + " " + err.Error()}
	if h, ok := err.(interface{ Hint() string }); ok {
		problem.Hint = h.Hint()
	}
	return problem
}

// hintFor stands in front of the fault's example.
func hintFor(f fault) string {
	if f.example == "" {
		return ""
	}
	return "for example"
}

func missing(p param) form.Problem {
	message := fmt.Sprintf("parameter %s (%s) is required and was not given", shownName(p.Name), cmp.Or(p.Type, "any type"))
	if about := shownName(strings.TrimSuffix(strings.Join(strings.Fields(p.Description), " "), ".")); about != "" {
		message += ": " + about
	}
	return form.Problem{Parameter: p.Name, Message: message, Example: p.example(), Missing: true}
}
