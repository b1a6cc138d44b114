package main

import (
	"strings"
)

// table lines up rows of foreign text in columns, three spaces apart. A column in
// which only the head has a text is left out.
func table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	used := make([]bool, len(rows[0]))
	for i, row := range rows {
		for j, cell := range row {
			row[j] = oneLine(cell)
			widths[j] = max(widths[j], columnsOf(row[j]))
			used[j] = used[j] || i > 0 && row[j] != ""
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for j, cell := range row {
			if used[j] {
				line.WriteString(padded(cell, widths[j]+3))
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}
