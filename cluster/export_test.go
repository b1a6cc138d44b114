package cluster

import "github.com/flts-run/flts-run/internal/secret"

// Expand is expand with these variables.
func Expand(text string, variables map[string]string) string {
	expanded, _, _ := expand(text, func(name string) (EnvVar, bool) {
		text, have := variables[name]
		return EnvVar{Value: secret.New(text)}, have
	})
	return expanded
}
