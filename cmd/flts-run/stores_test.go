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
	fake.Trust("web-token")
	return fake, []string{
		"AWS_ENDPOINT_URL_SECRETS_MANAGER=" + fake.URL(), "AWS_ENDPOINT_URL_STS=" + fake.URL(), "AWS_REGION=us-east-1",
		"AWS_WEB_IDENTITY_TOKEN_FILE=" + written(t, t.TempDir()+"/token", "web-token"), "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/pipelines",
	}
}
