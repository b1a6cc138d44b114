package doctor_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/fakedns"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/resolve"
)

// inside is a namespace with a real node, and what its pods have to do with.
type inside struct {
	kubetest.Namespace
	program string // flts-run
	minio   *teststack.Server
	names   string // address of their name server
}

// storeName is the name that pods know the real MinIO by.
const storeName = "minio.mlops.svc.cluster.local"

func TestInside(t *testing.T) {
	program := buildFltsRun(t)
	minio, err := teststack.MinIO(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(minio.Close)
	// Port 53 is wanted, and other tests may have one of their own.
	address := fmt.Sprintf("127.%d.%d.53", 1+os.Getpid()/250%250, 1+os.Getpid()%250)
	names, err := fakedns.Start(fakedns.Options{Address: address + ":53", Zone: fakedns.Zone{storeName + ".": {Addrs: []string{"127.0.0.1"}}}})
	require.NoError(t, err)
	t.Cleanup(names.Close)
	for name, test := range map[string]func(inside){
		"a pod that runs":              insideARunningPod,
		"a Deployment without pods":    insideADeployment,
		"the login is refused":         insideRefused,
		"a CronJob with its flags":     insideACronJob,
		"an installer":                 insideWithAnInstaller,
		"a pod that ended":             insideLikeAPodThatEnded,
		"an image alone":               insideAnImage,
		"the configuration is invalid": insideInvalid,
		"flts-run is not there":        insideWithoutFltsRun,
		"another flts-run":             insideAnotherFltsRun,
		"the ConfigMap is not there":   insideWithoutConfigMap,
		"nothing is allowed":           insideNotAllowed,
		"there is nothing":             insideNothing,
		"the pod cannot be taken away": insideLeft,
		"somebody has enough":          insideInterrupted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait for kubelets, most of the time
			test(inside{kubetest.New(t), program, minio, address})
		})
	}
}

func buildFltsRun(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flts-run")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags=urfave_cli_no_docs", "-o", path, "../cmd/flts-run")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// node runs the pods of the namespace, with these programs in every image.
func (in inside) node(programs ...string) {
	in.T.Helper()
	in.NodeLike(teststack.Node{Programs: programs, DNS: in.names})
}

// endpoint is where pods find the store.
func (in inside) endpoint() string {
	_, port, err := net.SplitHostPort(in.minio.Endpoint())
	require.NoError(in.T, err)
	return net.JoinHostPort(storeName, port)
}

// configure makes the ConfigMap and the Secret.
func (in inside) configure(endpoint, secretKey string) {
	in.T.Helper()
	in.Apply(`
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data: {MINIO_ENDPOINT: "` + endpoint + `", MINIO_SECURE: "false", APP_ENV: staging}
---
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
stringData: {MINIO_ACCESS_KEY: ` + in.minio.AccessKey() + `, MINIO_SECRET_KEY: ` + secretKey + `}
`)
}

const envFrom = `envFrom: [{configMapRef: {name: flts-config}}, {secretRef: {name: flts-secrets}}]`

func (in inside) doctor(kubeconfig string) *doctor.Doctor {
	in.T.Helper()
	api, err := cluster.Open(kubetest.Config(in.T, kubeconfig))
	require.NoError(in.T, err)
	contract, err := resolve.Builtin()
	require.NoError(in.T, err)
	return doctor.New(cluster.NewView(api), doctor.Options{Contract: contract, Namespace: in.Name, ConfigMap: "flts-config", Secret: "flts-secrets", Now: now})
}

// look looks as that user, sees to it that no secret and no pod is left, and returns
// what was seen.
func (in inside) look(kubeconfig string, o doctor.InsideOptions) checklist.Verdict {
	in.T.Helper()
	o.Args = append(o.Args, "minio")
	verdict := in.doctor(kubeconfig).Inside(in.T.Context(), o)
	in.harmless(verdict)
	return verdict
}

