package access

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSecretsInHeaders(t *testing.T) {
	tests := map[string][]string{
		"Bearer abc":                 {"abc"},
		"Basic YWRhOmh1bnRlcjI6eA==": {"YWRhOmh1bnRlcjI6eA==", "hunter2:x"},
		"Basic ?":                    nil,
		"a=b; c=d=e":                 {"b", "d=e"},
		"plain":                      nil,
	}
	for header, want := range tests {
		require.Equal(t, want, secretsIn(header), header)
	}
}
