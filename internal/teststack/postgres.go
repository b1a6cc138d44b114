package teststack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// PostgresSetup is how a PostgreSQL server is made.
type PostgresSetup struct {
	// SQL is run before the server starts, one statement each.
	SQL []string
	// Hosts are the lines of pg_hba.conf.
	Hosts []string
	// CertificatePEM and KeyPEM turn TLS on.
	CertificatePEM, KeyPEM []byte
}

// PostgresServer is a running PostgreSQL from the packages of the system.
type PostgresServer struct {
	endpoint string
	process  *process
	dir      string
}

// Postgres starts the server that Debian's package postgresql installed, with
// its data in a directory of its own: the server refuses to be root, and another
// user must get through to the data. The superuser is postgres. It returns when
// the port takes connections.
func Postgres(ctx context.Context, setup PostgresSetup) (*PostgresServer, error) {
	dir, err := os.MkdirTemp("", "postgres")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	p, err := postgresIn(ctx, dir, setup)
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	p.dir = dir
	return p, nil
}

func postgresIn(ctx context.Context, dir string, setup PostgresSetup) (*PostgresServer, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return nil, errors.New("teststack: no PostgreSQL: apt-get install -y --no-install-recommends postgresql")
	}
	bin := filepath.Dir(found[len(found)-1])
	data := filepath.Join(dir, "postgres")
	if err := ownedByNobody(data); err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, filepath.Join(bin, name), args...)
		cmd.Dir, cmd.Env = data, []string{"LC_ALL=C", "PATH=/usr/bin:/bin", "HOME=" + data}
		asNobody(cmd)
		return cmd
	}
	cluster := filepath.Join(data, "cluster")
	if out, err := command("initdb", "-D", cluster, "-U", "postgres", "-A", "trust", "--no-sync").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("teststack: initdb: %w\n%s", err, out)
	}
	single := command("postgres", "--single", "-D", cluster, "-j", "postgres")
	single.Stdin = strings.NewReader(strings.Join(append(setup.SQL, ""), ";\n\n"))
	if out, err := single.CombinedOutput(); err != nil || bytes.Contains(out, []byte("ERROR:")) {
		return nil, fmt.Errorf("teststack: SQL: %w\n%s", err, out)
	}
	args := []string{"-D", cluster, "-h", "127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"}
	files := map[string][]byte{"pg_hba.conf": nil}
	for _, line := range setup.Hosts {
		files["pg_hba.conf"] = append(files["pg_hba.conf"], line+"\n"...)
	}
	if setup.CertificatePEM != nil {
		files["server.crt"], files["server.key"] = setup.CertificatePEM, setup.KeyPEM
		args = append(args, "-c", "ssl=on")
	}
	for name, text := range files {
		if err := writeAsNobody(filepath.Join(cluster, name), text); err != nil {
			return nil, fmt.Errorf("teststack: %w", err)
		}
	}
	return startPostgres(ctx, args, command, filepath.Join(dir, "postgres.log"))
}

func startPostgres(ctx context.Context, args []string, command func(string, ...string) *exec.Cmd, logFile string) (*PostgresServer, error) {
	ports, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(ports[0])
	if err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	log, err := os.Create(logFile)
	if err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	defer log.Close()
	cmd := command("postgres", append(args, "-p", port)...)
	cmd.Stdout, cmd.Stderr = log, log
	p := &PostgresServer{endpoint: ports[0]}
	if p.process, err = startProcess(cmd); err != nil {
		return nil, err
	}
	if err := p.waitOpen(ctx, logFile); err != nil {
		p.process.stop()
		return nil, err
	}
	return p, nil
}

// waitOpen waits for the port.
func (p *PostgresServer) waitOpen(ctx context.Context, logFile string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.endpoint)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-p.process.gone:
			text, _ := os.ReadFile(logFile)
			return fmt.Errorf("teststack: PostgreSQL ended:\n%s", text)
		case <-ctx.Done():
			return fmt.Errorf("teststack: PostgreSQL does not start: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Endpoint is host:port.
func (p *PostgresServer) Endpoint() string { return p.endpoint }

// Close ends the server and removes its data.
func (p *PostgresServer) Close() {
	p.process.stop()
	_ = os.RemoveAll(p.dir)
}
