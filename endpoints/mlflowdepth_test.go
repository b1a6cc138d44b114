package endpoints_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakemlflow"
	"github.com/flts-run/flts-run/internal/fakes3"
)

// image is a container with Python packages: "mlflow 3.5.0" is one.
func image(packages ...string) fs.FS {
	files := fstest.MapFS{"etc/passwd": {}}
	for _, p := range packages {
		name, version, _ := strings.Cut(p, " ")
		files["opt/venv/lib/python3.12/site-packages/"+name+"-"+version+".dist-info/METADATA"] = &fstest.MapFile{
			Data: []byte("Metadata-Version: 2.4\nName: " + name + "\nVersion: " + version + "\n\nVersion: 0\n"),
		}
	}
	return files
}

// deep is what the whole ladder found below the API, one line each.
func deep(t *testing.T, server fakemlflow.Options, change func(*endpoints.MLflow, *endpoints.Env)) ([]says, map[string]checklist.Result, *fakemlflow.Server) {
	t.Helper()
	s, err := fakemlflow.Start(server)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	target := tracking(s.URL() + server.StaticPrefix)
	target.Experiment = endpoints.Setting{Key: "MLFLOW_EXPERIMENT_NAME"}
	env := endpoints.Env{Thorough: true, Task: map[string]string{"PATH": "/opt/venv/bin:/usr/bin"}, Files: image("mlflow 3.5.0")}
	if change != nil {
		change(&target, &env)
	}
	said, results := judge(t, target.Checks(env))
	return said[4:], results, s
}

func experimentNamed(name string) func(*endpoints.MLflow, *endpoints.Env) {
	return func(m *endpoints.MLflow, _ *endpoints.Env) { m.Experiment = open("MLFLOW_EXPERIMENT_NAME", name) }
}

func inTask(name, value string) func(*endpoints.MLflow, *endpoints.Env) {
	return func(_ *endpoints.MLflow, e *endpoints.Env) { e.Task[name] = value }
}

func TestTheWholeLadderOfAHealthyMLflow(t *testing.T) {
	for name, server := range map[string]fakemlflow.Options{"plain": {}, "below a prefix": {StaticPrefix: "/ml"}} {
		t.Run(name, func(t *testing.T) {
			said, _, s := deep(t, server, func(_ *endpoints.MLflow, e *endpoints.Env) { e.WriteProbe = true })
			require.Equal(t, []says{
				{"mlflow.version", checklist.Pass, "", "MLflow 3.5.0, and the client in the image is 3.5.0"},
				{"mlflow.experiment", checklist.Pass, "", "the Default experiment can be used"},
				{"mlflow.artifacts", checklist.Pass, "", "artifacts go through MLflow"},
				{"mlflow.write", checklist.Pass, "", "may create runs in this experiment (nothing was written)"},
				{"mlflow.upload", checklist.Pass, "", "2 MiB are passed on to MLflow (nothing was written)"},
			}, said)
			require.Empty(t, s.Runs())
			require.Empty(t, s.Artifacts())
			require.Len(t, s.Requests(), 7)
		})
	}
}

