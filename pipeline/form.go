package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/flts-run/flts-run/internal/form"
)

// Types of parameters, in the words of the IR.
const (
	typeInteger = "NUMBER_INTEGER"
	typeDouble  = "NUMBER_DOUBLE"
	typeString  = "STRING"
	typeBoolean = "BOOLEAN"
	typeList    = "LIST"
	typeStruct  = "STRUCT"
)

// kfpForm is what a compiled pipeline asks for.
type kfpForm struct {
	title      string
	parameters []form.Parameter // in the order of their names
	artifacts  []artifact
	notes      []form.Problem // about the file, whatever is given
}

// artifact is an input artifact of the pipeline as a whole.
type artifact struct {
	name     string
	required bool
}

// Form is what the pipeline asks its submitter for. Its values are JSON values,
// in which numbers are json.Number.
func (p *Package) Form() form.Form {
	f := kfpForm{title: fmt.Sprintf("pipeline %s (schema %s)", oneLine(p.Name), p.SchemaVersion)}
	inputs := mappingAt(p.spec, "root", "inputDefinitions")
	parameters := mappingAt(inputs, "parameters")
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		f.parameters = append(f.parameters, parameterOf(name, parameters[name]))
	}
	artifacts := mappingAt(inputs, "artifacts")
	for _, name := range slices.Sorted(maps.Keys(artifacts)) {
		f.artifacts = append(f.artifacts, artifact{name, member(artifacts[name], "isOptional") != true})
	}
	if p.platform != nil && memberAt(p.platform, "platforms", "kubernetes") == nil {
		f.notes = append(f.notes, form.Problem{
			Message: p.File + " has a platform document without platforms.kubernetes, which KFP ignores",
			Hint:    "compile the pipeline with kfp-kubernetes, or delete the document", Warning: true,
		})
	}
	return f
}

func parameterOf(name string, definition any) form.Parameter {
	m := form.Parameter{Name: name, Type: textAt(definition, "parameterType"), Description: textAt(definition, "description")}
	m.Default, m.HasDefault = defaultOf(definition)
	m.Required = member(definition, "isOptional") != true && !m.HasDefault
	literals, _ := member(definition, "literals").([]any)
	m.Choices = slices.Clone(literals)
	if m.Type == typeInteger {
		m.Default = whole(m.Default)
		for i, c := range m.Choices {
			m.Choices[i] = whole(c)
		}
	}
	return m
}

// whole is a number without the fraction that the SDK writes: 42.0 is 42.
func whole(v any) any {
	if number, ok := v.(json.Number); ok {
		if digits, what := readInteger(number.String()); what == "" {
			return digits
		}
	}
	return v
}

// defaultOf tells null, which is a default too, from nothing.
func defaultOf(definition any) (v any, has bool) {
	m, _ := definition.(map[string]any)
	if v, has = m["defaultValue"]; !has {
		v, has = m[Underscored("defaultValue")]
	}
	return v, has
}

func (f kfpForm) Title() string { return f.title }

func (f kfpForm) Parameters() []form.Parameter { return slices.Clone(f.parameters) }

// Read reads what was given. It is found by its exact name, or by one that
// differs in case and in '-' for '_' alone.
func (f kfpForm) Read(given []form.Given) (map[string]any, []form.Problem) {
	values, problems := map[string]any{}, slices.Clone(f.notes)
	chosen := map[string]form.Given{}
	for _, g := range given {
		p, problem := f.find(g)
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		if first, have := chosen[p.Name]; have {
			problems = append(problems, twice(p, first, g)...)
			continue
		}
		chosen[p.Name] = g
		v, found := read(p, g)
		problems = append(problems, found...)
		if !slices.ContainsFunc(found, func(p form.Problem) bool { return !p.Warning }) {
			values[p.Name] = v
		}
	}
	for _, p := range f.parameters {
		if _, have := chosen[p.Name]; p.Required && !have {
			problems = append(problems, missing(p))
		}
	}
	for _, a := range f.artifacts {
		if a.required {
			problems = append(problems, form.Problem{
				Message: fmt.Sprintf("the pipeline wants an artifact for its input %s, and KFP gives none to a run: its tasks would fail", a.name),
				Hint:    "let an importer task in the pipeline bring it, or declare it Optional",
			})
		}
	}
	return values, problems
}
