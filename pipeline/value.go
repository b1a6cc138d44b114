package pipeline

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/jsonvalue"
)

// read gives one value the type of its parameter.
func read(p form.Parameter, g form.Given) (any, []form.Problem) {
	refuse := func(hint, format string, args ...any) (any, []form.Problem) {
		return nil, []form.Problem{{Parameter: p.Name, Message: g.Origin + ": " + p.Name + " " + fmt.Sprintf(format, args...), Hint: hint}}
	}
	switch p.Type {
	case typeInteger, typeDouble, typeString, typeBoolean, typeList, typeStruct:
	case "":
		return refuse(hintNewSDK, "has no parameterType in the pipeline, and KFP refuses a value for it")
	case "TASK_FINAL_STATUS", "TASK_CONFIG":
		return refuse("take it from the pipeline's own parameters: a task gets it without being told",
			"is a %s, which KFP gives to tasks and takes from nobody", p.Type)
	default:
		return refuse("leave it out, or use a newer fltsctl", "has the type %s, which this program does not know", p.Type)
	}
	if g.IsValue && g.Value == nil {
		return refuse("leave it out: then its default is used", "takes a %s, and null is none", p.Type)
	}
	v, fault := readText(p, g.Text)
	if g.IsValue {
		v, fault = readValue(p, g.Value)
	}
	if fault.what != "" {
		return refuse(fault.hint, "takes a %s, and %s %s", p.Type, shown(p, g), fault.what)
	}
	if len(p.Choices) > 0 && !isChoice(v, p.Choices) {
		return refuse("", "takes one of %s, and this is none of them", listed(p.Choices))
	}
	return v, warnings(p, g, v)
}

// fault is why a value does not fit. what goes on after "this": "is no number".
type fault struct{ what, hint string }

// readText reads a value as it stands on a command line.
func readText(p form.Parameter, text string) (any, fault) {
	switch p.Type {
	case typeString:
		return text, fault{}
	case typeInteger:
		n, what := readInteger(text)
		return n, fault{what, "write a whole number in decimal digits: " + flag(p)}
	case typeDouble:
		n, what := readDouble(text)
		return n, fault{what, "write a number with a point: " + flag(p)}
	case typeBoolean:
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "true":
			return true, fault{}
		case "false":
			return false, fault{}
		}
		return nil, fault{"is neither true nor false", "write " + flag(p)}
	}
	v, err := jsonvalue.Reader{}.One([]byte(text))
	if err != nil {
		return nil, fault{err.Error(), "write JSON: " + flag(p)}
	}
	return readValue(p, v)
}

// readValue reads a value that has a type already, from a file.
func readValue(p form.Parameter, v any) (any, fault) {
	switch v := v.(type) {
	case string:
		if p.Type == typeString {
			return v, fault{}
		}
		return nil, fault{"is a text", example(p)}
	case json.Number:
		switch p.Type {
		case typeInteger:
			n, what := readInteger(v.String())
			return n, fault{what, example(p)}
		case typeDouble:
			n, what := readDouble(v.String())
			return n, fault{what, example(p)}
		}
		return nil, fault{"is a number", example(p)}
	case bool:
		if p.Type == typeBoolean {
			return v, fault{}
		}
		return nil, fault{"is true or false", example(p)}
	case []any:
		if p.Type == typeList {
			return v, finite(v)
		}
		return nil, fault{"is a list", example(p)}
	case map[string]any:
		if p.Type == typeStruct {
			return v, finite(v)
		}
		return nil, fault{"is a mapping", example(p)}
	}
	return nil, fault{"is null", example(p)}
}

// example is how a value of a type is written in a file.
func example(p form.Parameter) string {
	return map[string]string{
		typeString:  "a text that looks like something else needs quotes in a file",
		typeInteger: "write a whole number without quotes",
		typeDouble:  "write a number without quotes",
		typeBoolean: "write true or false, without quotes",
		typeList:    `write a list: ["a", "b"]`,
		typeStruct:  `write a mapping: {"a": 1}`,
	}[p.Type]
}

// finite looks for numbers that no double holds.
func finite(v any) fault {
	switch v := v.(type) {
	case json.Number:
		_, what := readDouble(v.String())
		return fault{what, ""}
	case []any:
		for _, inner := range v {
			if f := finite(inner); f.what != "" {
				return fault{"has a number in it that is too large for a double", ""}
			}
		}
	case map[string]any:
		for _, inner := range v {
			if f := finite(inner); f.what != "" {
				return fault{"has a number in it that is too large for a double", ""}
			}
		}
	}
	return fault{}
}

// isChoice compares as the server does, which keeps numbers as doubles.
func isChoice(v any, choices []any) bool {
	for _, c := range choices {
		if reflect.DeepEqual(asDoubles(v), asDoubles(c)) {
			return true
		}
	}
	return false
}

func listed(choices []any) string {
	texts := make([]string, len(choices))
	for i, c := range choices {
		text, err := json.Marshal(c)
		if err != nil {
			text = []byte("?")
		}
		texts[i] = string(text)
	}
	return strings.Join(texts, ", ")
}

// shown is a short number as it was given, which helps, and "this" for all else,
// which might be a secret.
func shown(p form.Parameter, g form.Given) string {
	text := strings.TrimSpace(g.Text)
	if n, ok := g.Value.(json.Number); g.IsValue && ok {
		text = n.String()
	}
	if _, _, _, isNumber := decimal(text); isNumber && len(text) <= 24 && !isSecretName(p.Name) {
		return text
	}
	return "this"
}
