package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const variables = 30

// pod is what a task of a pipeline finds when it is started: variables, and a
// ConfigMap and a Secret mounted as directories.
type pod struct {
	dir     string
	environ []string
	null    *os.File // for all three streams; closed with the process
}

var (
	configMap = map[string]string{
		"MINIO_ENDPOINT":          "minio.mlops.svc.cluster.local:9000",
		"MINIO_SECURE":            "false",
		"MLFLOW_TRACKING_URI":     "http://mlflow.mlops.svc.cluster.local:5000",
		"GATEWAY_URL":             "http://gateway.mlops.svc.cluster.local:8000",
		"AWS_DEFAULT_REGION":      "us-east-1",
		"AWS_S3_ADDRESSING_STYLE": "path",
		"BUCKET_DATASET":          "dataset",
		"BUCKET_PROCESSED":        "processed-data",
		"BUCKET_MLFLOW":           "mlflow",
		"BUCKET_PREDICTIONS":      "predictions",
		"BUCKET_PROMOTION":        "model-promotion",
		"BUCKET_INFERENCE_LOGS":   "inference-txt-logs",
	}
	// More than half of a real Secret is none of our business.
	secret = map[string]string{
		"MINIO_ACCESS_KEY":         "bench-access",
		"MINIO_SECRET_KEY":         "bench-secret-that-opens-nothing",
		"MLFLOW_TRACKING_USERNAME": "bench",
		"MLFLOW_TRACKING_PASSWORD": "bench-password-that-opens-nothing",
		"DATABASE_PASSWORD":        "x",
		"DATABASE_USER":            "x",
		"REDIS_PASSWORD":           "x",
		"SLACK_WEBHOOK":            "x",
		"MODEL_HUB_TOKEN":          "x",
		"TRACING_DSN":              "x",
		"LICENSE_KEY":              "x",
		"SESSION_SALT":             "x",
	}
)

func newPod(dir string) (pod, error) {
	config, secrets := filepath.Join(dir, "config"), filepath.Join(dir, "secrets")
	if err := mount(config, configMap); err != nil {
		return pod{}, err
	}
	if err := mount(secrets, secret); err != nil {
		return pod{}, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return pod{}, err
	}
	environ := []string{
		"PATH=/usr/local/bin:/usr/bin:/bin",
		"HOME=/",
		"HOSTNAME=train-1",
		"LANG=C.UTF-8",
		"APP_ENV=staging",
		"FLTS_CONFIG_DIR=" + config,
		"FLTS_SECRET_DIR=" + secrets,
		"KUBERNETES_SERVICE_HOST=10.0.0.1",
		"KUBERNETES_SERVICE_PORT=443",
		"KFP_POD_NAME=train-1",
		"KFP_RUN_ID=5a1c0f3e",
		"PYTHONUNBUFFERED=1",
	}
	for i := len(environ); i < variables; i++ {
		environ = append(environ, fmt.Sprintf("TASK_SETTING_%d=value-%d", i, i))
	}
	return pod{dir: dir, environ: environ, null: null}, nil
}

// mount lays files out as the kubelet does, for the atomic swap: the data in a
// dated directory, ..data links to it, and every file links through ..data.
func mount(dir string, files map[string]string) error {
	const dated = "..2026_01_02_03_04_05.123456789"
	if err := os.MkdirAll(filepath.Join(dir, dated), 0o755); err != nil {
		return err
	}
	if err := os.Symlink(dated, filepath.Join(dir, "..data")); err != nil {
		return err
	}
	for name, value := range files {
		if err := os.WriteFile(filepath.Join(dir, dated, name), []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
