package airflow

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/flts-run/flts-run/internal/form"
)

// mostRules is how many broken rules of one value are told.
const mostRules = 5

// rules says in words what a value breaks of its schema. Each goes on after the
// name of the parameter. A value is shown only if it is a number, and its name not
// that of a secret.
func rules(e *jsonschema.ValidationError, name string) []string {
	var list []string
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(list) == mostRules {
			return
		}
		switch e.ErrorKind.(type) {
		case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
			for _, cause := range e.Causes {
				walk(cause)
			}
			return
		}
		list = append(list, where(e.InstanceLocation)+rule(e.ErrorKind, form.IsSecretName(name)))
	}
	walk(e)
	return list
}

// where is the place inside the value.
func where(location []string) string {
	if len(location) == 0 {
		return ""
	}
	return "at " + shownName(strings.Join(location, "/")) + " "
}

// rule is one rule in words.
func rule(broken jsonschema.ErrorKind, secret bool) string {
	number := func(n *big.Rat) string {
		text := n.RatString()
		if !n.IsInt() {
			f, _ := n.Float64()
			text = fmt.Sprint(f)
		}
		return text
	}
	bound := func(words string, want, got *big.Rat) string {
		text := "must be " + words + " " + number(want)
		if !secret {
			text += ", and is " + number(got)
		}
		return text
	}
	switch k := broken.(type) {
	case *kind.Type:
		return "takes " + wanted(k.Want) + ", and this is " + article(k.Got)
	case *kind.Enum:
		return "takes one of " + choices(k.Want) + ", and this is none of them"
	case *kind.Const:
		return "takes " + choices([]any{k.Want}) + " alone"
	case *kind.Format:
		return "takes " + formatWords(k.Want) + ", and this is none"
	case *kind.Pattern:
		return "must fit the pattern " + shownName(k.Want)
	case *kind.Minimum:
		return bound("at least", k.Want, k.Got)
	case *kind.Maximum:
		return bound("at most", k.Want, k.Got)
	case *kind.ExclusiveMinimum:
		return bound("more than", k.Want, k.Got)
	case *kind.ExclusiveMaximum:
		return bound("less than", k.Want, k.Got)
	case *kind.MultipleOf:
		return bound("a multiple of", k.Want, k.Got)
	case *kind.MinLength:
		return fmt.Sprintf("must have at least %s", counted(k.Want, "character"))
	case *kind.MaxLength:
		return fmt.Sprintf("must have at most %s", counted(k.Want, "character"))
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %s", counted(k.Want, "item"))
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %s", counted(k.Want, "item"))
	case *kind.MinProperties:
		return fmt.Sprintf("must have at least %s", counted(k.Want, "field"))
	case *kind.MaxProperties:
		return fmt.Sprintf("must have at most %s", counted(k.Want, "field"))
	case *kind.UniqueItems:
		return fmt.Sprintf("must not have an item twice, as %d and %d are", k.Duplicates[0]+1, k.Duplicates[1]+1)
	case *kind.Required:
		return "needs " + shownName(strings.Join(k.Missing, ", ")) + " in it"
	case *kind.AdditionalProperties:
		return "must not have " + shownName(strings.Join(k.Properties, ", ")) + " in it"
	case *kind.AnyOf, *kind.OneOf:
		return "fits none of the forms that its schema allows, or too many"
	case *kind.Not, *kind.FalseSchema:
		return "is what its schema forbids"
	}
	return "breaks the rule " + strings.Join(broken.KeywordPath(), "/") + " of its schema"
}

// counted is a number of things: "1 item", "2 items".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func choices(values []any) string {
	var list []string
	for _, v := range values {
		list = append(list, asJSON(v))
	}
	return shownName(strings.Join(list, ", "))
}

// wanted lists types: "an integer or null".
func wanted(types []string) string {
	var list []string
	for _, t := range types {
		list = append(list, article(t))
	}
	return strings.Join(list, " or ")
}

func article(t string) string {
	switch t {
	case "null", "":
		return "null"
	case "integer", "array", "object":
		return "an " + t
	}
	return "a " + shownName(t)
}

// formatWords is a format of JSON Schema for people.
func formatWords(format string) string {
	switch format {
	case "date-time":
		return "a date and time with a zone, as 2026-01-02T03:04:05Z"
	case "date":
		return "a date, as 2026-01-02"
	case "time":
		return "a time with a zone, as 03:04:05Z"
	}
	return "the format " + shownName(format)
}