func (in inside) harmless(verdict checklist.Verdict) {
	in.T.Helper()
	for _, r := range verdict.Results {
		seenCodes.Saw(r.Code)
	}
	text, err := json.Marshal(verdict)
	require.NoError(in.T, err)
	require.NotContains(in.T, string(text), in.minio.SecretKey())
	in.Eventually("", "get", "pods", "-l", "flts.io/short-lived", "-o", "name")
}

// said is a result in short: "pass inside.look pod task: …".
func (in inside) said(v checklist.Verdict, id string) string {
	in.T.Helper()
	for _, r := range v.Results {
		if r.ID == id {
			return in.Out(strings.Join(strings.Fields(r.State.String()+" "+r.Code+" ("+r.Vantage+") "+r.Detail), " "))
		}
	}
	require.Fail(in.T, "no result "+id, checklist.Table(v))
	return ""
}

// reached says that the store was seen to accept the login.
func (in inside) reached(v checklist.Verdict, vantage string) {
	in.T.Helper()
	require.Regexp(in.T, `^pass \(`+vantage+`\) `, in.said(v, "inside.minio.sign"), checklist.Table(v))
	for _, r := range v.Results {
		require.Equal(in.T, vantage, r.Vantage)
		require.NotEqual(in.T, checklist.Fail, r.State, checklist.Table(v))
		for _, need := range r.Needs {
			require.True(in.T, strings.HasPrefix(need, "inside."), need)
		}
	}
}

func (in inside) running(pod string) {
	in.T.Helper()
	in.Eventually("Running", "get", "pod", pod, "-o", "jsonpath={.status.phase}")
}

func insideARunningPod(in inside) {
	in.node(in.program)
	in.configure(in.endpoint(), in.minio.SecretKey())
	in.Apply(`
apiVersion: v1
kind: Pod
metadata: {name: other}
spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: task, command: [sleep, "600"]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: task}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - {name: side, image: task, command: [sleep, "600"]}
    - {name: main, image: task, command: [flts-run, exec, --check=off, --, sleep, "600"], ` + envFrom + `, env: [{name: FLTS_REPORT, value: /tmp/report}]}
`)
	in.running("task")
	before := in.Kubectl("exec", "task", "-c", "main", "--", "cat", "/tmp/report")
	v := in.look(in.Admin(), doctor.InsideOptions{})
	in.reached(v, "pod task")
	require.Equal(in.T, "pass (pod task) flts-run dev looked from pod task, container main", in.said(v, "inside.look"))
	require.Equal(in.T, before, in.Kubectl("exec", "task", "-c", "main", "--", "cat", "/tmp/report"), "the report of the task is its own")
}