func TestVersions(t *testing.T) {
	pin := func(server string) string {
		return "pin the client to the server in the Dockerfile: pip install 'mlflow==" + server + "'"
	}
	for name, c := range map[string]struct {
		server fakemlflow.Options
		change func(*endpoints.MLflow, *endpoints.Env)
		want   says
		hint   string
	}{
		"major": {
			fakemlflow.Options{Before3: true},
			nil,
			says{State: checklist.Warn, Code: "FLTS-X08", Detail: "the server is MLflow 2.9.2, the client in the image 3.5.0"},
			pin("2.9.2"),
		},
		"minor": {fakemlflow.Options{Version: "3.9.1"}, nil, says{State: checklist.Pass, Detail: "MLflow 3.9.1, and the client in the image is 3.5.0"}, ""},
		"skinny": {
			fakemlflow.Options{},
			func(_ *endpoints.MLflow, e *endpoints.Env) {
				e.Files = image("mlflow_skinny 2.22.1", "mlflow_tracing 3.1.0")
			},
			says{State: checklist.Warn, Code: "FLTS-X08", Detail: "the server is MLflow 3.5.0, the client in the image 2.22.1"},
			pin("3.5.0"),
		},
		"no client":     {fakemlflow.Options{}, func(_ *endpoints.MLflow, e *endpoints.Env) { e.Files = image() }, says{State: checklist.Pass, Detail: "MLflow 3.5.0"}, ""},
		"another image": {fakemlflow.Options{}, func(_ *endpoints.MLflow, e *endpoints.Env) { e.Task["PATH"] = "relative:/usr/bin" }, says{State: checklist.Pass, Detail: "MLflow 3.5.0"}, ""},
		"VIRTUAL_ENV":   {fakemlflow.Options{}, func(_ *endpoints.MLflow, e *endpoints.Env) { e.Task = map[string]string{"VIRTUAL_ENV": "/opt/venv"} }, says{State: checklist.Pass, Detail: "MLflow 3.5.0, and the client in the image is 3.5.0"}, ""},
		"no files":      {fakemlflow.Options{}, func(_ *endpoints.MLflow, e *endpoints.Env) { e.Files = nil }, says{State: checklist.Pass, Detail: "MLflow 3.5.0"}, ""},
		"not a version": {fakemlflow.Options{Version: "<b>canary</b>"}, nil, says{State: checklist.Unknown, Detail: "could not look: /version does not tell the server's version"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			said, results, _ := deep(t, c.server, c.change)
			c.want.ID = "mlflow.version"
			require.Equal(t, c.want, said[0])
			require.Equal(t, c.hint, results["mlflow.version"].Hint)
		})
	}
}

func TestExperiments(t *testing.T) {
	there := []fakemlflow.Experiment{{Name: "churn"}, {Name: "old", Deleted: true}}
	for name, c := range map[string]struct {
		change func(*endpoints.MLflow, *endpoints.Env)
		want   says
		hint   string
	}{
		"by name": {experimentNamed("churn"), says{State: checklist.Pass, Detail: "experiment churn can be used"}, ""},
		"by ID":   {inTask("MLFLOW_EXPERIMENT_ID", "1"), says{State: checklist.Pass, Detail: "experiment 1 can be used"}, ""},
		"a name of two lines": {
			experimentNamed("a\nPASS"),
			says{State: checklist.Warn, Code: "FLTS-X13", Detail: `experiment a\nPASS: there is none of this name: MLflow will create it, if the user may`},
			"if that is not meant, correct MLFLOW_EXPERIMENT_NAME; the names there are: mlflow experiments search",
		},
		"missing": {
			experimentNamed("chrun"),
			says{State: checklist.Warn, Code: "FLTS-X13", Detail: "experiment chrun: there is none of this name: MLflow will create it, if the user may"},
			"if that is not meant, correct MLFLOW_EXPERIMENT_NAME; the names there are: mlflow experiments search",
		},
		"deleted": {
			experimentNamed("old"),
			says{State: checklist.Fail, Code: "FLTS-X13", Detail: "experiment old: it is deleted, and MLflow starts no run in it"},
			"mlflow experiments restore -x 2, or use another name",
		},
		"no such ID": {
			inTask("MLFLOW_EXPERIMENT_ID", "7"),
			says{State: checklist.Fail, Code: "FLTS-X13", Detail: "experiment 7: there is none with this ID"},
			"correct MLFLOW_EXPERIMENT_ID: mlflow experiments search",
		},
		"name and ID of two": {
			func(m *endpoints.MLflow, e *endpoints.Env) {
				experimentNamed("churn")(m, e)
				inTask("MLFLOW_EXPERIMENT_ID", "0")(m, e)
			},
			says{State: checklist.Fail, Code: "FLTS-X13", Detail: "experiment churn: MLFLOW_EXPERIMENT_ID names another experiment, and MLflow's client refuses to choose"},
			"unset MLFLOW_EXPERIMENT_ID",
		},
	} {
		t.Run(name, func(t *testing.T) {
			said, results, _ := deep(t, fakemlflow.Options{Experiments: there}, c.change)
			c.want.ID = "mlflow.experiment"
			require.Equal(t, c.want, said[1])
			require.Equal(t, c.hint, results["mlflow.experiment"].Hint)
		})
	}
}

