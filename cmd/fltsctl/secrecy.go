package main

import "github.com/flts-run/flts-run/internal/form"

// looksSecret reports whether a parameter's value should not be shown: by its
// name, or because it is known for a credential.
func looksSecret(name string, value any) bool {
	return form.IsSecretName(name) || form.HoldsSecret(value)
}
