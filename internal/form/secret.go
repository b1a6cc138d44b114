package form

import (
	"strings"
	"sync"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/internal/secret"
)

// IsSecretName reports whether a parameter is named for a secret: minio_password,
// api-key. secret_name and max_tokens are not.
func IsSecretName(name string) bool {
	words := strings.Split(near.Folded(name), "_")
	switch words[len(words)-1] {
	case "password", "passwd", "passphrase", "secret", "token", "credential", "credentials", "apikey":
		return true
	case "key":
		before := words[max(len(words)-2, 0)]
		return before == "secret" || before == "access" || before == "private" || before == "api"
	}
	return false
}

// HoldsSecret reports whether a text in a JSON value is known for a credential by
// its looks: access key ids of AWS, JSON web tokens, private keys, and logins in
// addresses.
func HoldsSecret(v any) bool {
	switch v := v.(type) {
	case string:
		return knownShapes().Mask(v) != v || secret.Open(v).Hidden()
	case []any:
		for _, inner := range v {
			if HoldsSecret(inner) {
				return true
			}
		}
	case map[string]any:
		for _, inner := range v {
			if HoldsSecret(inner) {
				return true
			}
		}
	}
	return false
}

// IsSecret reports whether a parameter of this name with this JSON value is one: a text
// under the name of a secret, or what is known for a credential.
func IsSecret(name string, v any) bool {
	text, _ := v.(string)
	return text != "" && IsSecretName(name) || HoldsSecret(v)
}

var knownShapes = sync.OnceValue(func() *redact.Set {
	var s redact.Set
	s.AddKnownShapes()
	return &s
})