// Without a name the task may name one itself, so what is wrong with the Default
// experiment decides nothing.
func TestTheDefaultExperiment(t *testing.T) {
	const get = "GET /api/2.0/mlflow/experiments/get?experiment_id=0"
	for name, c := range map[string]struct {
		answer route
		detail string
	}{
		"deleted": {
			route{status: 200, body: `{"experiment":{"experiment_id":"0","lifecycle_stage":"deleted","artifact_location":"mlflow-artifacts:/0"}}`},
			"the Default experiment: it is deleted: a task that names no experiment cannot start a run",
		},
		"gone": {
			route{status: 404, body: `{"error_code":"RESOURCE_DOES_NOT_EXIST"}`},
			"the Default experiment: there is none: a task that names no experiment cannot start a run",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"GET /health": healOK, search: jsonOK, get: c.answer, "GET /api/2.0/mlflow-artifacts/artifacts": {status: 200, body: "{}"}})
			v := checklist.Runner{}.Run(t.Context(), tracking(s.URL).Checks(endpoints.Env{Thorough: true}))
			require.Equal(t, 0, v.Status())
			require.Equal(t, says{"mlflow.experiment", checklist.Warn, "FLTS-X13", c.detail}, says{v.Results[5].ID, v.Results[5].State, v.Results[5].Code, v.Results[5].Detail})
		})
	}
}

