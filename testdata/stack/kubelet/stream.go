package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"time"

	"k8s.io/client-go/tools/remotecommand"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/kubelet/pkg/cri/streaming"
	utilexec "k8s.io/utils/exec"
)

// Exec says where the kubelet is to send its client.
func (r *runtime) Exec(_ context.Context, request *cri.ExecRequest) (*cri.ExecResponse, error) {
	return r.streams.GetExec(request)
}

// Attach says where, too.
func (r *runtime) Attach(_ context.Context, request *cri.AttachRequest) (*cri.AttachResponse, error) {
	return r.streams.GetAttach(request)
}

// PortForward says where, too.
func (r *runtime) PortForward(_ context.Context, request *cri.PortForwardRequest) (*cri.PortForwardResponse, error) {
	return r.streams.GetPortForward(request)
}

// ExecSync is for probes.
func (r *runtime) ExecSync(ctx context.Context, id string, argv []string, timeout time.Duration) (stdout, stderr []byte, err error) {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	var out, errs bytes.Buffer
	err = r.run(ctx, id, argv, nil, &out, &errs)
	return out.Bytes(), errs.Bytes(), err
}

// asStreams is the runtime as the server of streams wants it.
func (r *runtime) asStreams() streaming.Runtime { return streams{r} }

type streams struct{ *runtime }

func (s streams) Exec(ctx context.Context, id string, argv []string, in io.Reader, out, errs io.WriteCloser, tty bool, _ <-chan remotecommand.TerminalSize) error {
	if tty {
		return errors.New("this node has no terminals: exec without -t")
	}
	return s.run(ctx, id, argv, in, writer(out), writer(errs))
}

// writer is nil for a stream that was not asked for.
func writer(w io.WriteCloser) io.Writer {
	if w == nil {
		return nil
	}
	return w
}

func (s streams) Attach(context.Context, string, io.Reader, io.WriteCloser, io.WriteCloser, bool, <-chan remotecommand.TerminalSize) error {
	return errors.New("this node cannot attach: use exec, or logs")
}

// PortForward connects to the loopback address, where pods listen.
func (s streams) PortForward(ctx context.Context, _ string, port int32, stream io.ReadWriteCloser) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))))
	if err != nil {
		return err
	}
	defer conn.Close()
	go func() {
		_, _ = io.Copy(conn, stream)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	_, err = io.Copy(stream, conn)
	return err
}

// run runs one more program in a container that runs.
func (r *runtime) run(ctx context.Context, id string, argv []string, in io.Reader, out, errs io.Writer) error {
	c, err := r.container(id)
	if err != nil {
		return err
	}
	if !c.runs() {
		return fmt.Errorf("container %q is not running", id)
	}
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return err
	}
	defer self.Close()
	// The file is not in the container; its descriptor is (see launch for the others).
	cmd := exec.CommandContext(ctx, "nsenter", "--target", strconv.Itoa(c.process.Pid), "--mount", "--uts", "--ipc", "--pid",
		"/proc/self/fd/5", insideContainer)
	cmd.Stdout, cmd.Stderr = out, errs
	cmd.WaitDelay = time.Second
	if in != nil {
		stdin, err := cmd.StdinPipe()
		if err != nil {
			return err
		}
		// Not by Stdin: Wait would wait for what a client has yet to type.
		go func() {
			defer stdin.Close()
			_, _ = io.Copy(stdin, in)
		}()
	}
	s := c.spec
	s.Root, s.Argv = "", argv
	if err := launch(cmd, s, self); err != nil {
		return err
	}
	err = cmd.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if code := exitCode(err); code != 0 {
		return utilexec.CodeExitError{Err: fmt.Errorf("command %q exited with %d", argv, code), Code: code}
	}
	return err
}
