package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// bar is one promise: a figure and the limit that it may reach and not pass.
type bar struct {
	name       string
	got, limit float64
	unit       string
}

// kept is false for a figure that is not a number.
func (b bar) kept() bool { return b.got <= b.limit }

// printBars prints one line per bar and reports whether all of them were kept.
func printBars(w io.Writer, bars []bar) bool {
	all := len(bars) > 0
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "BAR\tGOT\tLIMIT\t")
	for _, b := range bars {
		verdict := "PASS"
		if !b.kept() {
			verdict, all = "FAIL", false
		}
		fmt.Fprintf(table, "%s\t%.2f %s\t%.2f %s\t%s\n", b.name, b.got, b.unit, b.limit, b.unit, verdict)
	}
	table.Flush()
	return all
}
