package pipeline

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// member is a field of a message of the IR, or nil. The server takes it under two
// names: inputDefinitions, which the SDK writes, and input_definitions.
func member(message any, name string) any {
	m, _ := message.(map[string]any)
	if v, ok := m[name]; ok {
		return v
	}
	return m[Underscored(name)]
}

// memberAt is a member of a member of a message.
func memberAt(message any, names ...string) any {
	for _, name := range names {
		message = member(message, name)
	}
	return message
}

// mappingAt is a member that is a mapping, or else an empty one.
func mappingAt(message any, names ...string) map[string]any {
	m, _ := memberAt(message, names...).(map[string]any)
	return m
}

func textAt(message any, names ...string) string {
	s, _ := memberAt(message, names...).(string)
	return s
}

// countAt is a member that is a number, without its fraction, or 0.
func countAt(message any, names ...string) int {
	n, _ := memberAt(message, names...).(json.Number)
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || math.Abs(f) > math.MaxInt32 {
		return 0
	}
	return int(f)
}

// Underscored is the other name of a field of the IR: input_definitions.
func Underscored(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