func (in inside) deployment(container string) {
	in.T.Helper()
	in.Apply(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: trainer}
spec:
  replicas: 0
  selector: {matchLabels: {app: trainer}}
  template:
    metadata: {labels: {app: trainer}}
    spec: {containers: [{name: main, image: task, ` + container + `}]}
`)
}

func insideADeployment(in inside) {
	in.node(in.program)
	in.configure(in.endpoint(), in.minio.SecretKey())
	in.deployment(envFrom)
	in.reached(in.look(in.Admin(), doctor.InsideOptions{}), "a pod like deployment trainer")
}

// What was found from outside and from inside is one thing to mend.
func insideRefused(in inside) {
	in.node(in.program)
	in.configure(in.endpoint(), base64.StdEncoding.EncodeToString([]byte(in.minio.SecretKey())))
	in.deployment(envFrom)
	v := in.look(in.Admin(), doctor.InsideOptions{Workload: "deploy/trainer"})
	require.Regexp(in.T, "^fail FLTS-A03 ", in.said(v, "inside.minio.sign"), checklist.Table(v))

	both := checklist.Verdict{Results: []checklist.Result{{ID: "secret.text", Target: "secret", Failed: true, Finding: checklist.Finding{State: checklist.Fail, Code: "FLTS-S05"}}}, Took: time.Second}
	both.Add(v)
	require.Len(in.T, both.Roots(), 2, "nobody knows yet that it is the same")
	in.doctor(in.Admin()).Explain(in.T.Context(), &both)
	var roots []string
	for _, r := range both.Roots() {
		roots = append(roots, r.ID)
	}
	require.Equal(in.T, []string{"secret.text"}, roots)
}

// The endpoint is a parameter in its command, which decides.
func insideACronJob(in inside) {
	in.node(in.program)
	in.configure(storeName+":1", in.minio.SecretKey())
	in.Apply(`
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 0 1 1 *"
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: main
              image: task
              ` + envFrom + `
              env: [{name: ENDPOINT, value: "` + in.endpoint() + `"}]
              command: [flts-run, --mode, supervise, --param, "minio_endpoint=$(ENDPOINT)", --, python, train.py, --param, other]
`)
	in.reached(in.look(in.Admin(), doctor.InsideOptions{Workload: "cronjob/nightly"}), "a pod like cronjob nightly")
}

func insideWithAnInstaller(in inside) {
	image := filepath.Join(in.T.TempDir(), "installer")
	require.NoError(in.T, os.Rename(copied(in.T, in.program), image))
	in.node(image) // a program of another name than flts-run
	in.configure(in.endpoint(), in.minio.SecretKey())
	in.Apply(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: trainer}
spec:
  replicas: 0
  selector: {matchLabels: {app: trainer}}
  template:
    metadata: {labels: {app: trainer}}
    spec:
      volumes: [{name: bin, emptyDir: {}}]
      initContainers:
        - {name: work, image: task, command: ["false"]}
        - {name: flts, image: flts-run, command: [sh, -c, "installer install /opt/flts/bin", flts-run, install, /opt/flts/bin], volumeMounts: [{name: bin, mountPath: /opt/flts/bin}]}
      containers: [{name: main, image: task, ` + envFrom + `, volumeMounts: [{name: bin, mountPath: /bin2}]}]
`)
	in.reached(in.look(in.Admin(), doctor.InsideOptions{}), "a pod like deployment trainer")
}

func copied(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.WriteFile(path, text, 0o755))
	return path
}

func insideLikeAPodThatEnded(in inside) {
	in.node(in.program)
	in.configure(in.endpoint(), in.minio.SecretKey())
	in.Apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {restartPolicy: Never, containers: [{name: main, image: task, command: ["false"], ` + envFrom + `}]}}`)
	in.Eventually("Failed", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
	in.reached(in.look(in.Admin(), doctor.InsideOptions{Pod: "task"}), "a pod like pod task")
}

func insideAnImage(in inside) {
	in.node(in.program)
	in.configure(in.endpoint(), in.minio.SecretKey())
	in.Kubectl("label", "namespace", in.Name, "pod-security.kubernetes.io/enforce=restricted")
	v := in.look(in.Admin(), doctor.InsideOptions{Image: "flts-run:1.0", ServiceAccount: "default", Program: "/usr/local/bin/flts-run"})
	in.reached(v, "a pod like image flts-run:1.0")
}

// flts-run does not come to look; why is a result all the same.
func insideInvalid(in inside) {
	in.node(in.program)
	in.configure(in.endpoint(), in.minio.SecretKey())
	in.Kubectl("patch", "configmap", "flts-config", "--type=merge", "-p", `{"data": {"MINIO_SECURE": "perhaps"}}`)
	in.deployment(envFrom)
	v := in.look(in.Admin(), doctor.InsideOptions{})
	require.Regexp(in.T, "^fail FLTS-C[0-9]+ .*MINIO_SECURE", in.said(v, "inside.config"))
	require.Len(in.T, v.Results, 2)
	require.Equal(in.T, 69, v.Status())
}

func insideWithoutFltsRun(in inside) {
	in.node()
	in.configure(in.endpoint(), in.minio.SecretKey())
	in.deployment(envFrom)
	v := in.look(in.Admin(), doctor.InsideOptions{})
	require.Equal(in.T, "unknown FLTS-K50 (a pod like deployment trainer) there is no flts-run to start in the image of deployment trainer, container main", in.said(v, "inside.look"))
	require.Equal(in.T, "fltsctl doctor -n NS --from-inside --image flts-run:1.0 --program /flts-run --workload deployment/trainer", in.Out(v.Results[0].Hint))
	in.Apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: task, command: [sleep, "600"], ` + envFrom + `}]}}`)
	in.running("task")
	v = in.look(in.Admin(), doctor.InsideOptions{})
	require.Equal(in.T, "unknown FLTS-K50 (pod task) there is no flts-run to start in the image of pod task, container main", in.said(v, "inside.look"))
	require.Equal(in.T, 69, v.Status(), "what was not seen is not passed")
}

