package pipeline

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/form"
)

// warnings are about values that the server accepts. They quote none.
func warnings(p form.Parameter, g form.Given, v any) []form.Problem {
	var found []form.Problem
	warn := func(hint, format string, args ...any) {
		found = append(found, form.Problem{
			Parameter: p.Name, Message: g.Origin + ": " + p.Name + " " + fmt.Sprintf(format, args...), Hint: hint, Warning: true,
		})
	}
	text, _ := v.(string)
	if form.IsSecretName(p.Name) && text != "" || form.HoldsSecret(v) {
		warn("put it into a Secret, and give the name of the Secret",
			"seems to be a secret, and KFP stores parameters in clear text and shows them to all who see the run")
	}
	if name := serverMacro(text); name != "" {
		warn("", "has [[%s]] in it, in place of which KFP 2.16 and newer put something else", name)
	}
	return found
}

// serverMacro is the first name in double brackets that the server replaces.
func serverMacro(text string) string {
	for _, name := range []string{"CurrentTime", "RunUUID", "ScheduledTime", "Index"} {
		if strings.Contains(text, "[["+name+"]]") || strings.Contains(text, "[["+name+".") {
			return name
		}
	}
	return ""
}
