package doctor_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/resolve"
)

// podCanary is a value that no output may have.
const podCanary = "canary-9f3bQx77"

// podObjects is what the pods of these tests read.
const podObjects = `
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data:
  APP_ENV: staging
  MINIO_ENDPOINT: "minio.NS.svc.cluster.local:9000"
  MLFLOW_TRACKING_URI: http://mlflow.NS.svc.cluster.local:5000
  GATEWAY_URL: http://gateway.NS.svc.cluster.local:8080
---
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
stringData: {MINIO_ACCESS_KEY: canary-9f3bQx77-id, MINIO_SECRET_KEY: canary-9f3bQx77, MLFLOW_TRACKING_USERNAME: "", other: x}
`

const podHead = `
---
apiVersion: v1
kind: Pod
metadata: {name: task}
`

// goodPod is a pod that lacks nothing.
const goodPod = podObjects + podHead + `
spec:
  enableServiceLinks: false
  containers:
  - name: main
    image: train:1
    command: [flts-run, exec, --, python, train.py]
    envFrom:
    - {prefix: FLTS_FROM_CONFIGMAP_, configMapRef: {name: flts-config}}
    - {prefix: FLTS_FROM_SECRET_, secretRef: {name: flts-secrets}}
`

// onePod opens a pod of the namespace.
func onePod(t *testing.T, ns kubetest.Namespace, kubeconfig, word, container string, learn func(name, value string)) (*doctor.OnePod, error) {
	t.Helper()
	api, err := cluster.Open(kubetest.Config(t, kubeconfig))
	require.NoError(t, err)
	contract, err := resolve.Builtin()
	require.NoError(t, err)
	o := doctor.Options{Contract: contract, Namespace: ns.Name, ConfigMap: "flts-config", Secret: "flts-secrets", Now: now, Learn: learn}
	return doctor.New(cluster.NewView(api), o).Pod(t.Context(), word, container)
}

// rowsOf are the keys that somebody gave, one a line.
func rowsOf(ns kubetest.Namespace, p *doctor.OnePod) []string {
	var rows []string
	for _, k := range p.Keys {
		var shadowed []string
		for i, c := range k.Candidates {
			if i != k.Winner {
				shadowed = append(shadowed, c.Origin)
			}
		}
		if k.IsBuiltin() && k.Unless == "" || k.Winner < 0 && k.Unless == "" {
			continue
		}
		row := k.Key.Name + " " + k.Value.String() + " from " + k.Origin()
		if k.Unless != "" {
			row += " unless " + k.Unless
		}
		if shadowed != nil {
			row += " over " + strings.Join(shadowed, ", ")
		}
		rows = append(rows, ns.Out(row))
	}
	return rows
}

func TestOnePodKnowsWhereAKeyComesFrom(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(podObjects + podHead + `
spec:
  enableServiceLinks: false
  volumes:
  - {name: config, configMap: {name: flts-config}}
  - {name: secrets, secret: {secretName: flts-secrets, items: [{key: MINIO_ACCESS_KEY, path: MINIO_ACCESS_KEY}, {key: MINIO_SECRET_KEY, path: MINIO_SECRET_KEY}, {key: other, path: pw}]}}
  containers:
  - name: side
    image: other:1
  - name: main
    image: train:1
    command: [/kfp-launcher/launch, --pipeline_name, p, --run_id, r-1, --executor_input, '{"inputs":{"parameterValues":{"gateway_url":"http://run:1","lr":0.1}}}',
      --component_spec, '{"executorLabel":"exec-train","inputDefinitions":{"parameters":{"mlflow_tracking_uri":{"defaultValue":"http://default:5000"}}}}', --]
    args: [flts-run, exec, --param=BUCKET_DATASET=mine, --, python, -m, kfp.dsl.executor_main, --executor_input, "{{$}}"]
    env:
    - {name: AWS_S3_ENDPOINT_URL, valueFrom: {configMapKeyRef: {name: flts-config, key: MINIO_ENDPOINT}}}
    - {name: GATEWAY_URL, value: "http://spec:1"}
    - {name: FLTS_FROM_CONFIGMAP_MINIO_SECURE, value: "false"}
    - {name: MLFLOW_TRACKING_PASSWORD_FILE, value: /etc/flts/secrets/pw}
    - {name: MLFLOW_TRACKING_USERNAME, valueFrom: {secretKeyRef: {name: flts-secrets, key: other}}}
    volumeMounts:
    - {name: config, mountPath: /etc/flts/config}
    - {name: secrets, mountPath: /etc/flts/secrets}
`)
	p, err := onePod(t, ns, ns.Admin(), "task", "", nil)
	require.NoError(t, err)
	require.Equal(t, "main", p.Container)
	require.Equal(t, resolve.Staging, p.AppEnv)
	require.Equal(t, []string{
		"MINIO_ENDPOINT minio.NS.svc.cluster.local:9000 from ConfigMap flts-config in /etc/flts/config over ConfigMap flts-config key MINIO_ENDPOINT as AWS_S3_ENDPOINT_URL, default",
		"MINIO_SECURE false from spec over default",
		"MINIO_ACCESS_KEY ******** from Secret flts-secrets in /etc/flts/secrets",
		"MINIO_SECRET_KEY ******** from Secret flts-secrets in /etc/flts/secrets",
		"MLFLOW_TRACKING_URI http://mlflow.NS.svc.cluster.local:5000 from ConfigMap flts-config in /etc/flts/config over component default mlflow_tracking_uri, default",
		"MLFLOW_TRACKING_USERNAME ******** from Secret flts-secrets key other",
		"MLFLOW_TRACKING_PASSWORD ******** from Secret flts-secrets key other by MLFLOW_TRACKING_PASSWORD_FILE",
		"GATEWAY_URL http://run:1 from launcher executor-input gateway_url over ConfigMap flts-config in /etc/flts/config, spec, default",
		"BUCKET_DATASET mine from param BUCKET_DATASET over default",
	}, rowsOf(ns, p))
}

