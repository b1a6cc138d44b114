package doctor

import "fmt"

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

// atMostTen are the first of the lines, and how many more there are.
func atMostTen(lines []string) []string {
	const most = 10
	if len(lines) <= most {
		return lines
	}
	return append(lines[:most:most], fmt.Sprintf("and %d more", len(lines)-most))
}
