// Command distcheck looks at release binaries the way a container meets them:
// a static ELF file, for the processor that its name says, small enough to be
// copied into every image.
//
//	distcheck -max-mib 15 dist/flts-run-linux-amd64 dist/flts-run-linux-arm64
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	limit := flag.Int64("max-mib", 15, "the largest size of a binary, in MiB")
	flag.Parse()
	if err := inspectAll(flag.Args(), *limit<<20); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func inspectAll(paths []string, limit int64) error {
	if len(paths) == 0 {
		return errors.New("distcheck: no binary given")
	}
	var failed []error
	for _, path := range paths {
		got, err := inspect(path)
		if err == nil {
			err = got.refuse(limit)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("distcheck: %s: %w", path, err))
			continue
		}
		fmt.Printf("ok  %-32s %5.2f MiB  static  %s\n", path, mib(got.size), got.arch)
	}
	return errors.Join(failed...)
}