// typedContract says which files of typed Secrets are whose.
const typedContract = "extends: builtin\nkeys:\n  AWS_CA_BUNDLE: {paths: [tls/ca.crt]}\n  MINIO_ACCESS_KEY: {files: [minio/access-key]}\n  MINIO_SECRET_KEY: {files: [minio/secret-key]}\n" +
	"  MLFLOW_TRACKING_USERNAME: {files: [username]}\n  MLFLOW_TRACKING_PASSWORD: {files: [password]}\n"

// The same keys, values and layers as flts-run itself finds in the container.
func TestOnePodAgreesWithTheProgramInThePod(t *testing.T) {
	t.Parallel()
	ns := kubetest.New(t)
	ns.Node(fltsRun(t))
	for name, spec := range map[string]string{
		"prefixes": `{containers: [{name: main, image: i, envFrom: [{prefix: FLTS_FROM_CONFIGMAP_, configMapRef: {name: flts-config}}, {prefix: FLTS_FROM_SECRET_, secretRef: {name: flts-secrets}}]}]}`,
		"plain":    `{containers: [{name: main, image: i, envFrom: [{configMapRef: {name: flts-config}}, {secretRef: {name: flts-secrets}}], env: [{name: MINIO_SECURE, value: "true"}, {name: FLTS_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}]}]}`,
		"mounted": `{volumes: [{name: c, configMap: {name: flts-config}}, {name: s, secret: {secretName: flts-secrets, defaultMode: 0400}}],
			containers: [{name: main, image: i, volumeMounts: [{name: c, mountPath: /etc/flts/config}, {name: s, mountPath: /etc/flts/secrets}]}]}`,
		"elsewhere": `{volumes: [{name: s, projected: {sources: [{secret: {name: flts-secrets, items: [{key: MINIO_SECRET_KEY, path: a/key}, {key: MINIO_ACCESS_KEY, path: id}]}}]}}],
			containers: [{name: main, image: i, env: [{name: MINIO_SECRET_KEY_FILE, value: /creds/a/key}, {name: AWS_ACCESS_KEY_ID_FILE, value: /creds/id}, {name: APP_ENV, value: dev}, {name: FLTS_PARAMS_JSON, value: '{"gateway_url": "http://param:1"}'}],
			volumeMounts: [{name: s, mountPath: /creds}]}]}`,
		"overlay": `{volumes: [{name: conf, configMap: {name: own-yaml}}], containers: [{name: main, image: i, env: [{name: APP_ENV, value: staging}], envFrom: [{secretRef: {name: flts-secrets}}], volumeMounts: [{name: conf, mountPath: /etc/flts}]}]}`,
		"typed": `{volumes: [{name: c, configMap: {name: typed-contract}}, {name: s, projected: {defaultMode: 0440, sources: [{secret: {name: login}}, {secret: {name: store-tls, items: [{key: ca.crt, path: tls/ca.crt}]}},
			{secret: {name: flts-secrets, items: [{key: MINIO_ACCESS_KEY, path: minio/access-key}, {key: MINIO_SECRET_KEY, path: minio/secret-key, mode: 0400}]}}, {serviceAccountToken: {path: token}}]}}],
			containers: [{name: main, image: i, env: [{name: FLTS_CONTRACT, value: /c/contract.yaml}], volumeMounts: [{name: c, mountPath: /c}, {name: s, mountPath: /etc/flts/secrets}]}]}`,
		"untyped": `{volumes: [{name: s, secret: {secretName: login}}], containers: [{name: main, image: i, env: [{name: APP_ENV, value: dev}], volumeMounts: [{name: s, mountPath: /etc/flts/secrets}]}]}`,
		"one-file": `{volumes: [{name: c, configMap: {name: typed-contract}}, {name: t, secret: {secretName: store-tls}}], containers: [{name: main, image: i, env: [{name: FLTS_CONTRACT, value: /c/contract.yaml}],
			volumeMounts: [{name: c, mountPath: /c}, {name: t, mountPath: /etc/flts/secrets/tls/ca.crt, subPath: ca.crt}]}]}`,
		"links": `{containers: [{name: main, image: i, env: [{name: FLTS_CONTRACT, value: /c/contract.yaml}], volumeMounts: [{name: c, mountPath: /c}]}], volumes: [{name: c, configMap: {name: own-contract}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			in := kubetest.Namespace{Cluster: ns.Cluster, T: t, Name: ns.Name}
			in.Apply(podObjects + `
---
apiVersion: v1
kind: Service
metadata: {name: mlflow}
spec: {ports: [{port: 5000}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: own-contract}
data: {contract.yaml: "extends: builtin\nkeys:\n  MLFLOW_PORT: {type: string, default: '1'}\n"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: own-yaml}
data: {config_base.yaml: "minio: {endpoint: 'base:1', secure: true}\nbucket: {dataset: one}\n", config_staging.yaml: "minio: {endpoint: 'over:1'}\n", config_prod.yml: "a: b"}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: typed-contract}, data: {contract.yaml: ` + strconv.Quote(typedContract) + `}}
---
{apiVersion: v1, kind: Secret, metadata: {name: login}, type: kubernetes.io/basic-auth, stringData: {username: canary-9f3bQx77-user, password: "canary-9f3bQx77-word\n"}}
---
{apiVersion: v1, kind: Secret, metadata: {name: store-tls}, type: kubernetes.io/tls, stringData: {tls.crt: c, tls.key: canary-9f3bQx77-key, ca.crt: "-----BEGIN CERTIFICATE-----"}}
---
{apiVersion: v1, kind: Pod, metadata: {name: ` + name + `}, spec: ` + spec + "}")
			in.Eventually("Running", "get", "pod", name, "-o", "jsonpath={.status.phase}")
			p, err := onePod(t, in, in.Admin(), name, "main", nil)
			require.NoError(t, err)

			out, _ := in.As(in.Admin(), "exec", name, "--", "sh", "-c", "flts-run config -o json; true")
			var said struct {
				Keys []struct {
					Name, Value, Layer string
					Set                bool
					Shadowed           []struct{ Layer, Value string }
				}
				Findings []struct{ Severity, Code, Key string }
			}
			require.NoError(t, json.Unmarshal([]byte(out), &said), out)
			want, got := []string{}, []string{}
			for _, k := range said.Keys {
				want = append(want, fmt.Sprintf("%s %v %q %s %v", k.Name, k.Set, k.Value, k.Layer, k.Shadowed))
			}
			for _, k := range p.Keys {
				layer := ""
				shadowed := []struct{ Layer, Value string }{}
				for i, c := range k.Candidates {
					if i == k.Winner {
						layer = c.Layer.String()
					} else {
						shadowed = append(shadowed, struct{ Layer, Value string }{c.Layer.String(), c.Value.String()})
					}
				}
				got = append(got, fmt.Sprintf("%s %v %q %s %v", k.Key.Name, k.Set, k.Value.String(), layer, shadowed))
			}
			for _, f := range said.Findings {
				want = append(want, fmt.Sprint(f.Severity, " ", f.Code, " ", f.Key))
			}
			for _, f := range p.Findings {
				got = append(got, fmt.Sprint(f.Severity, " ", f.Code, " ", f.Key))
			}
			require.Equal(t, want, got)
		})
	}
}

// fltsRun builds the program.
func fltsRun(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flts-run")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags=urfave_cli_no_docs", "-o", path, "../cmd/flts-run")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

func TestOnePodThatMayNotBeSeenWhole(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(goodPod)
	p, err := onePod(t, ns, ns.Reader("reader", `- {apiGroups: [""], resources: [pods, configmaps], verbs: [get]}`), "task", "", nil)
	require.NoError(t, err)
	rows := rowsOf(ns, p)
	require.Len(t, rows, 23)
	require.Equal(t, []string{
		"MINIO_ENDPOINT minio.NS.svc.cluster.local:9000 from ConfigMap flts-config over default",
		"MINIO_SECURE false from default unless Secret flts-secrets",
		"MINIO_ACCESS_KEY  from  unless Secret flts-secrets",
		"MINIO_SECRET_KEY  from  unless Secret flts-secrets",
	}, rows[:4])
}

func TestPodChecks(t *testing.T) {
	t.Parallel()
	const main = "containers: [{name: main, image: i, "
	with := func(spec string) string {
		return podObjects + podHead + "spec: {enableServiceLinks: false, " + spec + "}"
	}
	status := func(text string) func(kubetest.Namespace) {
		return func(ns kubetest.Namespace) { ns.Status("pod", "task", text) }
	}
	for _, s := range []scenario{
		{
			name: "phase running", objects: goodPod, only: []string{"pod.phase"}, prepare: status(`{"phase":"Running","containerStatuses":[{"name":"main","ready":true,"image":"i","imageID":"","restartCount":0}]}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "Running, 1 of 1 containers ready"}},
		},
		{
			name: "phase stuck", objects: goodPod, only: []string{"pod.phase"},
			prepare: status(`{"phase":"Pending","containerStatuses":[{"name":"main","ready":false,"image":"i","imageID":"","restartCount":0,"state":{"waiting":{"reason":"ErrImagePull","message":"pull\naccess denied"}}}]}`),
			want:    []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K07", Detail: "container main: ErrImagePull: pull access denied", Hint: "kubectl -n NS describe pod task"}},
		},
		{
			name: "phase ended", objects: goodPod, only: []string{"pod.phase"}, prepare: status(`{"phase":"Succeeded"}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "Succeeded"}},
		},
		{
			name: "phase unseen events", objects: goodPod, only: []string{"pod.phase"}, as: `- {apiGroups: [""], resources: [pods], verbs: [get]}`,
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list events in NS", Hint: "kubectl -n NS auth can-i list events"}},
		},

		{
			name: "references", objects: goodPod, only: []string{"pod.references"},
			want: []checklist.Finding{{State: checklist.Pass, Detail: "ConfigMap flts-config, Secret flts-secrets"}},
		},
		{
			name: "references of nothing", objects: with(main + "}]"), only: []string{"pod.references"},
			want: []checklist.Finding{{State: checklist.Pass, Detail: "it names no ConfigMap and no Secret"}},
		},
		{
			name: "references that are missing", only: []string{"pod.references"},
			objects: with(main + `envFrom: [{configMapRef: {name: flts-conf}}], env: [{name: A, valueFrom: {configMapKeyRef: {name: flts-config, key: MINIO_ENDPIONT}}}, {name: B, valueFrom: {secretKeyRef: {name: gone, key: k}}}]}], volumes: [{name: v, secret: {secretName: gone}}]`),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K49", Detail: "envFrom: there is no ConfigMap flts-conf; 2 more below", Hint: "kubectl -n NS get configmaps,secrets",
				Evidence: []string{"envFrom: there is no ConfigMap flts-conf", "env A: ConfigMap flts-config has no key MINIO_ENDPIONT, it has MINIO_ENDPOINT", "there is no Secret gone, of which env B wants key k"},
			}},
		},
		{
			name: "a reference that is mended", only: []string{"pod.references"}, mends: true, typed: "a new value\n",
			objects: with(main + `env: [{name: B, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_SECRETKEY}}}]}]`),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K49", Detail: "env B: Secret flts-secrets has no key MINIO_SECRETKEY, it has MINIO_SECRET_KEY",
				Hint: `stty -echo; read -r V; stty echo; [ "$V" ] && printf %s "$V" | kubectl create secret generic flts-secrets --from-file=MINIO_SECRETKEY=/dev/stdin --dry-run=client -o json | kubectl -n NS patch secret flts-secrets --type=merge --patch-file /dev/stdin   (then type the value of MINIO_SECRETKEY)`,
			}},
		},
		{
			name: "references unseen", objects: goodPod, only: []string{"pod.references"}, as: `- {apiGroups: [""], resources: [pods, configmaps], verbs: [get]}`,
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get secrets flts-secrets in NS", Hint: "kubectl -n NS auth can-i get secrets/flts-secrets"}},
		},

		{
			name: "configuration", objects: strings.NewReplacer("http://", "https://", "APP_ENV: staging", "APP_ENV: staging\n  MINIO_SECURE: 'true'", `MLFLOW_TRACKING_USERNAME: "", `, "").Replace(goodPod), only: []string{"pod.configuration"},
			want: []checklist.Finding{{State: checklist.Pass, Detail: "15 of 23 keys have a value"}},
		},
		{
			name: "configuration with a warning", objects: goodPod, only: []string{"pod.configuration"},
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-C16",
				Detail: "plain http, so keys and data travel in clear: MINIO_ENDPOINT to minio.NS.svc.cluster.local (ConfigMap flts-config), MLFLOW_TRACKING_URI to mlflow.NS.svc.cluster.local (ConfigMap flts-config), GATEWAY_URL to gateway.NS.svc.cluster.local (ConfigMap flts-config)",
				Hint:   "serve TLS and set MINIO_SECURE=true; where a mesh encrypts, say so in the contract: policy: {plain-http: {allow: [minio.NS.svc.cluster.local, mlflow.NS.svc.cluster.local, gateway.NS.svc.cluster.local]}}",
			}},
		},
		{
			name: "configuration incomplete", objects: with(main + `env: [{name: APP_ENV, value: prod}, {name: MINIO_ENDPOINT, value: "http://u:canary-9f3bQx77@h:9000/x"}, {name: MINIO_SECRET_KEY, value: canary-9f3bQx77}]}]`), only: []string{"pod.configuration"},
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-C05", Detail: `MINIO_ENDPOINT = "http://********@h:9000/x" (spec) is a URL where a host and port belong`, Hint: "write HOST:PORT without http://",
				Evidence: []string{
					"half a pair: MINIO_ACCESS_KEY is missing in layer secret, where MINIO_SECRET_KEY (spec) is given [FLTS-S06]",
					"plain http, so keys and data travel in clear: MLFLOW_TRACKING_URI to mlflow.default.svc.cluster.local (default), GATEWAY_URL to fastapi-app.default.svc.cluster.local (default) [FLTS-C16]",
				},
			}},
		},
		{
			name: "configuration unseen", objects: goodPod, only: []string{"pod.configuration"}, as: `- {apiGroups: [""], resources: [pods, configmaps], verbs: [get]}`,
			want: []checklist.Finding{{
				State: checklist.Unknown, Code: "FLTS-K09", Detail: "20 keys are not known: may not get secrets flts-secrets in NS", Hint: "kubectl -n NS auth can-i get secrets/flts-secrets",
				Evidence: []string{"plain http, so keys and data travel in clear: MINIO_ENDPOINT to minio.NS.svc.cluster.local (ConfigMap flts-config), MLFLOW_TRACKING_URI to mlflow.NS.svc.cluster.local (ConfigMap flts-config), GATEWAY_URL to gateway.NS.svc.cluster.local (ConfigMap flts-config) [FLTS-C16]"},
			}},
		},

		{
			name: "drift none", objects: goodPod, only: []string{"pod.drift"}, prepare: runningSince(farAhead),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "2 objects, none changed since 2126-01-01T00:00:00Z"}},
		},
		{
			name: "drift of nothing", objects: with(main + "}]"), only: []string{"pod.drift"}, prepare: runningSince(farAhead),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "it reads nothing by env"}},
		},
		{
			name: "drift before the start", objects: goodPod, only: []string{"pod.drift"},
			want: []checklist.Finding{{State: checklist.Skip, Detail: "container main has not been started"}},
		},
		{
			name: "drift unseen", objects: goodPod, only: []string{"pod.drift"}, prepare: runningSince(farAhead), as: `- {apiGroups: [""], resources: [pods], verbs: [get]}`,
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get secrets flts-secrets in NS", Hint: "kubectl -n NS auth can-i get secrets/flts-secrets"}},
		},

		{name: "wrapped", objects: goodPod, only: []string{"pod.wrapper"}, want: []checklist.Finding{{State: checklist.Pass, Detail: "flts-run starts the task"}}},
		{
			name: "not wrapped", objects: with(main + "command: [tini, -s, --, python, x.py]}]"), only: []string{"pod.wrapper"},
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-K48", Detail: "python is started without flts-run, unless that is a shim of the image",
				Hint: "make flts-run the first word: command: [flts-run, exec, --, …]",
			}},
		},
		{
			name: "wrapped by the image", objects: with(main + "args: [x]}]"), only: []string{"pod.wrapper"},
			want: []checklist.Finding{{
				State: checklist.Unknown, Detail: "the image has the command, and the spec does not say it",
				Hint: `kubectl -n NS exec task -c main -- cat /proc/1/cmdline | tr '\0' ' '`,
			}},
		},
	} {
		t.Run(s.name, func(t *testing.T) { s.pod = "task"; s.run(t) })
	}
}

// farAhead is after anything that these tests do.
var farAhead = time.Date(2126, 1, 1, 0, 0, 0, 0, time.UTC)

// runningSince writes the status of a container that was started then.
func runningSince(start time.Time) func(kubetest.Namespace) {
	return func(ns kubetest.Namespace) { started(ns, "task", start) }
}

func started(ns kubetest.Namespace, pod string, start time.Time) {
	ns.T.Helper()
	ns.Status("pod", pod, `{"phase":"Running","containerStatuses":[{"name":"main","ready":true,"image":"i","imageID":"","restartCount":0,"state":{"running":{"startedAt":"`+start.UTC().Format(time.RFC3339)+`"}}}]}`)
}

// A change of a key that the container reads is drift, and the hint names what to
// restart.
func TestPodDrift(t *testing.T) {
	ns := kubetest.New(t)
	const spec = `{enableServiceLinks: false, volumes: [{name: v, configMap: {name: flts-config}}], containers: [{name: main, image: i,
			env: [{name: S, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_SECRET_KEY}}}, {name: U, value: "u:$(S)"}], volumeMounts: [{name: v, mountPath: /one, subPath: GATEWAY_URL}]}]}`
	ns.Apply(podObjects + podHead + "spec: " + spec + `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: train}
