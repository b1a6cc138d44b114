package fakesecretsmanager_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
)

// Who has not signed gets nothing, and is not counted as a call.
func TestUnsignedRequests(t *testing.T) {
	fake, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	require.NoError(t, err)
	defer fake.Close()
	fake.Put("a", "text")
	for _, authorization := range []string{"", "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=00"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fake.URL(), strings.NewReader(`{"SecretId": "a"}`))
		require.NoError(t, err)
		r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
		r.Header.Set("X-Amz-Date", "20260101T000000Z")
		r.Header.Set("Authorization", authorization)
		got, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, got.Body.Close())
		require.Equal(t, http.StatusBadRequest, got.StatusCode)
	}
	require.Empty(t, fake.Calls())
}
