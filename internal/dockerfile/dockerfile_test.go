package dockerfile_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/dockerfile"
)

func TestParse(t *testing.T) {
	got, err := dockerfile.Parse(`# syntax
FROM tools:1.0 as tools

from python:3.11
COPY --from=tools --chmod=0755 /a /b /bin/
ENV A=1 PATH=/x:$PATH
RUN one && \
    # why
    two
RUN ["one", "two three"]
ENTRYPOINT ["a", "--"]
CMD b c
`)
	require.NoError(t, err)
	require.Equal(t, []dockerfile.Stage{
		{From: "tools:1.0", Name: "tools"},
		{From: "python:3.11", Steps: []dockerfile.Step{
			{Line: 5, Instruction: "COPY", Flags: map[string]string{"from": "tools", "chmod": "0755"}, Words: []string{"/a", "/b", "/bin/"}},
			{Line: 6, Instruction: "ENV", Words: []string{"A=1", "PATH=/x:$PATH"}},
			{Line: 7, Instruction: "RUN", Words: []string{"/bin/sh", "-c", "one && two"}},
			{Line: 10, Instruction: "RUN", Words: []string{"one", "two three"}},
			{Line: 11, Instruction: "ENTRYPOINT", Words: []string{"a", "--"}},
			{Line: 12, Instruction: "CMD", Words: []string{"/bin/sh", "-c", "b c"}},
		}},
	}, got)
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "there is no FROM",
		"RUN a":                      "line 1: RUN is before the first FROM",
		"FROM a b":                   "line 1: FROM is IMAGE, or IMAGE AS NAME",
		"FROM a\nHEALTHCHECK NONE":   "line 2: HEALTHCHECK is not known here",
		"FROM a\nCOPY b":             "line 2: COPY has too few arguments",
		"FROM a\nCOPY --link b c":    "line 2: --link has no value",
		"FROM a\nENV A=\"b c\"":      `line 2: quotes are not known here: A="b c"`,
		"FROM a\n\nRUN [\"a\", b]\n": `line 3: ["a", b] is no list in JSON: invalid character 'b' looking for beginning of value`,
	} {
		_, err := dockerfile.Parse(text)
		require.EqualError(t, err, want, text)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"image", "flts"} {
		text, err := os.ReadFile("../../components/" + name + "/Dockerfile")
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		stages, err := dockerfile.Parse(text)
		if err != nil {
			return
		}
		require.NotEmpty(t, stages)
		for _, stage := range stages {
			for _, step := range stage.Steps {
				require.NotEmpty(t, step.Words)
			}
		}
	})
}
