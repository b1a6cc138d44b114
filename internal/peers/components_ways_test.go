//go:build peers

package peers_test

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/container"
)

// way is one of those in which the same image is run.
type way struct {
	name string
	// command is what becomes of "python3 -m flts.train …".
	command func(task []string) []string
	env     vars
	// plain gets the variables that Python's clients read; the others get those of the
	// contract, and have flts-run to make the former of them.
	plain bool
}

func ways(i container.Image) []way {
	entrypoint := func(task []string) []string {
		return append(i.Entrypoint[:len(i.Entrypoint):len(i.Entrypoint)], task...)
	}
	return []way{
		{name: "plain", command: func(task []string) []string { return task }, plain: true},
		{name: "exec", command: entrypoint},
		{name: "supervise", command: entrypoint, env: vars{"FLTS_MODE": "supervise"}},
		{name: "shims", command: func(task []string) []string {
			return append([]string{"sh", "-c", `"$0" "$@"`}, task...) // as KFP does
		}, env: vars{"PATH": "/opt/flts/bin:/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"}},
	}
}

// places are where a way reads and writes.
func (w way) places() vars {
	return vars{
		"BUCKET_DATASET": "dataset-" + w.name, "BUCKET_PROCESSED": "processed-" + w.name, "BUCKET_MLFLOW": "mlflow",
		"BUCKET_PREDICTIONS": "predictions-" + w.name, "BUCKET_PROMOTION": "promotion-" + w.name, "BUCKET_INFERENCE_LOGS": "logs",
		"MLFLOW_TRACKING_URI": componentsMLflow, "MLFLOW_EXPERIMENT_NAME": w.name,
	}
}

// environment is what a container of this way is given.
func (w way) environment(s componentStack) []string {
	given := w.places()
	if w.plain {
		given = given.with("AWS_ENDPOINT_URL_S3", componentsStore, "MLFLOW_S3_ENDPOINT_URL", componentsStore, "AWS_DEFAULT_REGION", "us-east-1",
			"AWS_ACCESS_KEY_ID", s.task.accessKey, "AWS_SECRET_ACCESS_KEY", s.task.secretKey)
	} else {
		given = given.with("APP_ENV", "dev", "FLTS_DISABLE", "gateway",
			"FLTS_FROM_CONFIGMAP_MINIO_ENDPOINT", strings.TrimPrefix(componentsStore, "http://"),
			"FLTS_FROM_SECRET_MINIO_ACCESS_KEY", s.task.accessKey, "FLTS_FROM_SECRET_MINIO_SECRET_KEY", s.task.secretKey)
	}
	var all []string
	for _, each := range []vars{given, w.env} {
		for name, value := range each {
			all = append(all, name+"="+value)
		}
	}
	return all
}

// ended is what a container leaves to whoever started it.
type ended struct {
	status         int
	stdout, stderr string
}

// lastLine is what Airflow takes as the result.
func (e ended) lastLine() string {
	text := strings.TrimSuffix(e.stdout, "\n")
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// play runs one of the four to its end, as a pod with a read-only root does.
func (w way) play(t *testing.T, s componentStack, task string, more ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // ten seconds, on an idle machine
	defer cancel()
	command := []string{"python3", "-m", "flts." + task, "--dataset", "elborn", "--identifier", "first"}
	if task != "preprocess" {
		command = append(command, "--model", "traffic-"+w.name)
	}
	cmd := s.image.Process(ctx, container.Start{
		Command: w.command(append(command, more...)), Env: w.environment(s), ReadOnly: true,
	})
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}
