package teststack_test

import (
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
