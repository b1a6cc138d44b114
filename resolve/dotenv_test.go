package resolve_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

func TestDotenv(t *testing.T) {
	s, err := resolve.ParseDotenv(contract(t), ".env", "\uFEFF# comment\r\n\r\nexport ENDPOINT=a:1 # where\r\n"+
		"ACCESS = pa$WORD#1\r\nSECRET=\"a \\\"b\\\" $HOME\\nc\"\r\nTOKEN='${x} \\n'\r\nOPENAI_API_KEY=x\r\nAPP_ENV=prod\r\nNOTE=\"one\r\ntwo\"\r\nURI=")
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"ENDPOINT": "a:1", "ACCESS": "pa$WORD#1", "SECRET": "a \"b\" $HOME\nc", "TOKEN": `${x} \n`, "NOTE": "one\ntwo", "URI": "",
	}, texts(s))
	require.Equal(t, []string{"OPENAI_API_KEY"}, s.Others)
	require.Equal(t, "9:1", s.Values["NOTE"].At)
	require.Equal(t, resolve.Secret, s.Layer)
	require.Empty(t, s.Findings)

	s, err = resolve.ParseDotenv(contract(t), ".env", "NOTE=1\nURI=http://${HOST}/\n")
	require.NoError(t, err)
	require.Equal(t, "http://${HOST}/", s.Values["URI"].Text.Reveal())
	require.Equal(t, []string{"warning FLTS-C44: .env:2:1: URI holds ${…}, which is not expanded | write the value itself, or put it in single quotes if this is meant"}, found([]resolve.Source{s}))
}

// Errors have the line and do not quote the text.
func TestDotenvErrors(t *testing.T) {
	for text, want := range map[string]string{
		"NOTE=1\nSECRET=\"sk-canary\nURI=x":                     ".env:2:1: is no line NAME=VALUE, or a quote is not closed",
		"sk-canary":                                             ".env:1:1: is no line NAME=VALUE, or a quote is not closed",
		"\n# x\nsk canary\nNOTE=1\nsk-canary":                   ".env:3:1: is no line NAME=VALUE, or a quote is not closed\n.env:5:1: is no line NAME=VALUE, or a quote is not closed",
		"=sk-canary":                                            ".env:1:1: is no line NAME=VALUE, or a quote is not closed",
		"SECRET=a\nNOTE=1\nSECRET=sk-canary":                    ".env:3:1: SECRET is given again with another value, after line 1",
		"SECRET=a\x00sk-canary":                                 ".env: holds a NUL byte",
		"SECRET=\"" + strings.Repeat("sk-canary\n", 100) + "\"": ".env:1:1: is no line NAME=VALUE, or a quote is not closed",
	} {
		_, err := resolve.ParseDotenv(contract(t), ".env", text)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "canary")
	}
}

func FuzzDotenv(f *testing.F) {
	f.Add("ENDPOINT=a\nexport NOTE='b' # c\n")
	f.Add("SECRET=\"a\nb$C\\\"\"\r\nURI: x")
	c := contract(f)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := resolve.ParseDotenv(c, ".env", text)
		if err != nil {
			require.Regexp(t, `^\.env:`, err.Error())
			return
		}
		// Plain lines are taken as they stand.
		for _, name := range slices.Sorted(maps.Keys(s.Values)) {
			require.NotContains(t, s.Values[name].Text.Reveal(), "\x00")
		}
		again, err := resolve.ParseDotenv(c, ".env", text)
		require.NoError(t, err)
		require.Equal(t, texts(s), texts(again))
	})
}
