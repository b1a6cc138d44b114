package main

import (
	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/secret"
)

// looksSecret reports whether a parameter's value should not be shown: by its
// name, or because it is known for a credential.
func looksSecret(name string, value any) bool {
	return form.IsSecretName(name) || form.HoldsSecret(value)
}

// shownValue is a parameter's value as it may be shown.
func shownValue(name string, value any) any {
	if looksSecret(name, value) {
		return secret.Mask
	}
	return value
}
