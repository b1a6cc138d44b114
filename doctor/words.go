package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// counted is a number with its noun: "1 reader", "3 readers". The plural can be given.
func counted(n int, noun string, plural ...string) string {
	switch {
	case n == 1:
	case len(plural) > 0:
		noun = plural[0]
	default:
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// someOf are the first few of a list in one line, and how many there are besides.
func someOf(list []string, few int) string {
	if more := len(list) - few; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:few], ", "), more)
	}
	return strings.Join(list, ", ")
}

// enumerated names the first few of many.
func enumerated[T any](all []T, name func(T) string) string {
	var names []string
	for _, one := range all {
		names = append(names, name(one))
	}
	return someOf(names, 4)
}

func itself(text string) string { return text }

// firstTen are the first lines of many, and how many there are besides.
func firstTen(lines []string) []string {
	const most = 10
	if len(lines) <= most {
		return lines
	}
	return append(slices.Clone(lines[:most]), fmt.Sprintf("and %d more", len(lines)-most))
}

// distinct are the names, each once, sorted.
func distinct(names ...string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }

// distinctErrors are the errors that say different things.
func distinctErrors(all []error) []error {
	var some []error
	for _, err := range all {
		if !slices.ContainsFunc(some, func(e error) bool { return e.Error() == err.Error() }) {
			some = append(some, err)
		}
	}
	return some
}
