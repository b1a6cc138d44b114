package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadmeNamesEveryVariableAndCommand(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	for _, name := range variables() {
		require.Contains(t, string(text), name)
	}
	for _, c := range newApp(&runner{}).Commands {
		require.Contains(t, string(text), "flts-run "+c.Name)
	}
}