func insideAnotherFltsRun(in inside) {
	script := filepath.Join(in.T.TempDir(), "flts-run")
	require.NoError(in.T, os.WriteFile(script, []byte("#!/bin/sh\n[ $NEWER ] && echo '{\"schema\": \"flts-run/v2\"}' && exit\necho 'flts-run: error: no flag --report' >&2\necho \"password $MINIO_SECRET_KEY\" >&2\nexit 64\n"), 0o755))
	in.node(script)
	in.configure(in.endpoint(), in.minio.SecretKey())
	in.deployment(envFrom)
	v := in.look(in.Admin(), doctor.InsideOptions{})
	require.Equal(in.T, "unknown FLTS-K52 (a pod like deployment trainer) flts-run in a pod like deployment trainer ended with 64, and it printed no report", in.said(v, "inside.look"))
	require.Equal(in.T, []string{"it said: no flag --report"}, v.Results[0].Evidence)
	in.deployment(envFrom + `, env: [{name: NEWER, value: "1"}]`)
	v = in.look(in.Admin(), doctor.InsideOptions{})
	require.Equal(in.T, "unknown FLTS-K52 (a pod like deployment trainer) flts-run in a pod like deployment trainer ended with 0, and the report is not of the form flts-run/v1", in.said(v, "inside.look"))
}

func insideWithoutConfigMap(in inside) {
	in.node(in.program)
	in.deployment(envFrom)
	v := in.look(in.Admin(), doctor.InsideOptions{})
	require.Equal(in.T, `fail FLTS-K51 (a pod like deployment trainer) a pod like deployment trainer does not start: CreateContainerConfigError: configmap "flts-config" not found`, in.said(v, "inside.look"))
	both := checklist.Verdict{Results: []checklist.Result{{ID: "configmap.exists", Target: "configmap", Failed: true, Finding: checklist.Finding{State: checklist.Fail, Code: "FLTS-K03"}}}}
	both.Add(v)
	in.doctor(in.Admin()).Explain(in.T.Context(), &both)
	require.Equal(in.T, "root cause: FLTS-K03 (2 failed)", checklist.Summary(both))
}