spec: {selector: {matchLabels: {app: train}}, template: {metadata: {labels: {app: train}}, spec: ` + spec + "}}")
	ns.Eventually("train", "get", "pods", "-l", "app=train", "-o", "jsonpath={.items[0].metadata.labels.app}")
	deployed := strings.TrimSpace(ns.Kubectl("get", "pods", "-l", "app=train", "-o", "jsonpath={.items[0].metadata.name}"))

	for _, pod := range []string{"task", deployed} {
		started(ns, pod, time.Now())
	}
	time.Sleep(1100 * time.Millisecond) // the API counts in seconds
	ns.Kubectl("patch", "secret", "flts-secrets", "--type=merge", "-p", `{"stringData":{"MINIO_SECRET_KEY":"new"}}`, "--field-manager=rotation")
	ns.Kubectl("patch", "configmap", "flts-config", "--type=merge", "-p", `{"data":{"MINIO_ENDPOINT":"new:9000"}}`, "--field-manager=other")
	for pod, hint := range map[string]string{
		"task":   "start it again, or submit a new run: the environment is fixed at the start",
		deployed: "kubectl -n NS rollout restart deployment/train",
	} {
		verdict := scenario{pod: pod, only: []string{"pod.drift"}}.examine(t, ns, ns.Admin())
		last := verdict.Results[len(verdict.Results)-1]
		require.Equal(t, checklist.Warn, last.State, last.Detail)
		require.Equal(t, "FLTS-K11", last.Code)
		require.Regexp(t, `^Secret flts-secrets changed \d+s after the start \(S, U\)$`, last.Detail)
		require.Empty(t, last.Evidence, "MINIO_ENDPOINT is no file of its own")
		require.Equal(t, hint, ns.Out(last.Hint))
	}
}

func TestPodTermination(t *testing.T) {
	ended := func(code int, reason, message string) string {
		text, err := json.Marshal(message)
		require.NoError(t, err)
		return fmt.Sprintf(`{"terminated":{"exitCode":%d,"reason":%q,"message":%s,"startedAt":"2026-01-01T00:00:00Z","finishedAt":"2026-01-01T00:01:30Z"}}`, code, reason, text)
	}
	const logs = "kubectl -n NS logs task -c main"
	ns := kubetest.New(t)
	ns.Apply(goodPod)
	look := scenario{pod: "task", only: []string{"pod.termination"}}
	none := []checklist.Finding{{State: checklist.Skip, Detail: "container main has not been started"}}
	require.Equal(t, none, plain(ns, look.examine(t, ns, ns.Admin()), none))
	for name, c := range map[string]struct {
		state, pod string
		last       bool
		want       checklist.Finding
	}{
		"well":        {state: ended(0, "Completed", ""), want: checklist.Finding{State: checklist.Pass, Detail: "ended with status 0 after 1m30s"}},
		"task":        {state: ended(3, "Error", podCanary), want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K47", Detail: "status 3", Hint: logs}},
		"oom":         {state: ended(137, "OOMKilled", ""), want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K47", Detail: "status 137, OOMKilled: it took more memory than resources.limits.memory", Hint: logs}},
		"no program":  {state: ended(128, "StartError", `exec: "nope": executable file not found in $PATH`), want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K47", Detail: `status 128, StartError: exec: "nope": executable file not found in $PATH`, Hint: logs}},
		"stopped":     {state: ended(143, "Error", ""), want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K47", Detail: "status 143, SIGTERM: it was told to stop", Hint: logs}},
		"refused":     {state: ended(77, "Error", "flts-run: MinIO refuses the credentials [FLTS-A01]\nhint: kubectl get x\n"), want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K46", Refused: true, Detail: "flts-run did not start the task: status 77, credentials were refused", Evidence: []string{"flts-run: MinIO refuses the credentials [FLTS-A01]"}, Hint: "kubectl get x"}},
		"kfp":         {state: ended(1, "Error", "flts-run: MINIO_ENDPOINT is missing [FLTS-C18]\nMLFLOW is missing [FLTS-C18]\n"), want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K46", Detail: "flts-run did not start the task: status 1, the launcher of Kubeflow Pipelines makes 1 of every status", Evidence: []string{"flts-run: MINIO_ENDPOINT is missing [FLTS-C18]", "MLFLOW is missing [FLTS-C18]"}, Hint: logs}},
		"supervised":  {state: ended(9, "Error", "flts-run: the task ended with status 9, after 3s\n"), want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K47", Detail: "status 9", Evidence: []string{"flts-run: the task ended with status 9, after 3s"}, Hint: logs}},
		"of the logs": {state: ended(69, "Error", "noise "+podCanary+"\nflts-run: error: nobody answers [FLTS-T01]\nflts-run: hint: kubectl get svc\n"), want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K46", Detail: "flts-run did not start the task: status 69, a required service is not usable", Evidence: []string{"flts-run: error: nobody answers [FLTS-T01]"}, Hint: "kubectl get svc"}},
		"again":       {state: ended(3, "Error", ""), last: true, want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K47", Detail: "status 3, and was started again", Hint: logs + " --previous"}},
		"evicted":     {pod: `"reason":"Evicted","message":"The node was low on resource: memory."`, want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K47", Detail: "Evicted: its node ran short of memory or disk (The node was low on resource: memory.)", Hint: "kubectl -n NS describe pod task"}},
		"deadline":    {pod: `"reason":"DeadlineExceeded","message":"Pod was active on the node longer than the specified deadline"`, want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K47", Detail: "DeadlineExceeded: it ran longer than activeDeadlineSeconds allows, or its run was stopped (Pod was active on the node longer than the specified deadline)", Hint: "kubectl -n NS describe pod task"}},
		"unknown":     {pod: `"message":""`, want: checklist.Finding{State: checklist.Fail, Code: "FLTS-K47", Detail: "the pod failed, and nothing is kept of container main", Hint: "kubectl -n NS describe pod task"}},
	} {
		t.Run(name, func(t *testing.T) {
			status := `{"phase":"Failed",` + c.pod + `}`
			if c.pod == "" {
				state := `"state":` + c.state
				if c.last {
					state = `"state":{"running":{"startedAt":"2026-01-01T00:02:00Z"}},"lastState":` + c.state
				}
				status = `{"phase":"Failed","containerStatuses":[{"name":"main","ready":false,"image":"i","imageID":"","restartCount":0,` + state + `}]}`
			}
			in := kubetest.Namespace{Cluster: ns.Cluster, T: t, Name: ns.Name}
			in.Kubectl("patch", "pod", "task", "--subresource=status", "--type=json", "-p", `[{"op":"replace","path":"/status","value":`+status+`}]`)
			verdict := look.examine(t, in, in.Admin())
			require.Equal(t, []checklist.Finding{c.want}, plain(in, verdict, []checklist.Finding{c.want}))
		})
	}
}

// What the real kubelet says of a key that is not there, and that the fix lets the
// container start.
func TestPodStuckOnAReference(t *testing.T) {
	t.Parallel()
	ns := kubetest.New(t)
	ns.Node()
	ns.Apply(podObjects + `---
{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {containers: [{name: main, image: i, env: [{name: B, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_SECRETKEY}}}]}]}}`)
	ns.Eventually("CreateContainerConfigError", "get", "pod", "task", "-o", "jsonpath={.status.containerStatuses[0].state.waiting.reason}")
	look := scenario{pod: "task", only: []string{"pod.phase", "pod.references"}, typed: "a value\n"}
	verdict := look.examine(t, ns, ns.Admin())
	require.Equal(t, "container main: CreateContainerConfigError: couldn't find key MINIO_SECRETKEY in Secret NS/flts-secrets", ns.Out(verdict.Results[1].Detail))
	roots := verdict.Roots()
	require.Len(t, roots, 1)
	require.Equal(t, "FLTS-K49", roots[0].Code)
	fix := exec.CommandContext(t.Context(), "sh", "-c", verdict.Results[2].Fix[0].Line)
	bin := t.TempDir()
	require.NoError(t, os.Symlink(ns.KubectlPath(), filepath.Join(bin, "kubectl")))
	fix.Env, fix.Stdin = []string{"PATH=" + bin + ":/usr/bin:/bin", "KUBECONFIG=" + ns.Admin(), "HOME=" + bin}, strings.NewReader(look.typed)
	out, err := fix.CombinedOutput()
	require.NoError(t, err, string(out))
	ns.Eventually("Running", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
	for _, r := range look.examine(t, ns, ns.Admin()).Results {
		require.Equal(t, checklist.Pass, r.State, r.Detail)
	}
}

// The real program in the real kubelet's container: what it leaves is read.
func TestPodTerminationOfTheRealProgram(t *testing.T) {
	t.Parallel()
	ns := kubetest.New(t)
	ns.Node(fltsRun(t))
	ns.Apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {restartPolicy: Never, containers: [{name: main, image: i,
		command: [flts-run, exec, --, "true"], env: [{name: APP_ENV, value: prod}]}]}}`)
	ns.Eventually("Failed", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
	verdict := scenario{pod: "task", only: []string{"pod.termination", "pod.configuration"}}.examine(t, ns, ns.Admin())
	roots := verdict.Roots()
	require.Len(t, roots, 1, "what flts-run said when it ended is what is wrong with the configuration")
	require.Equal(t, "pod.configuration", roots[0].ID)
	last := verdict.Results[len(verdict.Results)-1]
	require.Equal(t, "FLTS-K46", last.Code)
	require.Equal(t, "flts-run did not start the task: status 78, the configuration is invalid or incomplete", last.Detail)
	require.Contains(t, strings.Join(last.Evidence, "\n"), "[FLTS-C18]")
}

