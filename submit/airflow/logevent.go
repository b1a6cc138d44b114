package airflow

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// eventLines is an event of a log of version 3 as lines for people: time, level,
// what happened, what it said of that, and where an exception came from. Marks that
// only fold the log in the web page are left out.
func eventLines(event any) []string {
	if line, ok := event.(string); ok {
		return shownLines("", line)
	}
	m, ok := event.(map[string]any)
	if !ok {
		return nil
	}
	what, _ := m["event"].(string)
	if isFold(what) {
		return nil
	}
	front := ""
	if at, _ := m["timestamp"].(string); at != "" {
		front = "[" + at + "] "
	}
	if level, _ := m["level"].(string); level != "" {
		front += strings.ToUpper(level) + " - "
	}
	lines := shownLines(front, what+extras(m))
	if errors, ok := m["error_detail"].([]any); ok {
		for _, e := range errors {
			lines = append(lines, traceLines(e)...)
		}
	}
	return lines
}

// isFold knows the marks ::group:: and ::endgroup::.
func isFold(text string) bool {
	return strings.HasPrefix(text, "::group::") || strings.HasPrefix(text, "::endgroup::")
}

// told are the fields of an event that are told otherwise, or are the same in each.
var told = []string{
	"timestamp", "event", "level", "logger", "filename", "lineno", "error_detail",
	"dag_id", "run_id", "task_id", "map_index", "try_number", "ti_id", "chan",
}

// extras are the fields that one event has of its own: " reason=…".
func extras(m map[string]any) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if slices.Contains(told, name) {
			continue
		}
		text, ok := m[name].(string)
		if !ok {
			text = asJSON(m[name])
		}
		fmt.Fprintf(&b, " %s=%s", name, text)
	}
	return b.String()
}

// traceLines is an exception as Python prints it.
func traceLines(detail any) []string {
	m, _ := detail.(map[string]any)
	frames, _ := m["frames"].([]any)
	var lines []string
	if len(frames) > 0 {
		lines = append(lines, "Traceback (most recent call last):")
	}
	for _, f := range frames {
		frame, _ := f.(map[string]any)
		number, _ := frame["lineno"].(json.Number)
		lines = append(lines, fmt.Sprintf("  File %q, line %s, in %s", textIn(frame, "filename"), number, textIn(frame, "name")))
	}
	if sort := textIn(m, "exc_type"); sort != "" {
		lines = append(lines, shownLines("", strings.TrimSuffix(sort+": "+textIn(m, "exc_value"), ": "))...)
	}
	return lines
}

func textIn(m map[string]any, name string) string {
	text, _ := m[name].(string)
	return text
}

// shownLines are the lines of a text, the first with something in front.
func shownLines(front, text string) []string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	lines[0] = front + lines[0]
	return lines
}
