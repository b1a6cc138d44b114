package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/near"
)

// find is the parameter that somebody meant.
func (f kfpForm) find(g form.Given) (form.Parameter, *form.Problem) {
	var folded []form.Parameter
	for _, p := range f.parameters {
		if p.Name == g.Name {
			return p, nil
		}
		if near.Folded(p.Name) == near.Folded(g.Name) {
			folded = append(folded, p)
		}
	}
	switch len(folded) {
	case 0:
		return form.Parameter{}, f.unknown(g)
	case 1:
		return folded[0], nil
	}
	return form.Parameter{}, &form.Problem{
		Message: fmt.Sprintf("%s: %s may be %s or %s", g.Origin, g.Name, folded[0].Name, folded[1].Name),
		Hint:    fmt.Sprintf("write the name as the pipeline does: --param %s=VALUE", folded[0].Name),
	}
}

func (f kfpForm) unknown(g form.Given) *form.Problem {
	if slices.ContainsFunc(f.artifacts, func(a artifact) bool { return near.Folded(a.name) == near.Folded(g.Name) }) {
		return &form.Problem{
			Message: fmt.Sprintf("%s: %s is an artifact, and KFP gives none to a run", g.Origin, g.Name),
			Hint:    "give its address in a parameter, and let an importer task in the pipeline bring it",
		}
	}
	hint := f.title + " has no parameters"
	if names := f.names(); len(names) > 0 {
		hint = near.DidYouMean(g.Name, names, "its parameters are "+strings.Join(names[:min(len(names), 10)], ", "))
		if len(names) > 10 && !strings.HasPrefix(hint, "did") {
			hint += ", …"
		}
	}
	return &form.Problem{
		Message: fmt.Sprintf("%s: %s has no parameter %s", g.Origin, f.title, g.Name),
		Hint:    hint,
	}
}

func (f kfpForm) names() []string {
	names := make([]string, len(f.parameters))
	for i, p := range f.parameters {
		names[i] = p.Name
	}
	return names
}

// twice refuses two values of one origin. Where the origins differ, the first
// counts, as the caller has ordered them.
func twice(p form.Parameter, first, second form.Given) []form.Problem {
	if near.Folded(first.Origin) != near.Folded(second.Origin) {
		return nil
	}
	names := first.Name
	if second.Name != first.Name {
		names += " and " + second.Name
	}
	return []form.Problem{{
		Parameter: p.Name,
		Message:   fmt.Sprintf("%s: %s is given twice, as %s", second.Origin, p.Name, names),
		Hint:      "keep one of them",
	}}
}

func missing(p form.Parameter) form.Problem {
	if f := notGivable(p); f.what != "" {
		return form.Problem{Parameter: p.Name, Message: fmt.Sprintf("parameter %s is required, and %s", p.Name, f.what), Hint: f.hint}
	}
	message := fmt.Sprintf("parameter %s (%s) is required and was not given", p.Name, p.Type)
	if p.Description != "" {
		message += ": " + oneLine(p.Description)
	}
	return form.Problem{Parameter: p.Name, Message: message, Example: exampleText(p), Missing: true}
}

// oneLine is what fits a line of a description.
func oneLine(description string) string {
	words := strings.Join(strings.FieldsFunc(description, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(words); len(runes) > 100 {
		words = string(runes[:99]) + "…"
	}
	return strings.TrimSuffix(words, ".")
}

// exampleText is a value as it is written on a command line.
func exampleText(p form.Parameter) string {
	if len(p.Choices) > 0 {
		return fmt.Sprint(p.Choices[0])
	}
	return cmp.Or(map[string]string{
		typeInteger: "1", typeDouble: "0.5", typeBoolean: "true", typeList: `["a", "b"]`, typeStruct: `{"a": 1}`,
	}[p.Type], "VALUE")
}
