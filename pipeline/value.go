package pipeline

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/jsonvalue"
)

// read gives one value the type of its parameter.
func read(p form.Parameter, g form.Given) (any, []form.Problem) {
	example := ""
	refuse := func(hint, format string, args ...any) (any, []form.Problem) {
		return nil, []form.Problem{{Parameter: p.Name, Message: g.Origin + ": " + p.Name + " " + fmt.Sprintf(format, args...), Hint: hint, Example: example}}
	}
	if f := notGivable(p); f.what != "" {
		return refuse(f.hint, "%s", f.what)
	}
	if g.IsValue && g.Value == nil {
		hint := "leave it out: then its default is used"
		if p.Required {
			hint = written(p)
		}
		return refuse(hint, "takes a %s, and null is none", p.Type)
	}
	var v any
	var f fault
	if g.IsValue {
		v, f = readValue(p, g.Value)
	} else {
		v, f = readText(p, g.Text)
	}
	if f.what != "" {
		if f.typed {
			example = exampleText(p)
		}
		return refuse(f.hint, "takes a %s, and %s %s", p.Type, shown(p, g), f.what)
	}
	if len(p.Choices) > 0 && !isChoice(v, p.Choices) {
		return refuse("write one of them as it stands here", "takes one of %s, and this is none of them", listed(p.Choices))
	}
	return v, warnings(p, g, v)
}

// notGivable is why nobody can give a value for a parameter, or nothing. what
// goes on after its name.
func notGivable(p form.Parameter) fault {
	switch p.Type {
	case typeInteger, typeDouble, typeString, typeBoolean, typeList, typeStruct:
		return fault{}
	case "":
		return fault{"has no parameterType in the pipeline, and KFP refuses a value for it", hintNewSDK, false}
	case "TASK_FINAL_STATUS", "TASK_CONFIG":
		return fault{
			fmt.Sprintf("is a %s, which KFP gives to tasks and takes from nobody", p.Type),
			"take it out of the pipeline's own parameters: a task that declares it gets it", false,
		}
	}
	return fault{fmt.Sprintf("has the type %s, which this program does not know", p.Type), "leave it out, or use a newer fltsctl", false}
}

// fault is what stands between a value and its parameter. what goes on after
// "this" or the parameter's name.
type fault struct {
	what, hint string
	typed      bool // the hint goes on with an example as it is typed
}

// readText reads a value as it stands on a command line.
func readText(p form.Parameter, text string) (any, fault) {
	switch p.Type {
	case typeString:
		if !utf8.ValidString(text) {
			return nil, fault{"is not UTF-8", "write it in UTF-8; bytes go into a file or a bucket", false}
		}
		return text, fault{}
	case typeInteger:
		n, what := readInteger(text)
		return n, fault{what, "write a whole number in decimal digits", true}
	case typeDouble:
		n, what := readDouble(text)
		return n, fault{what, "write a number with a point", true}
	case typeBoolean:
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "true":
			return true, fault{}
		case "false":
			return false, fault{}
		}
		return nil, fault{"is neither true nor false", "write true or false", true}
	}
	v, err := jsonvalue.Reader{}.One([]byte(text))
	if err != nil {
		return nil, fault{err.Error(), "write JSON", true}
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
		return nil, fault{"is a text", written(p), false}
	case json.Number:
		switch p.Type {
		case typeInteger:
			n, what := readInteger(v.String())
			return n, fault{what, written(p), false}
		case typeDouble:
			n, what := readDouble(v.String())
			return n, fault{what, written(p), false}
		}
		return nil, fault{"is a number", written(p), false}
	case bool:
		if p.Type == typeBoolean {
			return v, fault{}
		}
		return nil, fault{"is true or false", written(p), false}
	case []any:
		if p.Type == typeList {
			return v, finite(v)
		}
		return nil, fault{"is a list", written(p), false}
	case map[string]any:
		if p.Type == typeStruct {
			return v, finite(v)
		}
		return nil, fault{"is a mapping", written(p), false}
	}
	return nil, fault{"is null", written(p), false}
}

// written is how a value of a type is written in a file.
func written(p form.Parameter) string {
	return map[string]string{
		typeString:  "a text that looks like something else needs quotes in a file",
		typeInteger: "write a whole number without quotes",
		typeDouble:  "write a number without quotes",
		typeBoolean: "write true or false, without quotes",
		typeList:    `write a list: ["a", "b"]`,
		typeStruct:  `write a mapping: {"a": 1}`,
	}[p.Type]
}

// finite refuses a list or a mapping with a number in it that no double holds.
func finite(v any) fault {
	if hasNumber(v, func(n json.Number) bool { _, what := readDouble(n.String()); return what != "" }) {
		return fault{what: "has a number in it that is too large for a double"}
	}
	return fault{}
}

// hasNumber reports whether a value is such a number, or has one in it.
func hasNumber(v any, such func(json.Number) bool) bool {
	switch v := v.(type) {
	case json.Number:
		return such(v)
	case []any:
		return slices.ContainsFunc(v, func(inner any) bool { return hasNumber(inner, such) })
	case map[string]any:
		for _, inner := range v {
			if hasNumber(inner, such) {
				return true
			}
		}
	}
	return false
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
	if _, _, _, isNumber := decimal(text); isNumber && len(text) <= 24 && !form.IsSecretName(p.Name) {
		return text
	}
	return "this"
}
