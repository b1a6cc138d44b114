package main_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// silence sets HANG to an address that takes connections and never answers, and
// DROP to one that does not even take them, as behind a NetworkPolicy.
func silence(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: silence")
	}
	// The kernel takes connections for a listener that never asks for them.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv("HANG", l.Addr().String())
	address, closeAll, err := dropping()
	ts.Check(err)
	ts.Defer(closeAll)
	ts.Setenv("DROP", address)
}

// dropping is a listener whose queue is full: what else arrives is dropped.
func dropping() (address string, closeAll func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, err
	}
	open := []func() error{func() error { return syscall.Close(fd) }}
	closeAll = func() {
		for _, f := range open {
			_ = f()
		}
	}
	err = errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 0))
	name, nameErr := syscall.Getsockname(fd)
	bound, ok := name.(*syscall.SockaddrInet4)
	if err = errors.Join(err, nameErr); err != nil || !ok {
		closeAll()
		return "", nil, err
	}
	address = net.JoinHostPort("127.0.0.1", strconv.Itoa(bound.Port))
	for {
		conn, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
			return address, closeAll, nil
		}
		if err != nil {
			closeAll()
			return "", nil, err
		}
		open = append(open, conn.Close)
	}
}
