package pipeline

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/internal/secret"
)

// warnings are about values that the server accepts. They quote none.
func warnings(p form.Parameter, g form.Given, v any) []form.Problem {
	var found []form.Problem
	warn := func(hint, format string, args ...any) {
		found = append(found, form.Problem{
			Parameter: p.Name, Message: g.Origin + ": " + p.Name + " " + fmt.Sprintf(format, args...), Hint: hint, Warning: true,
		})
	}
	texts := textsOf(v, nil)
	if isSecretName(p.Name) && strings.Join(texts, "") != "" || hasSecret(texts) {
		warn("put it into a Secret, and give the name of the Secret",
			"seems to be a secret, and KFP stores parameters in clear text and shows them to all who see the run")
	}
	if s, ok := v.(string); ok {
		if name := serverMacro(s); name != "" {
			warn("", "has [[%s]] in it, in place of which KFP 2.16 and newer put something else", name)
		}
	}
	return found
}

// textsOf are the texts in a value, names left out.
func textsOf(v any, texts []string) []string {
	switch v := v.(type) {
	case string:
		return append(texts, v)
	case []any:
		for _, inner := range v {
			texts = textsOf(inner, texts)
		}
	case map[string]any:
		for _, inner := range v {
			texts = textsOf(inner, texts)
		}
	}
	return texts
}

// isSecretName reports whether a parameter is named for a secret. secret_name and
// max_tokens are not.
func isSecretName(name string) bool {
	words := strings.Split(near.Folded(name), "_")
	last := words[len(words)-1]
	switch last {
	case "password", "passwd", "passphrase", "secret", "token", "credential", "credentials", "apikey":
		return true
	case "key":
		before := words[max(len(words)-2, 0)]
		return before == "secret" || before == "private" || before == "api"
	}
	return false
}

// hasSecret knows credentials by their looks: access key ids of AWS, JSON web
// tokens, private keys, and logins in addresses.
func hasSecret(texts []string) bool {
	var known redact.Set
	known.AddKnownShapes()
	for _, text := range texts {
		if known.Mask(text) != text || secret.Open(text).Hidden() {
			return true
		}
	}
	return false
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
