//go:build amd64 || arm64

package launch

import (
	"bytes"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// outputs are the streams of a task: our own descriptors, or pipes.
type outputs struct {
	stdout, stderr *pipe // nil hands on our own
	gone           *gone
	copying        sync.WaitGroup
	done           chan struct{} // closed when all is copied; nil until finish
}

// pipe is one from the task to a writer of ours. It is read past the runtime, which
// would be woken by each write of the task, also while nobody wants to read.
type pipe struct {
	from int // our end, which does not block
	into int // the end of the task; -1 once we have closed ours
	to   io.Writer
	gone *gone
}

// gone tells that the processes of the task are, also to who waits in poll.
type gone struct {
	is   atomic.Bool
	ends [2]int // of a pipe; the second is closed for it
}

func openOutputs(t Task) (*outputs, error) {
	if t.Stdout == nil && t.Stderr == nil {
		return &outputs{}, nil
	}
	o := &outputs{gone: &gone{}}
	if err := openPipe(&o.gone.ends); err != nil {
		return nil, err
	}
	var err error
	if o.stdout, err = o.newPipe(t.Stdout); err == nil {
		o.stderr, err = o.newPipe(t.Stderr)
	}
	if err != nil {
		o.stdout.close()
		_ = syscall.Close(o.gone.ends[0])
		_ = syscall.Close(o.gone.ends[1])
		return nil, err
	}
	return o, nil
}

func openPipe(ends *[2]int) error {
	return os.NewSyscallError("pipe2", syscall.Pipe2(ends[:], syscall.O_CLOEXEC))
}

// newPipe leaves the end of the task blocking, as every program expects it.
func (o *outputs) newPipe(to io.Writer) (*pipe, error) {
	if to == nil {
		return nil, nil
	}
	var ends [2]int
	if err := openPipe(&ends); err != nil {
		return nil, err
	}
	_ = syscall.SetNonblock(ends[0], true) // it cannot fail
	p := &pipe{from: ends[0], into: ends[1], to: to, gone: o.gone}
	p.enlarge()
	return p, nil
}

// enlarge lets the pipe hold what comes while output is gathered. It is refused to a
// user who has many large pipes, and then less is gathered.
func (p *pipe) enlarge() {
	const setSize, enough = 1031, 256 << 10 // F_SETPIPE_SZ
	_, _, _ = syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(p.from), setSize, enough)
}

func (p *pipe) close() {
	if p != nil {
		_ = syscall.Close(p.from)
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
	if o.gone != nil {
		o.gone.is.Store(true)
		_ = syscall.Close(o.gone.ends[1])
	}
	o.done = make(chan struct{})
	go func() {
		o.copying.Wait()
		if o.gone != nil {
			_ = syscall.Close(o.gone.ends[0])
		}
		close(o.done)
	}()
}

func (o *outputs) drained() <-chan struct{} { return o.done }

// copy ends with the pipe. When nobody takes what the task writes, the task is
// to know: it gets the error that it would have had from the stream itself.
func (p *pipe) copy() {
	defer syscall.Close(p.from)
	buffer := make([]byte, pieceSize)
	pace := pace{holds: p.size()}
	left := -1 // how much more is the task's, once it is gone
	for {
		n, err := syscall.Read(p.from, buffer)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			if !p.more() {
				return
			}
			continue
		case err != nil || n == 0:
			return
		}
		if _, err := p.to.Write(buffer[:n]); err != nil {
			return
		}
		wait := pace.read(n, bytes.Count(buffer[:n], []byte{'\n'}), time.Now())
		switch {
		case p.gone.is.Load() && left < 0:
			left = p.size()
		case left >= 0:
			if left -= n; left <= 0 {
				return
			}
		case wait > 0:
			time.Sleep(wait)
		}
	}
}

// more waits until there is something to read, be it the end. It is false when there
// is nothing, and nobody left who is to write.
func (p *pipe) more() bool {
	type pollfd struct {
		fd              int32
		events, revents int16
	}
	const readable = 1 // POLLIN; an end is always told
	fds := [...]pollfd{{fd: int32(p.from), events: readable}, {fd: int32(p.gone.ends[0])}}
	wanted, timeout := len(fds), (*syscall.Timespec)(nil)
	for {
		if p.gone.is.Load() {
			until := syscall.NsecToTimespec(int64(quiet))
			wanted, timeout = 1, &until
		}
		n, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&fds)), uintptr(wanted), uintptr(unsafe.Pointer(timeout)), 0, 0, 0)
		switch {
		case errno == syscall.EINTR:
		case errno != 0 || n == 0:
			return false
		case fds[0].revents != 0:
			return true
		}
	}
}

// size is how many bytes the pipe can hold. A task may have made it larger.
func (p *pipe) size() int {
	const getSize, usual = 1032, 64 << 10 // F_GETPIPE_SZ
	n, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(p.from), getSize, 0)
	if errno != 0 {
		return usual
	}
	return int(n)
}
