package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/flts-run/flts-run/internal/crowd"
	"github.com/flts-run/flts-run/internal/teststack"
)

// Limits of an examination of a busy namespace, as the operator who waits for it has
// them. The first is wide of what is measured, a tenth of it, so that it holds on any day
// of the machine.
const (
	examinationSeconds = 5
	examinationMiB     = 150
)

// busy is what a namespace of a busy team has.
var busy = crowd.Size{Pods: 2000, ConfigMaps: 500, Secrets: 500}

// examination measures `fltsctl doctor` on a busy namespace of a real Kubernetes API, a
// process for each round.
func examination(ctx context.Context, b bench, w io.Writer) ([]bar, error) {
	dir := filepath.Join(b.dir, "kubernetes")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	cluster, err := teststack.Kubernetes(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer cluster.Close()
	namespace, err := cluster.Namespace(ctx)
	if err != nil {
		return nil, err
	}
	config, err := clientcmd.BuildConfigFromFlags("", cluster.Admin())
	if err != nil {
		return nil, err
	}
	if err := crowd.Fill(ctx, config, namespace, busy); err != nil {
		return nil, err
	}
	slowest, largest, checks := time.Duration(0), 0.0, 0
	for range 5 {
		took, mib, n, err := examine(ctx, b, cluster.Admin(), namespace)
		if err != nil {
			return nil, err
		}
		slowest, largest, checks = max(slowest, took), max(largest, mib), n
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FLTSCTL DOCTOR\tPODS\tCONFIGMAPS\tSECRETS\tCHECKS\tSLOWEST OF 5\tRESIDENT")
	fmt.Fprintf(table, "\t%d\t%d\t%d\t%d\t%s\t%.0f MiB\n", busy.Pods, busy.ConfigMaps, busy.Secrets, checks, ms(slowest), largest)
	table.Flush()
	fmt.Fprintln(w)
	return []bar{
		{"a busy namespace, examined", slowest.Seconds(), examinationSeconds, "s"},
		{"resident for it", largest, examinationMiB, "MiB"},
	}, nil
}

// examine runs all checks, those of the security checklist too, and returns how long the
// process took, what it had resident at most, and how many checks there were.
func examine(ctx context.Context, b bench, kubeconfig, namespace string) (took time.Duration, mib float64, checks int, err error) {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, b.fltsctl, "doctor", "-n", namespace, "--kubeconfig", kubeconfig, "--only", "*", "-o", "json")
	cmd.Env, cmd.Stdout = []string{"HOME=" + b.dir, "PATH=/usr/bin:/bin"}, &out
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for running := true; running; {
		select {
		case err = <-ended: // it finds much
			running = false
		case <-time.After(2 * time.Millisecond):
			mib = max(mib, highWater(cmd.Process.Pid))
		}
	}
	took = time.Since(begin)
	var report struct {
		Checks struct{ Results []json.RawMessage }
	}
	if json.Unmarshal(out.Bytes(), &report) != nil || len(report.Checks.Results) == 0 {
		return 0, 0, 0, fmt.Errorf("fltsctl doctor gave no report: %w", err)
	}
	if mib == 0 {
		return 0, 0, 0, errors.New("what a process has resident is not known on this system")
	}
	return took, mib, len(report.Checks.Results), nil
}

// highWater is the most that a process has had resident since it became its program, in
// MiB; 0 when it has ended. What the system says at its end would be ours, if that was
// more: the process began as a copy of us.
func highWater(pid int) float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kib float64
	_, _ = fmt.Sscan(rest, &kib)
	return kib / 1024
}
