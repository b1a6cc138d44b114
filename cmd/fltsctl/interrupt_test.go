package main

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// silent is a stdin that nobody writes to. What waits for it is told of.
type silent struct{ asked, closed chan struct{} }

func (s silent) Read([]byte) (int, error) {
	s.asked <- struct{}{}
	<-s.closed
	return 0, os.ErrClosed
}

func TestInterruptedWhereverItWaits(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"for stdin":     {[]string{"submit", "../../testdata/kfp/pipelines/flts-train.yaml", "--host", "127.0.0.1:1", "--params-file", "-"}, "fltsctl: error: interrupted\n"},
		"for a token":   {[]string{"submit", "../../testdata/kfp/pipelines/container-one.yaml", "--host", "127.0.0.1:1", "--token-file", "-"}, "fltsctl: error: interrupted\n"},
		"for an answer": {[]string{"runs", "terminate", "r1"}, "fltsctl: error: interrupted\nfltsctl: hint: it may have been done: fltsctl runs get r1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			interrupts := make(chan os.Signal, 1)
			in := silent{make(chan struct{}), make(chan struct{})}
			defer close(in.closed)
			r := newRunner(process{
				args: tc.args, stdin: in, stdout: &bytes.Buffer{}, stderr: &stderr, interrupts: interrupts, now: noon,
				terminal: func() (int, int, bool) { return 0, 0, false },
			})
			if tc.args[0] == "runs" {
				b := story()
				b.onTerminate = func(ctx context.Context) error {
					in.asked <- struct{}{}
					<-ctx.Done()
					return context.Cause(ctx)
				}
				r.backends = map[string]backend{kfpBackend: backendOf(b)}
			}
			go func() {
				<-in.asked
				interrupts <- os.Interrupt
			}()
			require.Equal(t, statusInterrupted, r.fail(r.run(t.Context())))
			require.Equal(t, tc.want, stderr.String())
		})
	}
}

// What does not heed a context is left behind.
func TestSecondInterruptEndsTheProcess(t *testing.T) {
	interrupts, quit := make(chan os.Signal, 2), make(chan int)
	r := newRunner(process{stderr: &bytes.Buffer{}, interrupts: interrupts, quit: func(status int) { quit <- status }})
	ctx, release := r.interruptible(t.Context())
	defer release()
	interrupts <- os.Interrupt
	<-ctx.Done()
	interrupts <- os.Interrupt
	require.Equal(t, statusInterrupted, <-quit)
}