func TestWhereArtifactsGo(t *testing.T) {
	direct := fakemlflow.Options{ArtifactRoot: "s3://mlflow/art"}
	store := fakeS3(t, fakes3.Options{
		Buckets: []string{"mlflow"},
		Users: []fakes3.User{
			{AccessKey: "writer", SecretKey: "writes-only", Allow: map[string]string{"mlflow": "w"}},
			{AccessKey: "nobody", SecretKey: "may-nothing", Allow: map[string]string{}},
		},
	})
	keys := func(m *endpoints.MLflow, e *endpoints.Env) {
		e.Resolver = names{}
		e.Task["AWS_ACCESS_KEY_ID"], e.Task["AWS_SECRET_ACCESS_KEY"] = keyID, secretKey
		e.Task["MLFLOW_S3_ENDPOINT_URL"] = store.URL()
		e.Files = image("mlflow 3.5.0", "boto3 1.43.0")
	}
	and := func(more func(*endpoints.MLflow, *endpoints.Env)) func(*endpoints.MLflow, *endpoints.Env) {
		return func(m *endpoints.MLflow, e *endpoints.Env) { keys(m, e); more(m, e) }
	}
	const goes = "artifacts of this experiment go straight to s3://mlflow"
	down := closedPort(t)
	whoListens := "localhost in a pod is the pod itself: set MLFLOW_S3_ENDPOINT_URL=http://SVC.NS.svc.cluster.local:" + port(t, "http://"+down) + ", or look here with: ss -ltn | grep :" + port(t, "http://"+down)
	const writeAgain = "write the right one to AWS_SECRET_ACCESS_KEY (the task's environment): " +
		`stty -echo; read -r V; stty echo; [ "$V" ] && printf %s "$V" | kubectl create secret generic NAME --from-file=AWS_SECRET_ACCESS_KEY=/dev/stdin --dry-run=client -o json | kubectl -n NS patch secret NAME --type=merge --patch-file /dev/stdin`
	as := func(key, secret string, probe bool) func(*endpoints.MLflow, *endpoints.Env) {
		return and(func(_ *endpoints.MLflow, e *endpoints.Env) {
			e.Task["AWS_ACCESS_KEY_ID"], e.Task["AWS_SECRET_ACCESS_KEY"], e.WriteProbe = key, secret, probe
		})
	}
	const noKeys = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and MLFLOW_S3_ENDPOINT_URL), or start the server with --serve-artifacts and use a new experiment"
	for name, c := range map[string]struct {
		server fakemlflow.Options
		change func(*endpoints.MLflow, *endpoints.Env)
		want   says
		hint   string
	}{
		"straight":     {direct, keys, says{State: checklist.Pass, Detail: goes + ": bucket mlflow/art/1 listed"}, ""},
		"no keys":      {direct, nil, says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + ", and the task has no keys for it"}, noKeys},
		"half the key": {direct, and(inTask("AWS_SECRET_ACCESS_KEY", "")), says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + ", and the task has no keys for it"}, noKeys},
		"an identity": {
			direct, and(func(_ *endpoints.MLflow, e *endpoints.Env) {
				delete(e.Task, "AWS_ACCESS_KEY_ID")
				delete(e.Task, "MLFLOW_S3_ENDPOINT_URL")
				e.Task["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/var/run/token"
			}),
			says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + ": no such host: s3.us-east-1.amazonaws.com"},
			"nslookup s3.us-east-1.amazonaws.com",
		},
		"keys in a file": {
			direct, and(func(_ *endpoints.MLflow, e *endpoints.Env) {
				delete(e.Task, "AWS_ACCESS_KEY_ID")
				e.Task["HOME"] = "/app"
				e.Files.(fstest.MapFS)["app/.aws/credentials"] = &fstest.MapFile{Data: []byte("[default]")}
			}),
			says{State: checklist.Unknown, Code: "FLTS-X06", Detail: goes + ": not signed: the credentials come from a file of boto3"},
			"flts-run explain AWS_ACCESS_KEY_ID",
		},
		"no endpoint": {
			direct, and(inTask("MLFLOW_S3_ENDPOINT_URL", "")),
			says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + " at AWS, because no endpoint is set, and the keys are not of AWS"},
			"set MLFLOW_S3_ENDPOINT_URL=http://SVC.NS.svc.cluster.local:9000",
		},
		"AWS": {direct, and(func(_ *endpoints.MLflow, e *endpoints.Env) {
			delete(e.Task, "MLFLOW_S3_ENDPOINT_URL")
			e.Task["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE"
		}), says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + ": no such host: s3.us-east-1.amazonaws.com"}, "nslookup s3.us-east-1.amazonaws.com"},
		"boto3's endpoint": {direct, and(func(_ *endpoints.MLflow, e *endpoints.Env) {
			delete(e.Task, "MLFLOW_S3_ENDPOINT_URL")
			e.Task["AWS_ENDPOINT_URL_S3"] = store.URL()
		}), says{State: checklist.Pass, Detail: goes + ": bucket mlflow/art/1 listed"}, ""},
		"boto3's endpoint, switched off": {direct, and(func(_ *endpoints.MLflow, e *endpoints.Env) {
			delete(e.Task, "MLFLOW_S3_ENDPOINT_URL")
			e.Task["AWS_ENDPOINT_URL_S3"], e.Task["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = store.URL(), "true"
		}), says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + " at AWS, because no endpoint is set, and the keys are not of AWS"}, "set MLFLOW_S3_ENDPOINT_URL=http://SVC.NS.svc.cluster.local:9000"},
		"wrong key":                     {direct, and(inTask("AWS_SECRET_ACCESS_KEY", "wrong")), says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + ": the secret key does not belong to the access key"}, writeAgain},
		"a store that is down":          {direct, and(inTask("MLFLOW_S3_ENDPOINT_URL", "http://"+down)), says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + ": connection refused at " + down}, whoListens},
		"a store that is none":          {direct, and(inTask("MLFLOW_S3_ENDPOINT_URL", "minio:9000")), says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + ": MLFLOW_S3_ENDPOINT_URL is not an http or https URL"}, "set MLFLOW_S3_ENDPOINT_URL=http://minio:9000"},
		"a bucket in front of the host": {direct, and(inTask("MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE", "virtual")), says{State: checklist.Pass, Detail: goes + ": bucket mlflow/art/1 listed"}, ""}, // an address has none
		"not to be listed":              {direct, as("nobody", "may-nothing", false), says{State: checklist.Warn, Code: "FLTS-X06", Detail: goes + ": bucket mlflow/art/1 cannot be listed; whether it can be written was not tried"}, "allow s3:PutObject on mlflow/art/1: mc admin policy attach ALIAS POLICY --user ACCESS_KEY; to try it: flts-run check --write-probe"},
		"not to be written":             {direct, as("nobody", "may-nothing", true), says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + ": credentials accepted, bucket mlflow/art/1 may not be written"}, "allow s3:PutObject on mlflow/art/1/*: mc admin policy attach ALIAS readwrite --user ACCESS_KEY"},
		"only to be written":            {direct, as("writer", "writes-only", true), says{State: checklist.Pass, Detail: goes + ": bucket mlflow/art/1 can be written, nothing was stored"}, ""},
		"no boto3":                      {direct, and(func(_ *endpoints.MLflow, e *endpoints.Env) { e.Files = image("mlflow 3.5.0") }), says{State: checklist.Fail, Code: "FLTS-X06", Detail: goes + ", and boto3 is not installed beside MLflow"}, "add it in the Dockerfile: pip install boto3"},
		"unknown task":                  {direct, func(_ *endpoints.MLflow, e *endpoints.Env) { e.Task = nil }, says{State: checklist.Unknown, Code: "FLTS-X06", Detail: "could not look: " + goes + ", and what the task has for that is not known"}, "flts-run explain MLFLOW_TRACKING_URI"},
		"another store":                 {fakemlflow.Options{ArtifactRoot: "gs://b"}, nil, says{State: checklist.Unknown, Code: "FLTS-X06", Detail: "could not look: artifacts go straight to another kind of store (gs)"}, "what its client needs is in MLflow's documentation of artifact stores"},
		"no store at all":               {fakemlflow.Options{ArtifactRoot: "S3 canary:x"}, nil, says{State: checklist.Unknown, Code: "FLTS-X06", Detail: "could not look: artifacts go straight to another kind of store (unknown)"}, "what its client needs is in MLflow's documentation of artifact stores"},
		"a folder":                      {fakemlflow.Options{ArtifactRoot: "/mlruns"}, nil, says{State: checklist.Warn, Code: "FLTS-X07", Detail: "artifacts of this experiment go into a folder of the task's own container, and are lost with it"}, "start the server with --serve-artifacts, then use a new experiment: mlflow experiments create -n NAME --artifact-location mlflow-artifacts:/NAME"},
		"a folder by URL":               {fakemlflow.Options{ArtifactRoot: "file:///mlruns"}, nil, says{State: checklist.Warn, Code: "FLTS-X07", Detail: "artifacts of this experiment go into a folder of the task's own container, and are lost with it"}, "start the server with --serve-artifacts, then use a new experiment: mlflow experiments create -n NAME --artifact-location mlflow-artifacts:/NAME"},
		"a relative folder":             {fakemlflow.Options{ArtifactRoot: "./mlruns"}, nil, says{State: checklist.Warn, Code: "FLTS-X07", Detail: "artifacts of this experiment go into a folder of the task's own container, and are lost with it"}, "start the server with --serve-artifacts, then use a new experiment: mlflow experiments create -n NAME --artifact-location mlflow-artifacts:/NAME"},
		"proxied, by host":              {fakemlflow.Options{ArtifactRoot: "mlflow-artifacts://mlflow:5000"}, nil, says{State: checklist.Pass, Detail: "artifacts go through MLflow"}, ""},
		"not served": {
			fakemlflow.Options{NoServeArtifacts: true},
			nil,
			says{State: checklist.Fail, Code: "FLTS-X10", Detail: "artifacts of this experiment go through MLflow, and the server does not pass them on (--no-serve-artifacts)"},
			"start the server with --serve-artifacts --artifacts-destination s3://BUCKET",
		},
		"its store is broken": {
			fakemlflow.Options{BrokenStore: true},
			nil,
			says{State: checklist.Fail, Code: "FLTS-X20", Detail: "MLflow cannot use its own artifact store (500)"},
			"keys, endpoint or client library of the store are missing or wrong on the server, not here: curl -v http://HOST",
		},
		"of a new experiment": {direct, and(experimentNamed("new")), says{State: checklist.Pass, Detail: goes + ": bucket mlflow/art/0 listed"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			change := func(m *endpoints.MLflow, e *endpoints.Env) {
				experimentNamed("churn")(m, e)
				if c.change != nil {
					c.change(m, e)
				}
			}
			c.server.Experiments = []fakemlflow.Experiment{{Name: "churn"}}
			said, results, s := deep(t, c.server, change)
			c.want.ID = "mlflow.artifacts"
			require.Equal(t, c.want, said[2])
			require.Equal(t, c.hint, strings.ReplaceAll(results["mlflow.artifacts"].Hint, s.Endpoint(), "HOST"))
		})
	}
}

