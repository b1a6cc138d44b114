package doctor

import (
	"fmt"
	"slices"
	"strings"
)

func itself(text string) string { return text }

// enumerated names the first few of many.
func enumerated[T any](all []T, name func(T) string) string {
	const few = 4
	var names []string
	for _, one := range all[:min(few, len(all))] {
		names = append(names, name(one))
	}
	if more := len(all) - few; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

// firstTen are the first lines of many.
func firstTen(lines []string) []string {
	const most = 10
	if len(lines) <= most {
		return lines
	}
	return append(slices.Clone(lines[:most]), fmt.Sprintf("and %d more", len(lines)-most))
}

func distinct(names ...string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }
