package kfp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// excerpt is what was written of a task's log, which is read from its beginning
// again and again.
type excerpt struct {
	pod     string // whose log it is
	tail    int    // lines of the first reading, 0 for all
	written int64  // bytes of the log that are done with
}

// of is the excerpt for the log of a pod: another try of the task has another pod,
// and its log begins anew.
func (e *excerpt) of(pod string) *excerpt {
	if e.pod != pod {
		e.pod, e.written = pod, 0
	}
	return e
}

// maxLine is where a line that does not end is cut, in bytes.
const maxLine = 64 << 10

// copy writes the lines that are new, each with the prefix. A last line without
// an end is kept for the next reading, unless this is the last.
func (e *excerpt) copy(w io.Writer, log io.Reader, prefix string, last bool) error {
	in := bufio.NewReaderSize(log, maxLine)
	if _, err := io.CopyN(io.Discard, in, e.written); err != nil {
		if errors.Is(err, io.EOF) {
			return nil // shorter than before: nothing new
		}
		return err
	}
	var kept [][]byte
	emit := func(line []byte) error {
		if e.tail > 0 {
			kept = append(kept, append([]byte(nil), line...))
			kept = kept[max(0, len(kept)-e.tail):]
			return nil
		}
		return write(w, prefix, line)
	}
	for {
		line, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		ended := errors.Is(err, io.EOF)
		if len(line) > 0 && (!ended || last) {
			e.written += int64(len(line))
			if err := emit(line); err != nil {
				return err
			}
		}
		if ended {
			break
		}
	}
	for _, line := range kept {
		if err := write(w, prefix, line); err != nil {
			return err
		}
	}
	e.tail = 0
	return nil
}

func write(w io.Writer, prefix string, line []byte) error {
	end := ""
	if line[len(line)-1] != '\n' {
		end = "\n"
	}
	_, err := fmt.Fprintf(w, "%s%s%s", prefix, line, end)
	return err
}
