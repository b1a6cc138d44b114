package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The report accounts for every difference between the environment that came in
// and the one that the task gets.
func TestReportAccountsForTheWholeEnvironment(t *testing.T) {
	base := []string{
		"PATH=/usr/bin:/bin", "APP_ENV=dev", "MINIO_SECURE=True", "GATEWAY_URL=http://first", "GATEWAY_URL=http://second",
		"LEFT=1", "LEFT=2", "AWS_SESSION_TOKEN=old-session-token", "BUCKET_MLFLOW=", "FLTS_CONFIG_DIGEST=v1:stale",
		"FLTS_FROM_CONFIGMAP_BUCKET_DATASET=raw", "FLTS_FROM_SECRET_LEFT=x", "FLTS_FINGERPRINT_KEY=a key of enough bytes",
	}
	for _, flags := range [][]string{nil, {"--fix-env"}, {"--pristine"}, {"--pristine", "--fix-env"}} {
		report := filepath.Join(t.TempDir(), "report.json")
		var got []string
		var said bytes.Buffer
		args := append([]string{"exec", "--check=off", "--report", report}, flags...)
		require.Zero(t, run(t.Context(), process{
			args: append(args, "--", "true"), environ: base, dir: "/", stdout: &said, stderr: &said,
			become: func(_ context.Context, _ func(), _ string, _, env []string) error { got = env; return nil },
		}), said.String())
		text, err := os.ReadFile(report)
		require.NoError(t, err)
		var doc struct{ Task documentTask }
		require.NoError(t, json.Unmarshal(text, &doc))

		before, after := firsts(base), firsts(got)
		require.Len(t, got, len(after), "one entry per name")
		var want documentTask
		for name, value := range after {
			if old, had := before[name]; !had {
				want.Added = append(want.Added, name)
			} else if old != value {
				want.Changed = append(want.Changed, name)
			}
		}
		for name := range before {
			if _, has := after[name]; !has {
				want.Removed = append(want.Removed, name)
			}
		}
		require.ElementsMatch(t, want.Added, doc.Task.Added, "%v", flags)
		require.ElementsMatch(t, want.Changed, doc.Task.Changed, "%v", flags)
		require.ElementsMatch(t, want.Removed, doc.Task.Removed, "%v", flags)
		require.Equal(t, []string{"GATEWAY_URL", "LEFT"}, doc.Task.Duplicate)

		require.Equal(t, "http://first", after["GATEWAY_URL"])
		require.NotContains(t, after, "FLTS_FINGERPRINT_KEY")
		require.NotContains(t, after, "FLTS_FROM_SECRET_LEFT")
		require.Equal(t, slices.Contains(flags, "--fix-env") || slices.Contains(flags, "--pristine"), !strings.Contains(strings.Join(got, "\n"), "AWS_SESSION_TOKEN="), "%v", flags)
		require.Regexp(t, "^v1:[0-9a-f]{16}$", after[digestVariable])
		require.Contains(t, said.String(), "flts-run: note: changed for the task: BUCKET_MLFLOW, MINIO_SECURE\n")
		require.Contains(t, said.String(), "flts-run: note: set more than once, the first counts: GATEWAY_URL, LEFT\n")
		require.NotContains(t, said.String(), codeUnknownVar)
	}
}

// firsts are the values that getenv would answer.
func firsts(environ []string) map[string]string {
	set := map[string]string{}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if _, have := set[name]; !have {
			set[name] = value
		}
	}
	return set
}
