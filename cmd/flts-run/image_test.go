package main_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// There is no container engine here, so the Dockerfile is held against what it
// is to be built from: it copies what "make dist" writes, for every processor of
// a release, and starts what it copied.
func TestDockerfileCopiesAReleaseBinary(t *testing.T) {
	text, err := os.ReadFile("../../components/image/Dockerfile")
	require.NoError(t, err)
	makefile, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)

	var instructions []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			name, _, _ := strings.Cut(line, " ")
			instructions = append(instructions, name)
		}
	}
	require.Equal(t, []string{"FROM", "ARG", "COPY", "USER", "ENTRYPOINT"}, instructions)

	source := regexp.MustCompile(`(?m)^COPY --chmod=0755 (\S+)\$\{TARGETARCH\} (\S+)$`).FindSubmatch(text)
	require.NotNil(t, source)
	require.Contains(t, string(makefile), "-o $(DIST)/"+string(source[1])+"$$arch ./cmd/flts-run")
	require.Regexp(t, `(?m)^ARCHES +:= amd64 arm64$`, string(makefile), "the values of TARGETARCH in the comment")

	entry := regexp.MustCompile(`(?m)^ENTRYPOINT (.*)$`).FindSubmatch(text)
	var words []string
	require.NoError(t, json.Unmarshal(entry[1], &words))
	require.Equal(t, []string{string(source[2])}, words)
}
