package launch

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseShebang(t *testing.T) {
	type answer struct {
		interpreter string
		script      bool
	}
	for head, want := range map[string]answer{
		"":                                      {},
		"#":                                     {},
		" #!/bin/sh":                            {},
		"#!/bin/sh":                             {"/bin/sh", true},
		"#!/bin/sh\nexit":                       {"/bin/sh", true},
		"#! \t/bin/sh -e\n":                     {"/bin/sh", true},
		"#!/bin/sh\r\nexit":                     {"/bin/sh\r", true},
		"#!/usr/bin/env python\r\n":             {"/usr/bin/env", true},
		"#!/bin/sh\x00junk\n":                   {"/bin/sh", true},
		"#!":                                    {"", true},
		"#!\n/bin/sh":                           {"", true},
		"#!/" + strings.Repeat("a", 252):        {"/" + strings.Repeat("a", 252), true},
		"#!/" + strings.Repeat("a", 253):        {"", true},
		"#!/" + strings.Repeat("a", 252) + "\n": {"/" + strings.Repeat("a", 252), true},
		"#!/" + strings.Repeat("a", 253) + "\n": {"", true},
		"#!/bin/sh " + strings.Repeat("a", 300): {"/bin/sh", true},
	} {
		interpreter, script := parseShebang([]byte(head))
		require.Equal(t, want, answer{interpreter, script}, "%q", head)
	}
}

func FuzzParseShebang(f *testing.F) {
	f.Add([]byte("#! /bin/sh -e\r\n"))
	f.Add([]byte("\x7fELF"))
	f.Add([]byte("#!" + strings.Repeat("/", 300)))
	f.Fuzz(func(t *testing.T, head []byte) {
		interpreter, script := parseShebang(head)
		require.Equal(t, bytes.HasPrefix(head, []byte("#!")), script)
		require.False(t, strings.ContainsAny(interpreter, " \t\n\x00"))
		if interpreter != "" {
			at := 2 + bytes.Index(head[2:], []byte(interpreter))
			require.LessOrEqual(t, at+len(interpreter), headSize)
			require.Empty(t, strings.Trim(string(head[2:at]), " \t"))
		}
	})
}

// elfFile is the least the kernel takes for a program that names a loader.
func elfFile(order binary.ByteOrder, wide bool, machine uint16, loader string) []byte {
	headSize, entrySize := 52, 32
	if wide {
		headSize, entrySize = 64, 56
	}
	file := make([]byte, headSize+entrySize)
	copy(file, "\x7fELF\x01\x01\x01")
	if wide {
		file[4] = 2
	}
	if order == binary.BigEndian {
		file[5] = 2
	}
	order.PutUint16(file[16:], 2) // an executable
	order.PutUint16(file[18:], machine)
	order.PutUint32(file[20:], 1)
	entry := file[headSize:]
	order.PutUint32(entry, 3)
	path := append([]byte(loader), 0)
	if wide {
		order.PutUint64(file[32:], uint64(headSize))
		order.PutUint16(file[54:], uint16(entrySize))
		order.PutUint16(file[56:], 1)
		order.PutUint64(entry[8:], uint64(len(file)))
		order.PutUint64(entry[32:], uint64(len(path)))
	} else {
		order.PutUint32(file[28:], uint32(headSize))
		order.PutUint16(file[42:], uint16(entrySize))
		order.PutUint16(file[44:], 1)
		order.PutUint32(entry[4:], uint32(len(file)))
		order.PutUint32(entry[16:], uint32(len(path)))
	}
	return append(file, path...)
}

func TestParseELF(t *testing.T) {
	const loader = "/lib/ld-musl-x86_64.so.1"
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, wide := range []bool{true, false} {
			file := elfFile(order, wide, 62, loader)
			machine, got, elf := parseELF(bytes.NewReader(file))
			require.True(t, elf)
			require.Equal(t, uint16(62), machine)
			require.Equal(t, loader, got)

			_, got, elf = parseELF(bytes.NewReader(file[:len(file)-1]))
			require.True(t, elf)
			require.Empty(t, got, "cut off")
		}
	}
	_, _, elf := parseELF(strings.NewReader("\x7fELF"))
	require.False(t, elf)
}

func FuzzParseELF(f *testing.F) {
	f.Add(elfFile(binary.LittleEndian, true, 62, "/lib/ld.so"))
	f.Add(elfFile(binary.BigEndian, false, 20, "/lib/ld.so"))
	f.Fuzz(func(t *testing.T, file []byte) {
		_, loader, elf := parseELF(bytes.NewReader(file))
		require.True(t, elf || loader == "")
		require.True(t, bytes.Contains(file, []byte(loader)))
		require.NotContains(t, loader, "\x00")
	})
}