func TestPodIsFound(t *testing.T) {
	ns := kubetest.New(t)
	pod := func(name, labels string) string {
		return "---\n{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", labels: {" + labels + "}}, spec: {containers: [{name: a, image: i}, {name: b, image: i}]}}\n"
	}
	ns.Apply(pod("train-x7k2p", "pipeline/runid: run-1") + pod("train-z", "dag_id: nightly") + pod("serve", "dag_id: nightly") + pod("train", "x: z"))
	limited := ns.Reader("reader", `- {apiGroups: [""], resources: [pods], verbs: [get]}`)
	for _, c := range []struct{ word, container, kubeconfig, want string }{
		{"train", "", ns.Admin(), "train a"},
		{"pod/train", "b", ns.Admin(), "train b"},
		{"train-x", "", ns.Admin(), "train-x7k2p a"},
		{"run-1", "", ns.Admin(), "train-x7k2p a"},
		{"train-", "", ns.Admin(), "train- means 2 pods: train-x7k2p (Pending), train-z (Pending)|write more of the name|64"},
		{"nightly", "", ns.Admin(), "nightly means 2 pods: serve (Pending), train-z (Pending)|write more of the name|64"},
		{"srve", "", ns.Admin(), "there is no pod srve in NS|did you mean serve?|64"},
		{"../secrets/x", "", ns.Admin(), "there is no pod ../secrets/x in NS|kubectl -n NS get pods|64"},
		{"", "", ns.Admin(), "there is no pod '' in NS|kubectl -n NS get pods|64"},
		{"serve", "c", ns.Admin(), "pod serve has no container c|it has a, b|64"},
		{"serve", "", limited, "serve a"},
		{"nope", "", limited, "there is no pod nope in NS|kubectl -n NS auth can-i list pods|64"},
		{"serve", "", ns.Reader("nobody", ""), "may not get pods serve in NS|kubectl -n NS auth can-i get pods/serve|69"},
	} {
		p, err := onePod(t, ns, c.kubeconfig, c.word, c.container, nil)
		got := ""
		if err == nil {
			got = p.Name + " " + p.Container
		} else {
			hint, _ := errors.AsType[interface {
				error
				Hint() string
				Status() int
			}](err)
			got = fmt.Sprintf("%s|%s|%d", err, hint.Hint(), hint.Status())
		}
		require.Equal(t, c.want, ns.Out(got), c.word)
	}
}

