//go:build amd64 || arm64

package launch

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// outputs are the streams of a task: our own descriptors, or pipes.
type outputs struct {
	stdout, stderr *pipe // nil hands on our own
	copying        sync.WaitGroup
	done           chan struct{} // closed when all is copied; nil until finish
}

// pipe is one from the task to a writer of ours.
type pipe struct {
	from *os.File
	into int // the end of the task; -1 once we have closed ours
	to   io.Writer
	left atomic.Int64 // how much more is the task's, once it is gone; 0 until then
}

func openOutputs(t Task) (*outputs, error) {
	stdout, err := newPipe(t.Stdout)
	if err != nil {
		return nil, err
	}
	stderr, err := newPipe(t.Stderr)
	if err != nil {
		stdout.close()
		return nil, err
	}
	return &outputs{stdout: stdout, stderr: stderr}, nil
}

// newPipe leaves the end of the task blocking, as every program expects it.
func newPipe(to io.Writer) (*pipe, error) {
	if to == nil {
		return nil, nil
	}
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("pipe2", err)
	}
	_ = syscall.SetNonblock(ends[0], true) // so that reading can be given up
	return &pipe{from: os.NewFile(uintptr(ends[0]), "output"), into: ends[1], to: to}, nil
}

func (p *pipe) close() {
	if p != nil {
		_ = p.from.Close()
		_ = syscall.Close(p.into)
	}
}

func (o *outputs) files() []uintptr {
	files := []uintptr{0, 1, 2}
	for fd, p := range []*pipe{1: o.stdout, 2: o.stderr} {
		if p != nil {
			files[fd] = uintptr(p.into)
		}
	}
	return files
}

// started is called when the task has its ends, or has failed to start. Ours are
// closed, so that the last process that lets go of one ends the copying.
func (o *outputs) started() {
	for _, p := range []*pipe{o.stdout, o.stderr} {
		if p != nil {
			_ = syscall.Close(p.into)
			p.into = -1
			o.copying.Go(p.copy)
		}
	}
}

// quiet is how long nothing must come from a pipe that somebody still holds,
// once all processes of the task are gone, to take it for ended. Whoever holds it
// then was handed it by the task and is none of its descendants. One that goes on
// writing does not keep us either: what the task itself wrote is no more than the
// pipe holds.
const quiet = 200 * time.Millisecond

// finish is called when the processes of the task are gone. drained tells when
// what they have written is out.
func (o *outputs) finish() {
	for _, p := range []*pipe{o.stdout, o.stderr} {
		if p != nil {
			p.left.Store(p.size() + pieceSize)
			_ = p.from.SetReadDeadline(time.Now().Add(quiet)) // fails for one that has ended
		}
	}
	o.done = make(chan struct{})
	go func() {
		o.copying.Wait()
		close(o.done)
	}()
}

// size is how many bytes the pipe can hold. A task may have made it larger.
func (p *pipe) size() (n int64) {
	const getSize, usual = 1032, 64 << 10 // F_GETPIPE_SZ
	n = usual
	conn, err := p.from.SyscallConn()
	if err != nil {
		return n
	}
	_ = conn.Control(func(fd uintptr) { // fails for one that has ended
		if got, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, fd, getSize, 0); errno == 0 {
			n = int64(got)
		}
	})
	return n
}

func (o *outputs) drained() <-chan struct{} { return o.done }

// pieceSize is how much is read at once. A read that is under way when the task
// ends is not counted.
const pieceSize = 32 << 10

// copy ends with the pipe. When nobody takes what the task writes, the task is
// to know: it gets the error that it would have had from the stream itself.
func (p *pipe) copy() {
	defer p.from.Close()
	buffer := make([]byte, pieceSize)
	idle := false
	for {
		n, err := p.from.Read(buffer)
		if n > 0 {
			idle = false
			if _, err := p.to.Write(buffer[:n]); err != nil {
				return
			}
			if left := p.left.Load(); left > 0 && p.left.Add(-int64(n)) <= 0 {
				return
			}
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			// A deadline that has passed keeps Read from looking. One more look.
			if idle {
				return
			}
			idle = true
			err = p.from.SetReadDeadline(time.Now().Add(quiet))
		}
		if err != nil {
			return
		}
	}
}
