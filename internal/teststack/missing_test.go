package teststack_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// What is missing is an error that says how to have it.
func TestMissingPartsAreNamed(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	b := teststack.Binaries{Cache: t.TempDir()}
	_, err := b.Clients(t.Context())
	require.ErrorContains(t, err, "apt-get install python3-venv")
	_, err = b.Airflow(t.Context())
	require.ErrorContains(t, err, "apt-get install python3-venv")
}

// Who asks for what is installed gets nothing installed.
func TestWhatIsNotInstalledIsNotAvailable(t *testing.T) {
	cache := t.TempDir()
	_, err := teststack.Binaries{Cache: cache}.InstalledKFPSDK(t.Context())
	require.EqualError(t, err, "not available here: go run ./internal/teststack/cmd/stack kfpsdk")
	entries, err := os.ReadDir(cache)
	require.NoError(t, err)
	require.Empty(t, entries)
}
