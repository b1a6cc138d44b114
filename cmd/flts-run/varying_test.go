package main_test

import "regexp"

// varying is what differs between two runs of the same command.
var varying = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?:<|\\u003c)?\d+(\.\d+)? ms\b`), "N ms"},
	{regexp.MustCompile(`"(started|took|waited|duration)_ms": [0-9.e-]+`), `"${1}_ms": 0`},
	{regexp.MustCompile(`\btime="[0-9.]+"`), `time="0"`},
	{regexp.MustCompile(`\bwaited \d+\.\d s\b`), "waited N s"},
	{regexp.MustCompile(`\battempt \d+\) +`), "attempt N)  "}, // the column of codes is as far away as the digits let it be
	{regexp.MustCompile(`\battempt \d+\b`), "attempt N"},
	{regexp.MustCompile(`request [0-9A-F]{16}\b`), "request ID"},
	{regexp.MustCompile(`\bstarted \d{4}-\S+Z`), "started 2026-01-02T03:04:05Z"},
	{regexp.MustCompile(`"started": "[^"]+"`), `"started": "2026-01-02T03:04:05Z"`},
	{regexp.MustCompile(`"time": "[^"]+"`), `"time": "2026-01-02T03:04:05Z"`},
	{regexp.MustCompile(`v1:[0-9a-f]{16}`), "v1:DIGEST"}, // where a port is part of the configuration
	{regexp.MustCompile(`/tmp/[^ "]*/script-[^/ "]*`), "$$WORK"},
	{regexp.MustCompile(`"kind":\s*"(container|machine)"(,\s*"evidence":\s*\[[^]]*\])?`), `"kind": "machine"`},
	{regexp.MustCompile(`\bkind: (container|machine)\n(\s+evidence:\n(\s+- .*\n)*)?`), "kind: machine\n"},
	{regexp.MustCompile(`\bprocess \d+`), "process N"},
}

// steadyText is what a command printed without what varies.
func steadyText(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.instead)
	}
	return text
}
