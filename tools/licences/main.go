// Command licences prints the licence of every module that a Go module links,
// into its programs or into its tests, and fails when one of them is not
// permissive.
//
//	licences -C .. -tags urfave_cli_no_docs
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
)

func main() {
	dir := flag.String("C", ".", "the module to look at")
	tags := flag.String("tags", "", "build tags of its programs")
	flag.Parse()
	if err := check(os.Stdout, *dir, *tags); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(w io.Writer, dir, tags string) error {
	modules, err := linked(dir, tags)
	if err != nil {
		return fmt.Errorf("licences: %w", err)
	}
	var failed []error
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "MODULE\tVERSION\tLICENCE\tIN")
	for _, m := range modules {
		names, err := licencesOf(m)
		if err != nil {
			failed = append(failed, fmt.Errorf("licences: %s %s: %w", m.path, m.version, err))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.path, m.version, strings.Join(names, ", "), m.in())
	}
	table.Flush()
	return errors.Join(failed...)
}