func TestWhatMayBeWritten(t *testing.T) {
	store := fakeS3(t, fakes3.Options{Buckets: []string{"mlflow"}})
	server := fakemlflow.Options{
		Username: "root", Password: "r",
		Users: []fakemlflow.User{{Name: "ann", Password: "a", Permission: "READ"}, {Name: "eve", Password: "e", Permission: "NO_PERMISSIONS"}},
	}
	as := func(user, password string) func(*endpoints.MLflow, *endpoints.Env) {
		return func(m *endpoints.MLflow, e *endpoints.Env) {
			m.Username, m.Password = open("MLFLOW_TRACKING_USERNAME", user), hidden("MLFLOW_TRACKING_PASSWORD", password)
			m.Experiment = open("MLFLOW_EXPERIMENT_NAME", "Default")
			e.WriteProbe = true
		}
	}
	const others = ", or use another login: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
	for name, c := range map[string]struct {
		server fakemlflow.Options
		change func(*endpoints.MLflow, *endpoints.Env)
		want   []says
		hint   string
	}{
		"a reader": {
			server, as("ann", "a"),
			[]says{
				{"mlflow.write", checklist.Fail, "FLTS-A11", "this user may not create runs in this experiment (403)"},
				{"mlflow.upload", checklist.Fail, "FLTS-A11", "this user may not store artifacts (403)"},
			},
			"ask for EDIT on the experiment" + others,
		},
		"everything": {
			server, as("root", "r"),
			[]says{
				{"mlflow.write", checklist.Pass, "", "may create runs in this experiment (nothing was written)"},
				{"mlflow.upload", checklist.Pass, "", "2 MiB are passed on to MLflow (nothing was written)"},
			},
			"",
		},
		"a new experiment": {
			server, func(m *endpoints.MLflow, e *endpoints.Env) { as("root", "r")(m, e); experimentNamed("new")(m, e) },
			[]says{
				{"mlflow.write", checklist.Pass, "", "may create experiments (nothing was written)"},
				{"mlflow.upload", checklist.Pass, "", "2 MiB are passed on to MLflow (nothing was written)"},
			},
			"",
		},
		"a new experiment, a reader": {
			server, func(m *endpoints.MLflow, e *endpoints.Env) { as("ann", "a")(m, e); experimentNamed("new")(m, e) },
			[]says{
				{"mlflow.write", checklist.Fail, "FLTS-A11", "this user may not create experiments (403)"},
				{"mlflow.upload", checklist.Fail, "FLTS-A11", "this user may not store artifacts (403)"},
			},
			"ask for the right to create experiments" + others,
		},
		"a limit in front": {
			fakemlflow.Options{MaxBody: 1 << 20},
			func(_ *endpoints.MLflow, e *endpoints.Env) { e.WriteProbe = true },
			[]says{
				{"mlflow.write", checklist.Pass, "", "may create runs in this experiment (nothing was written)"},
				{"mlflow.upload", checklist.Warn, "FLTS-X09", "an artifact of 2 MiB is too large for what stands in front of MLflow (413)"},
			},
			"",
		},
		"direct artifacts": {
			fakemlflow.Options{ArtifactRoot: "s3://mlflow"},
			func(_ *endpoints.MLflow, e *endpoints.Env) {
				e.WriteProbe = true
				e.Task["AWS_ACCESS_KEY_ID"], e.Task["AWS_SECRET_ACCESS_KEY"] = keyID, secretKey
				e.Task["MLFLOW_S3_ENDPOINT_URL"] = store.URL()
				e.Files = nil
			},
			[]says{
				{"mlflow.write", checklist.Pass, "", "may create runs in this experiment (nothing was written)"},
				{"mlflow.upload", checklist.Skip, "", "artifacts do not go through MLflow"},
			},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			said, results, s := deep(t, c.server, c.change)
			require.Equal(t, c.want, said[3:])
			require.Equal(t, c.hint, results["mlflow.write"].Hint)
			require.Empty(t, s.Runs())
			require.Empty(t, s.Artifacts())
		})
	}
	t.Run("nothing may be seen", func(t *testing.T) {
		said, _, _ := deep(t, server, as("eve", "e"))
		require.Equal(t, says{"mlflow.experiment", checklist.Fail, "FLTS-A11", "this user may not see this experiment (403)"}, said[1])
	})
}

