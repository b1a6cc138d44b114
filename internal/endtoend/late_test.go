package endtoend_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lateServer is an address that refuses connections until it is opened, and is
// a door to another address from then on.
type lateServer struct{ address, behind string }

// reserve takes a port that the kernel picked and gives it back, so that nobody
// listens there.
func reserve(t *testing.T, behind string) *lateServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return &lateServer{address: l.Addr().String(), behind: behind}
}

// openWhen opens the port a moment after a condition came true.
func (s *lateServer) openWhen(t *testing.T, ready func() bool) {
	opened := make(chan net.Listener, 1)
	go func() {
		defer close(opened)
		for !ready() {
			if t.Context().Err() != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond) // to be seen waiting is the point
		l, err := net.Listen("tcp", s.address)
		if err != nil {
			return // the run that waits for it will tell
		}
		opened <- l
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go s.join(in)
		}
	}()
	t.Cleanup(func() {
		if l, ok := <-opened; ok {
			_ = l.Close()
		}
	})
}

// join passes bytes both ways until one side ends.
func (s *lateServer) join(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", s.behind)
	if err != nil {
		return
	}
	defer out.Close()
	go func() {
		_, _ = io.Copy(out, in)
		_ = out.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(in, out)
}
