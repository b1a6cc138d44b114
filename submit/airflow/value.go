package airflow

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/jsonvalue"
)

// fault is what is wrong with a value. what goes on after the parameter's name.
type fault struct {
	what    string
	example string // a value that would do
	passes  bool   // Airflow would take it
}

// value reads what was given. What has a type already keeps it; a text is read by
// the types that the schema allows.
func (p param) value(g form.Given) (any, []fault) {
	if g.IsValue {
		return g.Value, p.judge(g.Value)
	}
	readings, faults := p.readings(g.Text)
	for _, v := range readings {
		if len(p.judge(v)) == 0 {
			return v, p.remarks(v)
		}
	}
	if len(readings) == 0 {
		return nil, faults
	}
	return readings[0], p.judge(readings[0])
}

// readings are what a text may mean, the likeliest first. Where a string is allowed
// it is one: nobody's "123" or "null" becomes something else. Where the schema says
// nothing of types, the default does.
func (p param) readings(text string) ([]any, []fault) {
	kinds := p.types
	if kinds == nil && p.HasDefault {
		kinds = []string{typeOf(p.Default)}
	}
	v, what := parse(text, kinds)
	parsed := what == "" && typeOf(v) != "string"
	if p.types == nil {
		switch {
		case !parsed:
			return []any{text}, nil
		case p.HasDefault && p.Default != nil && sameType(v, p.Default):
			return []any{v, text}, nil
		}
		return []any{text, v}, nil
	}
	var list []any
	if slices.Contains(p.types, "string") {
		list = append(list, text)
	}
	if parsed && allows(p.types, typeOf(v)) {
		list = append(list, v)
	}
	if len(list) > 0 {
		return list, nil
	}
	if what == "" {
		what = "is none"
	}
	return nil, []fault{{what: "takes " + wanted(p.types) + ", and this " + what, example: p.example()}}
}

// sameType takes whole numbers and others for one type.
func sameType(a, b any) bool {
	x, y := typeOf(a), typeOf(b)
	return x == y || allows([]string{y}, x) || allows([]string{x}, y)
}

// parse reads a text as JSON or YAML. What is wrong is "" or goes on after "this".
func parse(text string, types []string) (v any, what string) {
	text = strings.TrimSpace(text)
	if slices.Contains(types, "boolean") {
		switch strings.ToLower(text) { // as Python writes it, too
		case "true":
			return true, ""
		case "false":
			return false, ""
		}
	}
	if text == "" {
		return nil, "is empty"
	}
	v, err := jsonvalue.Reader{}.One([]byte(text))
	if fault := (*jsonvalue.Fault)(nil); errors.As(err, &fault) {
		return nil, fault.What
	}
	if err != nil {
		return nil, "cannot be read"
	}
	return v, ""
}

// remarks are what there is to say of a value that Airflow takes.
func (p param) remarks(v any) []fault {
	if !p.free || p.Default == nil || sameType(v, p.Default) {
		return nil
	}
	return []fault{{what: "is " + article(typeOf(v)) + ", and its default is " + article(typeOf(p.Default)), passes: true}}
}

// judge holds a value against the schema, and lists all that is wrong.
func (p param) judge(v any) []fault {
	if !usable(v) {
		return []fault{{what: "has a number that is too large for a double"}}
	}
	if p.schema == nil {
		return nil
	}
	err := p.schema.Validate(v)
	if err == nil {
		return nil
	}
	broken, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return []fault{{what: "cannot be held against its schema"}}
	}
	var faults []fault
	for _, what := range rules(broken, p.Name) {
		faults = append(faults, fault{what: what, example: p.hint()})
	}
	return faults
}

// hint is an example, unless the message has the choices.
func (p param) hint() string {
	if len(p.Choices) > 0 {
		return ""
	}
	return p.example()
}

// example is a value as it is written on a command line.
func (p param) example() string {
	if len(p.Choices) > 0 {
		return choice(p.Choices[0])
	}
	for _, t := range p.types {
		if e := map[string]string{
			"integer": "1", "number": "0.5", "boolean": "true", "array": `["a", "b"]`, "object": `{"a": 1}`,
		}[t]; e != "" {
			return e
		}
	}
	return "VALUE"
}

// choice is a value as it is written on a command line.
func choice(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	return asJSON(v)
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return string(text)
}
