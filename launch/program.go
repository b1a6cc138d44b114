package launch

import (
	"bytes"
	"io"
	"os"
)

// program is what the first bytes of a file say about how it is started. It is
// read only once starting it has failed.
type program struct {
	script      bool
	elf         bool
	text        bool
	empty       bool
	interpreter string // of the #! line, or the loader of an ELF file
	machine     uint16 // of an ELF file
}

func inspect(path string) (program, error) {
	f, err := os.Open(path)
	if err != nil {
		return program{}, err
	}
	defer func() { _ = f.Close() }() // read only
	head := make([]byte, headSize)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return program{}, err
	}
	head = head[:n]
	if interpreter, script := parseShebang(head); script {
		return program{script: true, interpreter: interpreter}, nil
	}
	if machine, loader, elf := parseELF(f); elf {
		return program{elf: true, machine: machine, interpreter: loader}, nil
	}
	return program{empty: n == 0, text: n > 0 && bytes.IndexByte(head, 0) < 0}, nil
}
