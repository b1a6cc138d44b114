package main

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// ports are the addresses that differ from one run to the next.
type ports struct{ s3, mlflow, gateway string }

var (
	millis    = regexp.MustCompile(`(<1|\d+) ms`)
	digest    = regexp.MustCompile(`\bv1:[0-9a-f]{16}\b`)
	requestID = regexp.MustCompile(`\brequest [0-9A-F]{16}\b`)
	columns   = regexp.MustCompile(` {2,}`)
	keyName   = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

// normalise replaces what differs between two runs that do the same: the ports,
// by those that the services usually have, durations, and the numbers of
// requests. A table that got narrower is laid out again.
func (p ports) normalise(text string) string {
	for _, known := range []struct{ address, port string }{{p.s3, "9000"}, {p.mlflow, "5000"}, {p.gateway, "8000"}} {
		_, port, _ := strings.Cut(known.address, ":")
		text = regexp.MustCompile(`:`+port+`\b`).ReplaceAllString(text, ":"+known.port)
	}
	text = millis.ReplaceAllString(text, "N ms")
	text = digest.ReplaceAllString(text, "v1:DIGEST")
	text = requestID.ReplaceAllString(text, "request 0000000000000001")
	return alignTable(text)
}

// alignTable lays out the table of keys: its header, and the lines behind it
// that begin with the name of one.
func alignTable(text string) string {
	lines := strings.Split(text, "\n")
	var table [][]string
	first := 0
	for i, line := range lines {
		cells := columns.Split(line, -1)
		switch {
		case table == nil && cells[0] == "KEY":
			first, table = i, [][]string{cells}
		case table != nil && i == first+len(table) && keyName.MatchString(cells[0]):
			table = append(table, cells)
		}
	}
	for i, line := range aligned(table) {
		lines[first+i] = line
	}
	return strings.Join(lines, "\n")
}

func aligned(table [][]string) []string {
	var widths []int
	for _, cells := range table {
		for column, cell := range cells {
			if column == len(widths) {
				widths = append(widths, 0)
			}
			widths[column] = max(widths[column], utf8.RuneCountInString(cell))
		}
	}
	var lines []string
	for _, cells := range table {
		var b strings.Builder
		for column, cell := range cells {
			b.WriteString(cell)
			if column < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", widths[column]-utf8.RuneCountInString(cell)+2))
			}
		}
		lines = append(lines, b.String())
	}
	return lines
}
