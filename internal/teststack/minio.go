// Package teststack runs real servers for tests.
//
// MinIO starts the real MinIO server as a process on loopback, KFP the handlers of
// the API server of Kubeflow Pipelines, and Kubernetes a control plane, to which
// StartNode adds kubelets. Their binaries and that of
// MinIO's admin helper are built once from the nested modules below
// testdata/stack, pinned by their go.sum, into the user's cache directory; the
// first build takes minutes, and `go run ./internal/teststack/cmd/stack build`
// does it ahead of the tests. Those of MinIO link AGPL code, which is why they
// are processes and the root module imports neither; that of KFP needs cgo and
// its own replace lines, and those of Kubernetes need a replace line for each of its
// modules.
//
// Airflow and Airflow2 start a real Airflow on loopback, with sqlite, from virtual
// environments that lock files in testdata/peers/airflow pin. Measured on two cores:
//
//	           installed in  on disk  healthy after           resident, idle
//	Airflow 3  66 s          262 MB   16 s (others busy: 50)  0.6 GB
//	Airflow 2  95 s          258 MB   11 s (others busy: 30)  0.6 GB
//
// Each running task adds 50 MB. Their processes are enclosed in PID namespaces, so
// that none is left, and that needs root.
//
// What is missing is an error that names the command that mends it. Tests that
// need the stack must fail on it and not skip.
package teststack

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/fakes3/sign"
)

// Options make a server that is not set up as most are. The zero value is one
// drive, plain http, and any region.
type Options struct {
	// Region is the one that signatures must be for.
	Region string
	// Certificate makes it speak https, on both ports.
	Certificate *tls.Certificate
	// Drives is how many directories it keeps the data in; LoseDrives takes some.
	Drives int
}

// Server is a running MinIO. It serves until Close, or until the process that
// started it ends.
type Server struct {
	endpoint string
	console  string
	root     sign.By
	process  *process
	admin    string
	log      string
	scheme   string
	drives   []string
	options  Options
}

// MinIO starts a server that keeps its data and its log below dir, and returns
// when it accepts the root user's credentials. What has to be built first is
// announced on stderr.
func MinIO(ctx context.Context, dir string) (*Server, error) {
	return MinIOWith(ctx, dir, Options{})
}

// MinIOWith starts one as MinIO does, with options.
func MinIOWith(ctx context.Context, dir string, o Options) (*Server, error) {
	paths, err := Binaries{Progress: os.Stderr}.have(ctx, minioServer, minioAdmin)
	if err != nil {
		return nil, err
	}
	// Another process may take a port between our asking for a free one and
	// the server's use of it.
	const attempts = 5
	for attempt := 1; ; attempt++ {
		m, err := startMinIO(ctx, paths, dir, o)
		if err == nil || !errors.Is(err, errPortTaken) || attempt == attempts {
			return m, err
		}
	}
}

var errPortTaken = errors.New("the port was taken")

