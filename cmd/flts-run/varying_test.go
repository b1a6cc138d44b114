package main_test

import "regexp"

// varying is what differs between two runs of the same command.
var varying = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`<?\d+(\.\d+)? ms\b`), "N ms"},
	{regexp.MustCompile(`"(started|took|waited|duration)_ms": [0-9.e-]+`), `"${1}_ms": 0`},
	{regexp.MustCompile(`request [0-9A-F]{16}\b`), "request ID"},
	{regexp.MustCompile(`"started": "[^"]+"`), `"started": "2026-01-02T03:04:05Z"`},
	{regexp.MustCompile(`/tmp/[^ "]*/script-[^/ "]*`), "$$WORK"},
	{regexp.MustCompile(`"kind":\s*"(container|machine)"(,\s*"evidence":\s*\[[^]]*\])?`), `"kind": "machine"`},
	{regexp.MustCompile(`\bkind: (container|machine)\n(\s+evidence:\n(\s+- .*\n)*)?`), "kind: machine\n"},
	{regexp.MustCompile(`\bprocess \d+`), "process N"},
}