func insideNotAllowed(in inside) {
	in.node(in.program)
	in.configure(in.endpoint(), in.minio.SecretKey())
	in.deployment(envFrom)
	v := in.look(in.Reader("nobody", ""), doctor.InsideOptions{})
	require.Equal(in.T, "unknown FLTS-K09 () may not list pods in NS", in.said(v, "inside.look"))

	lists := `- {apiGroups: ["", apps, batch], resources: [pods, deployments, statefulsets, cronjobs], verbs: [list]}`
	v = in.look(in.Reader("lister", lists), doctor.InsideOptions{})
	require.Equal(in.T, "unknown FLTS-K09 (a pod like deployment trainer) may not create pods in NS", in.said(v, "inside.look"))

	in.Apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: task, command: [sleep, "600"], ` + envFrom + `}]}}`)
	in.running("task")
	v = in.look(in.Reader("lister2", lists), doctor.InsideOptions{})
	require.Equal(in.T, "unknown FLTS-K09 (pod task) may not create pods/exec in NS", in.said(v, "inside.look"))
	require.Equal(in.T, "kubectl -n NS auth can-i create pods/exec", in.Out(v.Results[0].Hint))
	in.reached(in.look(in.Reader("podlister", `- {apiGroups: [""], resources: [pods, pods/exec], verbs: [list, create]}`), doctor.InsideOptions{}), "pod task")
}

func insideNothing(in inside) {
	for want, o := range map[string]doctor.InsideOptions{
		"no pod that runs and no Deployment, StatefulSet or CronJob in NS reads flts-config or flts-secrets": {},
		"there is no task in NS":               {Pod: "task"},
		"there is no deployment/trainer in NS": {Workload: "deployment/trainer"},
	} {
		require.Equal(in.T, "unknown FLTS-K53 () "+want, in.said(in.look(in.Admin(), o), "inside.look"))
	}
}

// The permission is withdrawn while it runs.
func insideLeft(in inside) {
	in.node(in.program)
	in.configure(storeName+":1", in.minio.SecretKey())
	in.deployment(envFrom)
	everything := `- {apiGroups: ["", apps, batch], resources: ["*"], verbs: [get, list, create, delete]}`
	kubeconfig := in.Reader("maker", everything)
	looked := make(chan checklist.Verdict, 1)
	d := in.doctor(kubeconfig)
	go func() { looked <- d.Inside(in.T.Context(), doctor.InsideOptions{Args: []string{"--wait=3s", "minio"}}) }()
	in.Eventually("1", "get", "pods", "-l", "flts.io/short-lived", "-o", "jsonpath={range .items[*]}1{end}")
	in.Apply("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: maker}\nrules:\n- {apiGroups: [\"\"], resources: [pods, pods/log], verbs: [get]}\n")
	v := <-looked
	require.Regexp(in.T, `^warn FLTS-K54 \(a pod like deployment trainer\) pod flts-check-[a-z2-7]+ is still there: may not delete pods flts-check-[a-z2-7]+ in NS$`, in.said(v, "inside.removed"))
	require.Regexp(in.T, "^fail FLTS-T01 ", in.said(v, "inside.minio.dial"), "what it saw is told all the same")
	var removed checklist.Result
	for _, r := range v.Results {
		if r.ID == "inside.removed" {
			removed = r
		}
	}
	in.Kubectl(strings.Fields(strings.TrimPrefix(removed.Hint, "kubectl -n "+in.Name+" "))...)
	in.harmless(v)
}

func insideInterrupted(in inside) {
	in.node(in.program)
	in.configure(storeName+":1", in.minio.SecretKey())
	in.deployment(envFrom)
	ctx, cancel := context.WithCancel(in.T.Context())
	defer cancel()
	looked := make(chan checklist.Verdict, 1)
	d := in.doctor(in.Admin())
	go func() { looked <- d.Inside(ctx, doctor.InsideOptions{Args: []string{"--wait=30s", "minio"}}) }()
	in.Eventually("Running", "get", "pods", "-l", "flts.io/short-lived", "-o", "jsonpath={.items[*].status.phase}")
	cancel()
	v := <-looked
	require.Equal(in.T, "unknown (a pod like deployment trainer) interrupted", in.said(v, "inside.look"))
	require.True(in.T, v.Results[0].Interrupted)
	in.harmless(v)
}

// A name of the cluster is none of this machine: it is neither passed nor failed.
func TestInsideIsNotLookedAtFromHere(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(`{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}, data: {MINIO_ENDPOINT: "minio:9000", GATEWAY_URL: "https://gateway.example.org/x"}}`)
	in := inside{Namespace: ns}
	d := in.doctor(ns.Admin())
	checks := append([]checklist.Check{{ID: "api.reach", Run: func(context.Context) checklist.Finding { return checklist.Finding{State: checklist.Pass} }}}, d.InsideChecks()...)
	v := checklist.Runner{}.Run(t.Context(), checks)
	var got []string
	for _, r := range v.Results[1:] {
		got = append(got, r.ID+" "+r.State.String()+" "+r.Detail)
	}
	require.Equal(t, []string{
		"inside.minio skip minio is a name of the cluster and cannot be looked at from here: --from-inside",
		"inside.mlflow skip mlflow.default.svc.cluster.local is a name of the cluster and cannot be looked at from here: --from-inside",
		"inside.gateway skip what is seen of gateway.example.org from here is not what a pod sees: --from-inside",
	}, got)
	require.Zero(t, v.Status())
}
