package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
)

// startSecretsManager starts a Secrets Manager, and returns the environment that leads
// to it.
func startSecretsManager(t *testing.T) (fake *fakesecretsmanager.Server, environ []string) {
	t.Helper()
	fake, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	variables, err := fake.PodEnviron(t.TempDir())
	require.NoError(t, err)
	for name, value := range variables {
		environ = append(environ, name+"="+value)
	}
	return fake, environ
}