// Servers that write what they should have refused.
func TestWhatAProbeLeavesIsTakenBack(t *testing.T) {
	const (
		create = "POST /api/2.0/mlflow/runs/create"
		put    = "PUT /api/2.0/mlflow-artifacts/artifacts/0/flts-run-probe%23"
	)
	ok := route{status: 200, body: "{}"}
	for name, c := range map[string]struct {
		taken route
		want  []string
	}{
		"it can be": {ok, []string{"the probe created a run, which is deleted now and can still be restored", "the probe stored an artifact, which is removed again"}},
		"it cannot": {route{status: 403}, []string{"the probe created a run and could not delete it", "the probe stored an artifact and could not remove it"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{
				"GET /health": healOK, search: jsonOK, create: {status: 200, body: `{"run":{"info":{"run_id":"r1"}}}`}, put: ok,
				"GET /api/2.0/mlflow/experiments/get?experiment_id=0": {status: 200, body: `{"experiment":{"experiment_id":"0","artifact_location":"mlflow-artifacts:/0"}}`},
				"GET /api/2.0/mlflow-artifacts/artifacts":             ok,
				"POST /api/2.0/mlflow/runs/delete":                    c.taken, "DELETE" + put[3:]: c.taken,
			})
			_, results := judge(t, tracking(s.URL).Checks(endpoints.Env{Thorough: true, WriteProbe: true}))
			for i, id := range []string{"mlflow.write", "mlflow.upload"} {
				require.Equal(t, says{id, checklist.Warn, "FLTS-X21", c.want[i]}, says{id, results[id].State, results[id].Code, results[id].Detail})
			}
			require.Contains(t, s.requests(), "POST /api/2.0/mlflow/runs/delete")
			require.Contains(t, s.requests(), "DELETE"+put[3:])
		})
	}
}