// No text of any check, row or error has a value of the Secret, and all of it was told.
func TestOnePodKeepsSecrets(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(podObjects + podHead + `
spec:
  containers:
  - name: main
    image: i
    command: [flts-run, exec, --param, "MINIO_SECRET_KEY=$(S)", --, "$(S)"]
    env:
    - {name: S, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_SECRET_KEY}}}
    - {name: MINIO_ENDPOINT, value: "http://u:$(S)@h:9000/$(S)"}
    - {name: MLFLOW_TRACKING_URI, value: "http://u:$(S)@h:5000"}
    - {name: GATEWAY_URL, value: "$(S)"}
    - {name: APP_ENV, value: "$(S)"}
    - {name: FLTS_PARAMS_JSON, value: "$(S)"}
    - {name: MINIO_SECRET_KEY_FILE, value: "$(S)"}
    - {name: FLTS_DISABLE, value: "$(S)"}
`)
	learned := map[string]bool{}
	var mu sync.Mutex
	p, err := onePod(t, ns, ns.Admin(), "task", "", func(_, value string) {
		mu.Lock()
		defer mu.Unlock()
		learned[value] = true
	})
	require.NoError(t, err)
	require.True(t, learned[podCanary])
	runner := checklist.Runner{Mask: func(text string) string {
		for value := range learned {
			if len(value) >= 6 {
				text = strings.ReplaceAll(text, value, "********")
			}
		}
		return text
	}}
	verdict := runner.Run(t.Context(), p.Checks())
	text, err := json.Marshal(verdict)
	require.NoError(t, err)
	require.NotContains(t, string(text), podCanary)
	for _, k := range p.Keys {
		require.NotContains(t, fmt.Sprintf("%v %s %+v", k.Value, k.Origin(), k.Unless), podCanary)
	}
	require.NotContains(t, strings.Join(p.Notes, "\n"), podCanary)
}
