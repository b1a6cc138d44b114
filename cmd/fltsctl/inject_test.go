package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline/inject"
	"github.com/flts-run/flts-run/resolve"
)

// The variables that an injection names are those that flts-run reads.
func TestInjectedVariablesAreRead(t *testing.T) {
	require.Equal(t, resolve.ConfigMapPrefix, inject.ConfigMapPrefix)
	require.Equal(t, resolve.SecretPrefix, inject.SecretPrefix)
	contract, err := resolve.Builtin()
	require.NoError(t, err)
	env := resolve.ReadEnviron(contract, []string{
		inject.ConfigMapPrefix + "APP_ENV=prod", inject.ConfigMapPrefix + "GATEWAY_URL=http://g:1", inject.SecretPrefix + "MINIO_SECRET_KEY=x",
	})
	require.Equal(t, "prod", env.ConfigMapPrefixed.AppEnv.Text.Reveal())
	require.Contains(t, env.ConfigMapPrefixed.Values, "GATEWAY_URL")
	require.Contains(t, env.SecretPrefixed.Values, "MINIO_SECRET_KEY")
}