func TestWhereTheAPIIs(t *testing.T) {
	for name, c := range map[string]struct {
		server fakemlflow.Options
		path   string
		hint   string
	}{
		"below a prefix":            {fakemlflow.Options{StaticPrefix: "/mlflow"}, "", "set MLFLOW_TRACKING_URI=http://HOST/mlflow"},
		"below another one":         {fakemlflow.Options{StaticPrefix: "/tracking"}, "/mlflow", "set MLFLOW_TRACKING_URI=http://HOST/tracking"},
		"at the root":               {fakemlflow.Options{}, "/mlflow", "set MLFLOW_TRACKING_URI=http://HOST"},
		"at the root, before 3":     {fakemlflow.Options{StaticPrefix: "/ml", Before3: true}, "/ml", "set MLFLOW_TRACKING_URI=http://HOST"},
		"above the path of the API": {fakemlflow.Options{StaticPrefix: "/team/a"}, "/team/a/api/2.0/mlflow", "set MLFLOW_TRACKING_URI=http://HOST/team/a"},
		"nowhere":                   {fakemlflow.Options{StaticPrefix: "/team/a"}, "/team", "with a static prefix, or behind an ingress: set MLFLOW_TRACKING_URI=http://HOST/team/PREFIX"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := fakemlflow.Start(c.server)
			require.NoError(t, err)
			t.Cleanup(s.Close)
			_, results := judge(t, tracking(s.URL()+c.path).Checks(endpoints.Env{Thorough: true}))
			r := results["mlflow.api"]
			require.Equal(t, "FLTS-H09", r.Code)
			require.Equal(t, c.hint, strings.ReplaceAll(r.Hint, s.Endpoint(), "HOST"))
			if name == "nowhere" {
				require.Equal(t, "nor is it under /, /mlflow, /ml, /tracking", r.Evidence[2])
			}
		})
	}
}

