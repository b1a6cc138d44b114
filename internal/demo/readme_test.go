package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var scenesOfTest = map[string]string{"success": "$ a\nA\n", "refused": "$ b\nB\n"}

const written = "# flts-run\n\n<!-- demo:success -->\n```console\n$ a\nA\n```\n\n<!-- demo:refused -->\n```console\n$ b\nB\n```\n"

func TestUpdateReadme(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	for _, c := range []struct{ name, have, want string }{
		{"none", "", written},
		{"as it should be", written, written},
		{
			"another text around it",
			"one\n<!-- demo:success -->\n\n```text\nold\nolder\n```\n\n```\nnot this\n```\n<!-- demo:refused -->\n```\n```\nend\n",
			"one\n<!-- demo:success -->\n\n```text\n$ a\nA\n```\n\n```\nnot this\n```\n<!-- demo:refused -->\n```\n$ b\nB\n```\nend\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.have != "" {
				require.NoError(t, os.WriteFile(file, []byte(c.have), 0o644))
			}
			require.NoError(t, updateReadme(file, scenesOfTest))
			got, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
		})
	}
}

func TestReadmeWithoutBlocks(t *testing.T) {
	for _, c := range []struct{ name, have, want string }{
		{"no marker", "text\n", "README.md has no line <!-- demo:success -->"},
		{"no block", "<!-- demo:success -->\ntext\n", "README.md has no fenced block behind <!-- demo:success -->"},
		{"no end", "<!-- demo:success -->\n```\ntext\n", "the fenced block behind <!-- demo:success --> does not end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := withScenes(c.have, scenesOfTest)
			require.EqualError(t, err, c.want)
		})
	}
}
