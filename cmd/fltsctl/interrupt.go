package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

var errInterrupted = errors.New("interrupted")

// interruptible is a context that ends with the first interrupt, and with it the
// reading of stdin, until it is released. A second interrupt is of somebody who will
// not wait for what still holds the command: it ends the process.
func (r *runner) interruptible(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	released, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-r.interrupts:
			cancel(errInterrupted)
		case <-released:
			return
		}
		select {
		case <-r.interrupts:
			r.quit(statusInterrupted)
		case <-released:
		}
	}()
	stdin := r.stdin
	r.stdin = untilDone{ctx, stdin}
	return ctx, sync.OnceFunc(func() {
		r.stdin = stdin
		close(released)
		<-done // so that a later interrupt is not taken from whoever reads them next
		cancel(nil)
	})
}

// untilDone reads until a context ends. A terminal, or a pipe that nobody writes to,
// would hold a Read for ever; what it holds then is a goroutine, to the end of the
// process.
type untilDone struct {
	ctx context.Context
	in  io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	read, buffer := make(chan result, 1), make([]byte, len(p))
	go func() {
		n, err := u.in.Read(buffer)
		read <- result{n, err}
	}()
	select {
	case got := <-read:
		return copy(p, buffer[:got.n]), got.err
	case <-u.ctx.Done():
		return 0, context.Cause(u.ctx)
	}
}

// interrupted gives an error the status of an interrupt if there was one, and an
// advice if it has none.
func interrupted(ctx context.Context, err error, advice string) error {
	if err == nil || !errors.Is(context.Cause(ctx), errInterrupted) {
		return err
	}
	f := asFailure(err)
	if f.status == statusInterrupted {
		return err
	}
	if f.hint == "" {
		return &failure{statusInterrupted, advice, errInterrupted}
	}
	return &failure{statusInterrupted, f.hint, fmt.Errorf("%w: %w", errInterrupted, err)}
}