func TestHealthOfAServerBefore3IsHTML(t *testing.T) {
	s, err := fakemlflow.Start(fakemlflow.Options{Before3: true})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	v := checklist.Runner{}.Run(t.Context(), tracking(s.URL()).Checks(endpoints.Env{}))
	require.Equal(t, 0, v.Status(), checklist.Table(v))
}

func TestAnotherProductWhereMLflowIsExpected(t *testing.T) {
	minio := map[string]string{"Server": "MinIO", "Content-Type": "application/xml"}
	page := map[string]string{"Server": "MinIO Console", "Content-Type": "text/html"}
	for name, c := range map[string]struct {
		health route
		detail string
	}{
		"MinIO":       {route{status: 403, header: minio, body: failing("AccessDenied", "")}, "this is MinIO, not MLflow"},
		"its console": {route{status: 200, header: page, body: "<html>"}, "this is the web console of MinIO, not MLflow"},
		"SeaweedFS":   {route{status: 404, header: map[string]string{"Server": "SeaweedFS S3"}, body: failing("NoSuchBucket", "")}, "this is an S3 server, not MLflow"},
		"starting":    {route{status: 503, header: minio, body: failing("XMinioServerNotInitialized", "")}, "this is MinIO, not MLflow"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"GET /health": c.health})
			require.Equal(t, finding{
				ID: "mlflow.health", Code: "FLTS-H16", Detail: c.detail,
				Hint: "MLflow has a Service of its own, by default with port 5000: set MLFLOW_TRACKING_URI=http://SVC.NS.svc.cluster.local:5000",
			}, found(root(t, tracking(s.URL).Checks(endpoints.Env{}))))
		})
	}
}

func TestATrackingServerOfDatabricksIsNotLookedAt(t *testing.T) {
	for _, value := range []string{"databricks", "databricks://profile", "databricks-uc"} {
		said, results := judge(t, tracking(value).Checks(endpoints.Env{}))
		require.Equal(t, []says{{
			"mlflow.parse", checklist.Unknown, "FLTS-A20",
			"could not look: MLFLOW_TRACKING_URI is a workspace of Databricks, which its own client finds and logs in to",
		}}, said)
		require.Equal(t, "leave it out here: FLTS_DISABLE=mlflow", results["mlflow.parse"].Hint)
	}
}

// A start costs at most three requests, whatever is wrong.
func TestFewRequestsBeforeATask(t *testing.T) {
	for name, server := range map[string]fakemlflow.Options{
		"healthy": {}, "prefix": {StaticPrefix: "/ml", Before3: true}, "login": {Username: "a", Password: "b"}, "page": {HTMLLogin: true}, "artifacts only": {ArtifactsOnly: true},
	} {
		s, err := fakemlflow.Start(server)
		require.NoError(t, err)
		judge(t, tracking(s.URL()+server.StaticPrefix).Checks(endpoints.Env{WriteProbe: true}))
		require.LessOrEqual(t, len(s.Requests()), 3, name)
		s.Close()
	}
}

func TestArtifactsOnly(t *testing.T) {
	s, err := fakemlflow.Start(fakemlflow.Options{ArtifactsOnly: true})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.Equal(t, finding{
		ID: "mlflow.api", Code: "FLTS-H15", Detail: "this server keeps artifacts only: it runs with --artifacts-only",
		Hint: "set MLFLOW_TRACKING_URI=http://SVC.NS.svc.cluster.local:5000 of the tracking server, or start this one without --artifacts-only",
	}, found(root(t, tracking(s.URL()).Checks(endpoints.Env{}))))
}
