package launch

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
)

// parseELF reads the two things wanted of an ELF file. debug/elf would do as
// well; it brings DWARF and compression into a binary that is loaded at every
// start of every component.
func parseELF(r io.ReaderAt) (machine uint16, loader string, elf bool) {
	var head [64]byte
	n, _ := r.ReadAt(head[:], 0)
	if n < 52 || !bytes.HasPrefix(head[:], []byte("\x7fELF")) {
		return 0, "", false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	machine = order.Uint16(head[18:])

	wide := head[4] == 2
	if wide && n < 64 {
		return machine, "", true
	}
	table, size, count := int64(order.Uint32(head[28:])), order.Uint16(head[42:]), order.Uint16(head[44:])
	if wide {
		table, size, count = int64(order.Uint64(head[32:])), order.Uint16(head[54:]), order.Uint16(head[56:])
	}
	for i := range int64(count) {
		if loader, found := loaderIn(r, order, wide, table+i*int64(size)); found {
			return machine, loader, true
		}
	}
	return machine, "", true
}

// loaderIn reads one program header, and the path it points to when it is the
// one that names the loader.
func loaderIn(r io.ReaderAt, order binary.ByteOrder, wide bool, at int64) (loader string, found bool) {
	const namesLoader = 3 // PT_INTERP
	const longestPath = 4096
	var head [40]byte
	if n, _ := r.ReadAt(head[:], at); n < 32 || (wide && n < 40) || order.Uint32(head[:]) != namesLoader {
		return "", false
	}
	offset, length := int64(order.Uint32(head[4:])), uint64(order.Uint32(head[16:]))
	if wide {
		offset, length = int64(order.Uint64(head[8:])), order.Uint64(head[32:])
	}
	path := make([]byte, min(length, longestPath))
	if n, _ := r.ReadAt(path, offset); n < len(path) {
		return "", false
	}
	name, _, _ := bytes.Cut(path, []byte{0})
	return string(name), true
}

// machineOf is the ELF number of a Go architecture; 0 is none.
func machineOf(goarch string) uint16 {
	switch goarch {
	case "386":
		return 3
	case "arm":
		return 40
	case "amd64":
		return 62
	case "arm64":
		return 183
	case "riscv64":
		return 243
	case "ppc64", "ppc64le":
		return 21
	case "s390x":
		return 22
	}
	return 0
}

func machineName(machine uint16) string {
	for _, goarch := range []string{"386", "arm", "amd64", "arm64", "riscv64", "ppc64le", "s390x"} {
		if machineOf(goarch) == machine {
			return goarch
		}
	}
	return fmt.Sprintf("ELF machine %d", machine)
}

func platform() string { return "linux/" + runtime.GOARCH }
