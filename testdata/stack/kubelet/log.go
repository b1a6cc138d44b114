package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// containerLog is the log of a container, in the format that the kubelet reads: a
// time, the stream, whether the line is whole, and the line.
type containerLog struct {
	mu   sync.Mutex
	file *os.File
}

func openLog(path string) (*containerLog, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	return &containerLog{file: file}, err
}

// longestLine is how much of a line is one record; the rest of it is the next.
const longestLine = 16 << 10

// copy writes what a stream says, until its end.
func (l *containerLog) copy(stream string, from io.Reader) {
	lines := bufio.NewReaderSize(from, longestLine)
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 {
			l.write(stream, line)
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}

func (l *containerLog) write(stream string, line []byte) {
	tag := "P"
	if last := len(line) - 1; line[last] == '\n' {
		tag, line = "F", line[:last]
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.file, "%s %s %s %s\n", time.Now().UTC().Format(time.RFC3339Nano), stream, tag, line)
}
