package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/fakegateway"
	"github.com/flts-run/flts-run/internal/fakemlflow"
	"github.com/flts-run/flts-run/internal/fakes3"
)

// Three healthy services on loopback are checked in this time, the start of the
// process included.
const checkLimit = 60 // ms

// checkCost measures `flts-run check` against healthy services.
func checkCost(ctx context.Context, b bench, w io.Writer) ([]bar, error) {
	s3, err := fakes3.Start(fakes3.Options{AccessKey: "bench-access", SecretKey: "bench-secret", Buckets: []string{"dataset", "processed-data"}})
	if err != nil {
		return nil, err
	}
	defer s3.Close()
	mlflow, err := fakemlflow.Start(fakemlflow.Options{})
	if err != nil {
		return nil, err
	}
	defer mlflow.Close()
	gateway, err := fakegateway.Start(fakegateway.Options{Endpoint: s3.Endpoint(), AccessKey: "bench-access", SecretKey: "bench-secret"})
	if err != nil {
		return nil, err
	}
	defer gateway.Close()

	environ := []string{
		"APP_ENV=dev", "FLTS_NEEDS=s3:dataset=r,processed-data=rw",
		"MINIO_ENDPOINT=" + s3.Endpoint(), "MINIO_ACCESS_KEY=bench-access", "MINIO_SECRET_KEY=bench-secret",
		"MLFLOW_TRACKING_URI=" + mlflow.URL(), "GATEWAY_URL=" + gateway.URL(),
	}
	rounds := b.rounds / 5
	var took []time.Duration
	for range warmUp + rounds {
		cmd := exec.CommandContext(ctx, b.fltsRun, "check")
		cmd.Env = environ
		begin := time.Now()
		out, err := cmd.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("flts-run check: %w\n%s", err, out)
		}
		if !strings.HasSuffix(string(out), "\n16 passed\n") {
			return nil, fmt.Errorf("flts-run check: want 16 checks passed\n%s", out)
		}
		took = append(took, time.Since(begin))
	}
	took = took[warmUp:]
	fmt.Fprintf(w, "CHECK of three healthy services (%d rounds): median %s, 95 %% %s\n\n", rounds, ms(quantile(took, 0.50)), ms(quantile(took, 0.95)))
	return []bar{{"flts-run check, three healthy services", quantile(took, 0.50).Seconds() * 1000, checkLimit, "ms"}}, nil
}
