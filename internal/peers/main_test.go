//go:build peers

package peers_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/flts-run/flts-run/internal/demo/pod"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/teststack"
)

// TestMain makes outside what may need the network, and runs the tests inside.
func TestMain(m *testing.M) {
	flag.Parse()
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		status = 1
	}
	os.Exit(status)
}

func run(m *testing.M) (status int, err error) {
	dir, err := os.MkdirTemp("", "flts-peers")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if os.Getenv(insideVariable) != "" {
		if err := furnish(dir); err != nil {
			return 1, err
		}
		return kubetest.Main(m), nil
	}
	ctx := context.Background()
	if err := have(ctx, dir); err != nil {
		return 1, err
	}
	packages, err := havePackages(ctx)
	if err != nil {
		return 1, err
	}
	return reenter(binaryVariable+"="+filepath.Join(dir, "bin", "flts-run"), packagesVariable+"="+packages)
}

// binaryVariable is where the tests find flts-run.
const binaryVariable = "FLTS_PEERS_BINARY"

// have builds and installs what is not there yet.
func have(ctx context.Context, dir string) error {
	source, err := pod.FindSource(ctx)
	if err != nil {
		return err
	}
	if err := source.Build(ctx, dir); err != nil {
		return err
	}
	parts := teststack.Binaries{Progress: os.Stderr}
	if _, err := parts.Build(ctx); err != nil {
		return err
	}
	if _, err := parts.Clients(ctx); err != nil {
		return err
	}
	if _, err := parts.KFPSDK(ctx); err != nil {
		return err
	}
	if _, err := parts.Airflow(ctx); err != nil {
		return err
	}
	_, err = parts.Airflow2(ctx)
	return err
}
