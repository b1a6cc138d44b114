package teststack

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Nginx runs Debian's nginx with this configuration, below dir, until it takes
// connections at the address. The configuration says nothing of processes and
// of where temporary files are.
func Nginx(ctx context.Context, dir, config, address string) (*Daemon, error) {
	nginx, err := debian("nginx", "nginx-light")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		return nil, fmt.Errorf("teststack: nginx: %w", err)
	}
	cmd := exec.Command(nginx, "-p", dir, "-c", file, "-e", "stderr",
		"-g", "daemon off; master_process off; pid "+filepath.Join(dir, "nginx.pid")+";")
	return startDaemon(ctx, dir, cmd, takesConnections(address))
}

// Squid runs Debian's squid with this configuration, below dir, until it takes
// connections at the address.
func Squid(ctx context.Context, dir, config, address string) (*Daemon, error) {
	squid, err := debian("squid", "squid")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "squid.conf")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		return nil, fmt.Errorf("teststack: squid: %w", err)
	}
	return startDaemon(ctx, dir, exec.Command(squid, "-N", "-d", "1", "-f", file), takesConnections(address))
}

// debian finds a program of a Debian package. Servers are in sbin, which is not
// on everybody's PATH.
func debian(program, pkg string) (string, error) {
	for _, name := range []string{program, "/usr/sbin/" + program} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("teststack: %s is not installed: apt-get install %s", program, pkg)
}
