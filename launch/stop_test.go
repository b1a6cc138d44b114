package launch

import (
	"context"
	"errors"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStoppedBySignal(t *testing.T) {
	for sig, want := range map[syscall.Signal]string{
		syscall.SIGTERM: "stopped by SIGTERM before the task started",
		syscall.SIGINT:  "stopped by SIGINT before the task started",
		syscall.SIGHUP:  "stopped by SIGHUP before the task started",
		syscall.SIGQUIT: "stopped by SIGQUIT before the task started",
		42:              "stopped by signal 42 before the task started",
	} {
		err := &StoppedBySignal{sig}
		require.EqualError(t, err, want)
		require.Equal(t, 128+int(sig), err.Status())
	}
}

func TestWatchStopWithoutSignal(t *testing.T) {
	ctx, stop := WatchStop(t.Context())
	stop()
	stop()
	require.NoError(t, context.Cause(ctx))
}

func TestWatchStopEndsWithItsParent(t *testing.T) {
	enough := errors.New("enough")
	parent, cancel := context.WithCancelCause(t.Context())
	ctx, stop := WatchStop(parent)
	defer stop()
	cancel(enough)
	<-ctx.Done()
	require.Equal(t, enough, context.Cause(ctx))
}
