package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/form"
)

func TestContractValues(t *testing.T) {
	write := func(t *testing.T, files map[string]string) string {
		dir := t.TempDir()
		for name, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
		return dir
	}
	asked := []form.Parameter{{Name: "gateway_url"}, {Name: "minio-endpoint"}, {Name: "mlflow_uri"}, {Name: "dataset"}}
	for _, c := range []struct {
		name   string
		at     func(t *testing.T) contractPlaces
		params []form.Parameter
		given  map[string]string // value and origin by name
		said   []form.Problem
		err    string
	}{
		{
			"defaults are left to the pod",
			func(*testing.T) contractPlaces { return contractPlaces{appEnv: "dev"} },
			asked,
			map[string]string{},
			nil, "",
		},
		{
			"each place, and the order of them",
			func(t *testing.T) contractPlaces {
				dir := write(t, map[string]string{
					"config_base.yaml":    "GATEWAY_URL: http://base:8000\nMLFLOW_TRACKING_URI: http://base:5000\n",
					"config_staging.yaml": "GATEWAY_URL: http://staging:8000\n",
				})
				return contractPlaces{appEnv: "staging", yamlDir: dir, environ: []string{"MINIO_ENDPOINT=minio.staging:9000"}}
			},
			asked,
			map[string]string{
				"gateway_url":    "http://staging:8000 yaml config_staging.yaml",
				"mlflow_uri":     "http://base:5000 yaml config_base.yaml",
				"minio-endpoint": "minio.staging:9000 env",
			},
			nil, "",
		},
		{
			"a sensitive key is not filled in",
			func(*testing.T) contractPlaces {
				return contractPlaces{appEnv: "dev", environ: []string{"MINIO_SECRET_KEY=hunter2hunter2"}}
			},
			[]form.Parameter{{Name: "minio_secret_key", Required: true}, {Name: "minio_access_key"}},
			map[string]string{},
			[]form.Problem{
				{Parameter: "minio_secret_key", Message: "parameter minio_secret_key is MINIO_SECRET_KEY, which is sensitive, and is not filled in: parameters are stored in clear text and shown in the UI", Hint: "take it out of the pipeline: in the pod, flts-run has MINIO_SECRET_KEY from the Secret", Warning: true},
				{Parameter: "minio_access_key", Message: "parameter minio_access_key is MINIO_ACCESS_KEY, which is sensitive, and is not filled in: parameters are stored in clear text and shown in the UI", Hint: "take it out of the pipeline: in the pod, flts-run has MINIO_ACCESS_KEY from the Secret", Warning: true},
			},
			"",
		},
		{
			"an address with a login",
			func(*testing.T) contractPlaces {
				return contractPlaces{appEnv: "dev", environ: []string{"MLFLOW_TRACKING_URI=http://me:hunter2hunter2@mlflow:5000"}}
			},
			asked,
			map[string]string{},
			[]form.Problem{
				{Parameter: "mlflow_uri", Message: "parameter mlflow_uri is MLFLOW_TRACKING_URI, whose value has a login in it (env), and is not filled in: parameters are stored in clear text and shown in the UI", Hint: "take it out of the pipeline: in the pod, flts-run has the login from the Secret", Warning: true},
			},
			"",
		},
		{
			"an invalid value",
			func(*testing.T) contractPlaces {
				return contractPlaces{appEnv: "dev", environ: []string{"MINIO_SECURE=maybe"}}
			},
			asked, nil, nil, "MINIO_SECURE (env): ",
		},
		{
			"an APP_ENV that is none",
			func(*testing.T) contractPlaces { return contractPlaces{appEnv: "production!"} },
			asked, nil, nil, "APP_ENV",
		},
		{
			"a contract that is not there",
			func(*testing.T) contractPlaces { return contractPlaces{contract: "none.yaml"} },
			asked, nil, nil, "none.yaml",
		},
		{
			"a .env file counts in development",
			func(t *testing.T) contractPlaces {
				return contractPlaces{appEnv: "dev", envFile: filepath.Join(write(t, map[string]string{".env": "GATEWAY_URL=http://laptop:8000\n"}), ".env")}
			},
			asked,
			map[string]string{"gateway_url": "http://laptop:8000 .env"},
			nil, "",
		},
		{
			"and nowhere else",
			func(t *testing.T) contractPlaces {
				return contractPlaces{appEnv: "prod", envFile: filepath.Join(write(t, map[string]string{".env": "GATEWAY_URL=http://laptop:8000\n"}), ".env")}
			},
			asked,
			map[string]string{},
			nil, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			given, said, err := contractValues(c.at(t), c.params)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				require.Equal(t, statusUsage, asFailure(err).status)
				return
			}
			require.NoError(t, err)
			got := map[string]string{}
			for _, g := range given {
				require.Regexp(t, `^contract \(.*\)$`, g.Origin)
				got[g.Name] = g.Text + " " + filepath.Base(g.Origin[len("contract ("):len(g.Origin)-1])
			}
			require.Equal(t, c.given, got)
			require.Equal(t, c.said, said)
		})
	}
}