func startMinIO(ctx context.Context, paths map[string]string, dir string, o Options) (*Server, error) {
	ports, err := freePorts(2)
	if err != nil {
		return nil, err
	}
	m := &Server{
		endpoint: ports[0],
		console:  ports[1],
		root:     sign.By{AccessKey: "root-" + rand.Text()[:8], SecretKey: rand.Text()},
		admin:    paths[minioAdmin.name],
		log:      filepath.Join(dir, "minio.log"),
		scheme:   "http",
		options:  o,
	}
	if o.Certificate != nil {
		m.scheme = "https"
		if err := writeCertificate(filepath.Join(dir, "certs"), *o.Certificate); err != nil {
			return nil, err
		}
	}
	for n := range max(1, o.Drives) {
		m.drives = append(m.drives, filepath.Join(dir, "data"+strings.Repeat("-more", n)))
	}
	log, err := os.Create(m.log)
	if err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	defer log.Close()
	m.process, err = startProcess(m.command(paths[minioServer.name], dir, log))
	if err != nil {
		return nil, err
	}
	if err := m.waitReady(ctx); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// command has an environment of its own, so that a proxy or a MINIO_ variable
// of the developer changes nothing.
func (m *Server) command(binary, dir string, log io.Writer) *exec.Cmd {
	args := []string{"server", "--anonymous", "--address", m.endpoint, "--console-address", m.console, "--certs-dir", filepath.Join(dir, "certs")}
	cmd := exec.Command(binary, append(args, m.drives...)...)
	cmd.Env = []string{
		"HOME=" + dir,
		"TMPDIR=" + os.TempDir(),
		"MINIO_ROOT_USER=" + m.root.AccessKey,
		"MINIO_ROOT_PASSWORD=" + m.root.SecretKey,
		"MINIO_UPDATE=off",
		"MINIO_BROWSER=on",
		"MINIO_REGION=" + m.options.Region,
	}
	if len(m.drives) > 1 {
		// Else it wants a disk of its own for each.
		cmd.Env = append(cmd.Env, "MINIO_CI_CD=1")
	}
	cmd.Stdout, cmd.Stderr = log, log
	return cmd
}

// waitReady asks with the root user's signature, because the health paths are
// up before the users are.
func (m *Server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if m.answers(ctx, m.endpoint, 200) && m.answers(ctx, m.console, 0) {
			return nil
		}
		select {
		case <-m.process.gone:
			return m.died()
		case <-ctx.Done():
			return fmt.Errorf("teststack: minio is not ready at %s: %w\n%s", m.endpoint, context.Cause(ctx), m.logTail())
		case <-again.C:
		}
	}
}

// answers reports whether an address answers a signed request, with any status
// if want is 0.
func (m *Server) answers(ctx context.Context, address string, want int) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, m.scheme+"://"+address+"/", nil)
	if err != nil {
		return false
	}
	by := m.root
	by.Region = m.options.Region
	by.Request(r, "")
	got, err := m.transport().RoundTrip(r)
	if err != nil {
		return false
	}
	_ = got.Body.Close()
	return want == 0 || got.StatusCode == want
}

// transport keeps nothing open, and asks no authority who it talks to.
func (m *Server) transport() *http.Transport {
	return &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // our own child on loopback
}

func (m *Server) died() error {
	text := m.logTail()
	if strings.Contains(text, "address already in use") || strings.Contains(text, "port is already in use") {
		return fmt.Errorf("teststack: minio at %s: %w\n%s", m.endpoint, errPortTaken, text)
	}
	return fmt.Errorf("teststack: minio ended: %s\n%s", m.process.cmd.ProcessState, text)
}

func (m *Server) logTail() string {
	out, err := os.ReadFile(m.log)
	if err != nil {
		return err.Error()
	}
	return tail(out)
}

// freePorts holds all of them at once, so that they differ.
func freePorts(n int) ([]string, error) {
	var addresses []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("teststack: %w", err)
		}
		defer l.Close()
		addresses = append(addresses, l.Addr().String())
	}
	return addresses, nil
}

// Endpoint is host:port of the S3 API.
func (m *Server) Endpoint() string { return m.endpoint }

// ConsoleEndpoint is host:port of the console, the port that is often taken for
// the other.
func (m *Server) ConsoleEndpoint() string { return m.console }

// URL is the endpoint with its scheme.
func (m *Server) URL() string { return m.scheme + "://" + m.endpoint }

// AccessKey is the root user's.
func (m *Server) AccessKey() string { return m.root.AccessKey }

// SecretKey is the root user's.
func (m *Server) SecretKey() string { return m.root.SecretKey }

// LoseDrives takes away so many of the drives, as a node that goes does.
func (m *Server) LoseDrives(n int) error {
	for _, drive := range m.drives[:n] {
		if err := os.RemoveAll(drive); err != nil {
			return fmt.Errorf("teststack: %w", err)
		}
	}
	return nil
}

// Close ends the server. The data stay in the directory given to MinIO.
func (m *Server) Close() { m.process.stop() }
