package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// columnsOf is how many columns a text takes on a terminal: two for a letter that is
// wide, as those of Chinese and emoji are, and none for one that stands on another.
func columnsOf(text string) int {
	n := 0
	for _, c := range text {
		n += columnsOfLetter(c)
	}
	return n
}

func columnsOfLetter(c rune) int {
	if c < 0x300 {
		return 1
	}
	if unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(c).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// padded fills a text up to so many columns.
func padded(text string, columns int) string {
	return text + strings.Repeat(" ", max(columns-columnsOf(text), 0))
}

// cut is a text in so many columns at most.
func cut(text string, columns int) string {
	if columns <= 0 || columnsOf(text) <= columns {
		return text
	}
	room := columns - 1 // for what says that there is more
	for i, c := range text {
		if room -= columnsOfLetter(c); room < 0 {
			return text[:i] + "…"
		}
	}
	return text
}
