package pipeline

import (
	"encoding/json"
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
	if form.IsSecret(p.Name, v) {
		warn("put it into a Secret, and give the name of the Secret",
			"seems to be a secret, and KFP stores parameters in clear text and shows them to all who see the run")
	}
	if (p.Type == typeList || p.Type == typeStruct) && hasNumber(v, losesDigits) {
		warn("write it in quotes, and let the task read a text",
			"has a whole number in it that is beyond ±%d, where KFP, which keeps a double, loses digits", maxInteger)
	}
	if name := serverMacro(text); name != "" {
		warn("", "has [[%s]] in it, in place of which KFP 2.16 and newer put something else", name)
	}
	return found
}

// losesDigits reports a whole number, written in digits alone, that no double holds
// as it is.
func losesDigits(n json.Number) bool {
	_, what := readInteger(n.String())
	return what == outOfRange && allDigits(strings.TrimPrefix(n.String(), "-"))
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
