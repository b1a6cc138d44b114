package form_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/form"
)

func TestSecretNames(t *testing.T) {
	for name, want := range map[string]bool{
		"password": true, "MINIO-PASSWORD": true, "api_token": true, "aws_secret_access_key": true, "minio_secret_key": true,
		"api-key": true, "key": false, "sort_key": false, "secret_name": false, "max_tokens": false, "tokenizer": false, "": false,
	} {
		require.Equal(t, want, form.IsSecretName(name), name)
	}
}

func TestSecretValues(t *testing.T) {
	const key, token = "AKIA" + "IOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
	for _, v := range []any{key, "Bearer " + token, "http://me:hunter2@gateway", []any{map[string]any{"a": key}}} {
		require.True(t, form.HoldsSecret(v))
	}
	for _, v := range []any{"", nil, true, "http://gateway:8000", []any{"a", map[string]any{"b": "AKIA"}}} {
		require.False(t, form.HoldsSecret(v))
	}
}

func TestSecrets(t *testing.T) {
	require.True(t, form.IsSecret("api_token", "anything"))
	require.True(t, form.IsSecret("x", []any{"http://me:hunter2@gateway"}))
	require.False(t, form.IsSecret("api_token", ""))
	require.False(t, form.IsSecret("api_token", true))
	require.False(t, form.IsSecret("x", "anything"))
}
