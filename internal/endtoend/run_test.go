package endtoend_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// outcome is what is left of a run.
type outcome struct {
	status  int
	printed string
	report  report
	reason  string // the termination log
}

// report is the part of the JSON report that is looked at.
type report struct {
	Status int `json:"status"`
	Checks struct {
		Results []struct {
			Target   string `json:"target"`
			State    string `json:"state"`
			Code     string `json:"code"`
			Attempts int    `json:"attempts"`
		} `json:"results"`
	} `json:"checks"`
}

// finding is a result that is not a plain pass.
type finding struct{ target, state, code string }

func (o outcome) findings() []finding {
	var found []finding
	for _, r := range o.report.Checks.Results {
		if r.Code != "" {
			found = append(found, finding{r.Target, r.State, r.Code})
		}
	}
	return found
}

// started reports whether the component has said anything.
func (o outcome) started() bool {
	return strings.Contains(o.printed, "read dataset/") || strings.Contains(o.printed, "curl:")
}

const needs = "s3:dataset=r,processed-data=w"

// run starts the component. Everything that it and flts-run have written must be
// free of secrets, whatever the outcome.
func (s *stack) run(t *testing.T, needs, flags string, watch ...io.Writer) outcome {
	t.Helper()
	dir := t.TempDir()
	reportFile, reasonFile := filepath.Join(dir, "report.json"), filepath.Join(dir, "termination-log")
	require.NoError(t, os.WriteFile(reasonFile, nil, 0o600))
	var printed bytes.Buffer
	line := "flts-run exec --report " + reportFile + " --termination-log " + reasonFile + " " + flags + " --needs " + needs + " -- sh component.sh"
	status, err := s.pod.Run(t.Context(), line, io.MultiWriter(append(watch, &printed)...),
		"APP_ENV=staging", "FLTS_CONFIG_DIR=config", "FLTS_SECRET_DIR=secrets")
	require.NoError(t, err)
	reportText, err := os.ReadFile(reportFile)
	require.NoError(t, err)
	reason, err := os.ReadFile(reasonFile)
	require.NoError(t, err)

	o := outcome{status: status, printed: printed.String(), reason: string(reason)}
	require.NoError(t, json.Unmarshal(reportText, &o.report))
	for what, text := range map[string]string{"output": o.printed, "report": string(reportText), "termination log": o.reason} {
		s.requireNoSecret(t, what, text)
	}
	return o
}

func (s *stack) requireNoSecret(t *testing.T, what, text string) {
	t.Helper()
	// The failure must not show the secret either.
	require.False(t, leaks(text, s.secrets), "a secret is in the %s", what)
}

func leaks(text string, secrets []string) bool {
	for _, secret := range secrets {
		plain := []byte(secret)
		for _, form := range []string{
			secret, strings.Trim(strconv.Quote(secret), `"`), strings.ReplaceAll(secret, "'", `'\''`),
			url.QueryEscape(secret), url.PathEscape(secret), hex.EncodeToString(plain),
			base64.StdEncoding.EncodeToString(plain), base64.URLEncoding.EncodeToString(plain), base64.RawStdEncoding.EncodeToString(plain),
		} {
			if strings.Contains(text, form) {
				return true
			}
		}
	}
	return false
}

func TestLeaks(t *testing.T) {
	secrets := []string{"other", `a/"b\`}
	for text, want := range map[string]bool{
		"": false, "nothing": false, `a/b`: false, "another": true,
		`x a/"b\`: true, `{"v": "a/\"b\\"}`: true, "?q=a%2F%22b%5C&": true, "612f22625c": true, "YS8iYlw=": true,
	} {
		require.Equal(t, want, leaks(text, secrets), text)
	}
}
