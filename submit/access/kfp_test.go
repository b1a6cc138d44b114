package access_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// files is a file system of these files alone.
func files(of map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if text, ok := of[name]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
}

func TestWhereKFPIs(t *testing.T) {
	inside := "KUBERNETES_SERVICE_HOST=10.96.0.1"
	for name, c := range map[string]struct {
		host    string
		options access.Options
		environ []string
		base    string
		origin  string
		pages   string
	}{
		"a flag":          {"kf.example", access.Options{}, []string{"KF_PIPELINES_ENDPOINT=other"}, "https://kf.example", "--host", "https://kf.example"},
		"a variable":      {"", access.Options{}, []string{"KF_PIPELINES_ENDPOINT=https://kf.example/pipeline/"}, "https://kf.example/pipeline", "KF_PIPELINES_ENDPOINT", "https://kf.example/pipeline"},
		"in a cluster":    {"", access.Options{}, []string{inside}, "http://ml-pipeline.kubeflow.svc.cluster.local:8888", "inside the cluster", ""},
		"of another name": {"", access.Options{KubeNamespace: "ml"}, []string{inside}, "http://ml-pipeline.ml.svc.cluster.local:8888", "inside the cluster", ""},
		"and its pages":   {"", access.Options{}, []string{inside, "KF_PIPELINES_UI_ENDPOINT=kf.example/pipeline"}, "http://ml-pipeline.kubeflow.svc.cluster.local:8888", "inside the cluster", "https://kf.example/pipeline"},
		"forwarded":       {"localhost:8888", access.Options{}, nil, "http://localhost:8888", "--host", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Host = c.host
			a := kfp(t, c.options, access.Surroundings{Environ: c.environ, ReadFile: files(nil)})
			pages := ""
			if a.Pages != nil {
				pages = a.Pages.String()
			}
			require.Equal(t, []string{c.base, c.origin, c.pages}, []string{a.Base.String(), a.Origin, pages})
		})
	}
}

func TestTheContextOfThePythonClient(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(home, ".config", "kfp"), 0o755))
	name := filepath.Join(home, ".config", "kfp", "context.json")
	s := serve(t, ok)
	write := func(text string) { require.NoError(t, os.WriteFile(name, []byte(text), 0o600)) }
	surroundings := access.Surroundings{Home: home}

	write(`{"namespace": "ada", "client_authentication_cookie": "a=` + cookie + `", "client_authentication_header_name": "x-key", "client_authentication_header_value": "` + header + `"}`)
	a := kfp(t, access.Options{Host: s.URL}, surroundings)
	require.Equal(t, "ada", a.Namespace)
	_, err := get(t, a, "")
	require.NoError(t, err)

	a = kfp(t, access.Options{Host: s.URL, TokenFile: file(t, token)}, surroundings)
	require.Equal(t, "ada", a.Namespace)
	_, err = get(t, a, "")
	require.NoError(t, err)

	write(`{"namespace": ""}`) // as the client writes it
	_, err = get(t, kfp(t, access.Options{Host: s.URL}, surroundings), "")
	require.NoError(t, err)

	require.Equal(t, []string{"a=" + cookie, "", ""}, s.sent("Cookie"))
	require.Equal(t, []string{header, "", ""}, s.sent("X-Key"))
	require.Equal(t, []string{"", "Bearer " + token, ""}, s.sent("Authorization"))

	write(body)
	_, err = access.KFP(access.Options{Host: s.URL}, surroundings)
	want(t, submit.Invalid, "", name+" is not the JSON that the client of KFP keeps there", "look at it, or move it away: jq -r keys "+name, err)
}

// The token of the pod goes to the cluster alone.
func TestTheTokenOfThePod(t *testing.T) {
	const usual = "/var/run/secrets/kubeflow/pipelines/token"
	cluster := "http://ml-pipeline.kubeflow.svc.cluster.local:8888"
	for name, c := range map[string]struct {
		host    string
		environ []string
		files   map[string]string
		warned  string // what a 401 would blame: the credential that was sent
	}{
		"where it is mounted": {cluster, nil, map[string]string{usual: token}, "Kubeflow Pipelines does not accept the token from the pod " + usual + " (401); it is no JWT"},
		"elsewhere":           {cluster, []string{"KF_PIPELINES_SA_TOKEN_PATH=/t"}, map[string]string{"/t": token, usual: fresh}, "Kubeflow Pipelines does not accept the token from KF_PIPELINES_SA_TOKEN_PATH /t (401); it is no JWT"},
		"nowhere":             {cluster, nil, nil, "Kubeflow Pipelines at ml-pipeline.kubeflow.svc.cluster.local:8888 wants a login (401), and none was given"},
		"another host":        {"http://kf.example", nil, map[string]string{usual: token}, "Kubeflow Pipelines at kf.example wants a login (401), and none was given"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, answers(401, "application/json", "{}"))
			a := kfp(t, access.Options{Host: c.host, Proxy: s.URL}, access.Surroundings{Environ: c.environ, ReadFile: files(c.files)})
			_, err := get(t, a, "/x")
			noSecret(t, err)
			require.EqualError(t, err, c.warned)
		})
	}
}

func TestWhereAirflowIs(t *testing.T) {
	for name, c := range map[string]struct {
		options access.Options
		environ []string
		files   map[string]string
		base    string
		origin  string
	}{
		"a flag":          {access.Options{Host: "https://af.example/prefix/api/v2/"}, nil, nil, "https://af.example/prefix", "--host"},
		"a variable":      {access.Options{}, []string{"AIRFLOW_API_URL=localhost:8080"}, nil, "http://localhost:8080", "AIRFLOW_API_URL"},
		"airflowctl":      {access.Options{}, nil, map[string]string{"/h/airflow/production.json": `{"api_url":"https://af.example"}`}, "https://af.example", "/h/airflow/production.json"},
		"its environment": {access.Options{}, []string{"AIRFLOW_HOME=/af", "AIRFLOW_CLI_ENVIRONMENT=stage"}, map[string]string{"/af/stage.json": `{"api_url":"https://af.example"}`}, "https://af.example", "/af/stage.json"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := access.Airflow(c.options, access.Surroundings{Environ: c.environ, Home: "/h", ReadFile: files(c.files)})
			require.NoError(t, err)
			require.Equal(t, []string{c.base, c.origin}, []string{a.Base.String(), a.Origin})
		})
	}
	for _, text := range []string{"", body, `{"api_url":7}`} {
		_, err := access.Airflow(access.Options{}, access.Surroundings{Home: "/h", ReadFile: files(map[string]string{"/h/airflow/production.json": text})})
		want(t, submit.Invalid, "", "nothing says where Airflow is", "give --host URL, or set AIRFLOW_API_URL", err)
	}
	s := serve(t, wants("Authorization", "Bearer "+token))
	a, err := access.Airflow(access.Options{Host: s.URL}, access.Surroundings{Environ: []string{"AIRFLOW_CLI_TOKEN=" + token}})
	require.NoError(t, err)
	_, err = get(t, a, "/api/v2/dags")
	require.NoError(t, err)
}
