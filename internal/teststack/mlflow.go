package teststack

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

// MLflow says how a tracking server is started.
type MLflow struct {
	// Address is host:port to listen on.
	Address string
	// Flags follow those that every server here has: its address, one worker, and
	// a database unless it is for artifacts only.
	Flags         []string
	ArtifactsOnly bool
	// Variables are added to an environment that has little but PATH and HOME.
	Variables []string
	// Health is the path that answers 200 when the server is up; empty is /health.
	Health string
}

// Start runs `mlflow server` with its files below dir.
func (m MLflow) Start(ctx context.Context, dir string, c Clients) (*Daemon, error) {
	host, port, err := net.SplitHostPort(m.Address)
	if err != nil {
		return nil, fmt.Errorf("teststack: mlflow: %w", err)
	}
	flags := []string{"server", "--workers", "1", "--host", host, "--port", port}
	if m.ArtifactsOnly {
		flags = append(flags, "--artifacts-only")
	} else {
		database, err := newDatabase(dir, c)
		if err != nil {
			return nil, err
		}
		flags = append(flags, "--backend-store-uri", "sqlite:///"+database)
	}
	cmd := exec.Command(c.program("mlflow"), append(flags, m.Flags...)...)
	cmd.Env = append([]string{
		"HOME=" + dir,
		"PATH=" + filepath.Dir(c.Python()) + ":/usr/bin:/bin",
		"MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false", // eight processes more that nobody asks
		"MLFLOW_DISABLE_TELEMETRY=true",
		"AWS_EC2_METADATA_DISABLED=true",
	}, m.Variables...)
	if m.Health == "" {
		m.Health = "/health"
	}
	return startDaemon(ctx, dir, cmd, func(ctx context.Context) bool { return answersOK(ctx, "http://"+m.Address+m.Health) })
}

// newDatabase copies an empty one: to make one takes longer than a server's start.
func newDatabase(dir string, c Clients) (string, error) {
	empty, err := os.ReadFile(c.database())
	if err != nil {
		return "", fmt.Errorf("teststack: mlflow: %w", err)
	}
	database := filepath.Join(dir, "mlflow.db")
	if err := os.WriteFile(database, empty, 0o644); err != nil {
		return "", fmt.Errorf("teststack: mlflow: %w", err)
	}
	return database, nil
}

func answersOK(ctx context.Context, url string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	got, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return false
	}
	_ = got.Body.Close()
	return got.StatusCode == http.StatusOK
}
