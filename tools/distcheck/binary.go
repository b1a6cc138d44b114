package main

import (
	"debug/elf"
	"fmt"
	"os"
	"strings"
)

// binary is what a release binary is judged by.
type binary struct {
	size    int64
	arch    string // as GOARCH names it
	named   string // the GOARCH that ends its file name
	dynamic string // the loader or the first library that it needs, if any
}

var goarch = map[elf.Machine]string{
	elf.EM_X86_64:  "amd64",
	elf.EM_AARCH64: "arm64",
}

func inspect(path string) (binary, error) {
	info, err := os.Stat(path)
	if err != nil {
		return binary{}, err
	}
	file, err := elf.Open(path)
	if err != nil {
		return binary{}, err
	}
	defer file.Close()

	b := binary{size: info.Size(), arch: goarch[file.Machine]}
	b.named = path[strings.LastIndex(path, "-")+1:]
	for _, prog := range file.Progs {
		if prog.Type == elf.PT_INTERP {
			b.dynamic = "an ELF interpreter"
		}
	}
	if libraries, err := file.ImportedLibraries(); err == nil && len(libraries) > 0 {
		b.dynamic = libraries[0]
	}
	return b, nil
}

// refuse says why the binary must not be released, if it must not.
func (b binary) refuse(limit int64) error {
	switch {
	case b.arch != b.named:
		return fmt.Errorf("its name says %s, it is built for %q", b.named, b.arch)
	case b.dynamic != "":
		return fmt.Errorf("linked dynamically: it needs %s", b.dynamic)
	case b.size > limit:
		return fmt.Errorf("%.2f MiB, at most %.0f are allowed", mib(b.size), mib(limit))
	}
	return nil
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
