package main

import (
	"strings"

	"github.com/flts-run/flts-run/internal/redact"
)

// looksSecret reports whether a value should not be shown: by the name of its
// parameter, or because it has the shape of a known credential.
func looksSecret(name, value string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"password", "passwd", "secret", "token", "credential", "api_key", "api-key", "apikey", "private_key", "private-key", "access_key", "access-key"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return knownShapes().Mask(value) != value
}

// knownShapes masks credentials that are known by their looks.
func knownShapes() *redact.Set {
	var s redact.Set
	s.AddKnownShapes()
	return &s
}
