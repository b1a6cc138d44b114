package cluster_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/teststack"
)

// short is a pod that runs a script in the place of the container of a template.
func short(t *testing.T, ns kubetest.Namespace, template, script string) *corev1.Pod {
	t.Helper()
	var spec corev1.PodSpec
	read(t, template, &spec)
	none := func(corev1.Container) bool { return false }
	return cluster.Temporary(ns.Name, cluster.Template{Spec: spec}, "main", []string{"sh", "-c", script}, none)
}

func read(t *testing.T, text string, into any) {
	t.Helper()
	asJSON, err := yaml.ToJSON([]byte("---\n" + text)) // else a brace in front makes it JSON
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(asJSON, into))
}

// gone waits until that pod is not there any more.
func gone(ns kubetest.Namespace, pod *corev1.Pod) {
	ns.T.Helper()
	ns.Eventually("", "get", "pod", pod.Name, "--ignore-not-found", "-o", "name")
}

// run runs a pod as that user, and sees to it that none is left.
func run(ctx context.Context, ns kubetest.Namespace, api *cluster.API, pod *corev1.Pod) (cluster.Output, error) {
	ns.T.Helper()
	out, left, err := cluster.NewView(api).RunPod(ctx, pod)
	require.NoError(ns.T, left)
	gone(ns, pod)
	return out, err
}

const plainSpec = `containers: [{name: main, image: task, envFrom: [{configMapRef: {name: flts-config}}]}]`

func TestRunPod(t *testing.T) {
	ns := kubetest.New(t)
	ns.NodeLike(teststack.Node{MissingImages: []string{"registry.example/gone:1"}})
	ns.Apply(`{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}, data: {WHO: component}}`)
	for name, c := range map[string]struct {
		template, script string
		want             string // what it wrote
		status           int
		err              string
	}{
		"ends well":         {plainSpec, "echo $WHO; sleep 0.2; echo to stderr >&2", "component\nto stderr\n", 0, ""},
		"fails":             {plainSpec, "echo no; exit 69", "no\n", 69, ""},
		"is no program":     {`containers: [{name: main, image: task, workingDir: /none}]`, "true", "", 127, ""},
		"ConfigMap missing": {strings.Replace(plainSpec, "flts-config", "none", 1), "true", "", 0, `CreateContainerConfigError: configmap "none" not found`},
		"volume missing": {
			`{containers: [{name: main, image: task, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, secret: {secretName: none}}]}`, "true", "", 0,
			`FailedMount: MountVolume.SetUp failed for volume "v" : secret "none" not found`,
		},
		"image missing": {`containers: [{name: main, image: "registry.example/gone:1"}]`, "true", "", 0, "ImagePullBackOff"},
		"disk is left":  {`{containers: [{name: main, image: task, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, persistentVolumeClaim: {claimName: none}}]}`, "ls -A /v", "", 0, ""},
		"writes much":   {plainSpec, "head -c 5000000 /dev/zero | tr '\\0' x", "", 0, cluster.ErrTooMuch.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait for the kubelet, most of the time
			ns := ns
			ns.T = t
			out, err := run(t.Context(), ns, apiOf(t, ns.Admin()), short(t, ns, c.template, c.script))
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []any{c.want, c.status}, []any{string(out.Stdout), out.Status})
		})
	}
}

// Who may not do all of it makes no pod.
func TestRunPodNotAllowed(t *testing.T) {
	ns := kubetest.New(t)
	all := []string{`{apiGroups: [""], resources: [pods], verbs: [create]}`, `{apiGroups: [""], resources: [pods], verbs: [get]}`, `{apiGroups: [""], resources: [pods], verbs: [delete]}`, `{apiGroups: [""], resources: [pods/log], verbs: [get]}`}
	for i, want := range []string{"create pods", "get pods", "delete pods", "get pods/log"} {
		var rules strings.Builder
		for j, rule := range all {
			if i != j {
				rules.WriteString("- " + rule + "\n")
			}
		}
		api := apiOf(t, ns.Reader("without-"+strings.NewReplacer(" ", "-", "/", "-").Replace(want), rules.String()))
		_, err := run(t.Context(), ns, api, short(t, ns, plainSpec, "true"))
		require.EqualError(t, err, "may not "+want+" in "+ns.Name)
	}

	ns.Apply(`{apiVersion: v1, kind: ResourceQuota, metadata: {name: none}, spec: {hard: {pods: "0"}}}`)
	ns.Status("resourcequota", "none", `{"hard": {"pods": "0"}, "used": {"pods": "0"}}`)
	_, err := run(t.Context(), ns, apiOf(t, ns.Admin()), short(t, ns, plainSpec, "true"))
	require.EqualError(t, err, "Forbidden: exceeded quota")
}

// seam is where a test comes in between us and the API.
type seam struct {
	base  http.RoundTripper
	after func(r *http.Request, n int) error // the n-th request that is its
	is    func(r *http.Request) bool
	n     int
}

func (s *seam) RoundTrip(r *http.Request) (*http.Response, error) {
	got, err := s.base.RoundTrip(r)
	if err == nil && s.is(r) {
		s.n++
		if broken := s.after(r, s.n); broken != nil {
			_ = got.Body.Close()
			return nil, broken
		}
	}
	return got, err
}

func podRequest(method, suffix string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		_, rest, ok := strings.Cut(r.URL.Path, "/pods")
		return ok && r.Method == method && strings.HasSuffix(rest, suffix) && (suffix != "" || rest == "")
	}
}

func isGet(r *http.Request) bool {
	return podRequest("GET", "")(r) || r.Method == "GET" && strings.Contains(r.URL.Path, "/pods/flts-check-") && !strings.HasSuffix(r.URL.Path, "/log")
}

// Whenever somebody has enough, the pod is gone.
func TestRunPodInterrupted(t *testing.T) {
	ns := kubetest.New(t)
	ns.Node()
	ns.Apply(`{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}, data: {WHO: component}}`)
	enough := errors.New("enough")
	for name, c := range map[string]struct {
		spec string
		is   func(*http.Request) bool
		n    int
	}{
		"the answer to its creation is lost": {plainSpec, podRequest("POST", ""), 1},
		"it is made and not looked at":       {plainSpec, isGet, 1},
		"it waits for its ConfigMap":         {`{containers: [{name: main, image: task, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, configMap: {name: none}}]}`, isGet, 2},
		"it runs":                            {plainSpec, isGet, 6},
		"its log is read":                    {plainSpec, podRequest("GET", "/log"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ns := ns
			ns.T = t
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			cut := 0
			config := kubetest.Config(t, ns.Admin())
			config.Wrap(func(base http.RoundTripper) http.RoundTripper {
				return &seam{base: base, is: c.is, after: func(_ *http.Request, n int) error {
					if n != c.n {
						return nil
					}
					cut++
					cancel(enough)
					return context.Canceled
				}}
			})
			api, err := cluster.Open(config)
			require.NoError(t, err)
			_, err = run(ctx, ns, api, short(t, ns, c.spec, "sleep 1"))
			require.ErrorIs(t, err, enough)
			require.Equal(t, 1, cut, "it was not cut there")
		})
	}
}

// A deadline says which.
func TestRunPodOutOfTime(t *testing.T) {
	ns := kubetest.New(t) // no node: it is never scheduled
	late := errors.New("too late")
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, late)
	defer cancel()
	_, err := run(ctx, ns, apiOf(t, ns.Admin()), short(t, ns, plainSpec, "true"))
	require.ErrorIs(t, err, late)
}

// Nobody who selects by labels takes it for one of his: a Service sends nothing to it,
// a ReplicaSet of the same labels counts its own pods alone.
func TestRunPodIsLeftAlone(t *testing.T) {
	ns := kubetest.New(t)
	ns.NodeLike(teststack.Node{PodIP: "10.244.0.9"})
	ns.Apply(`
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: task, command: [sleep, "600"]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: trainer}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: task}]}
`)
	own := []string{"get", "pods", "-l", "app=web,!flts.io/short-lived", "-o", "jsonpath={.items[*].metadata.name}"}
	ns.Eventually("1", "get", "replicaset", "web", "-o", "jsonpath={.status.readyReplicas}")
	before := ns.Kubectl(own...)

	pod := cluster.Temporary(ns.Name, cluster.Template{
		Labels: map[string]string{"app": "web"},
		Owner:  &metav1.OwnerReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "trainer", UID: types.UID(ns.Kubectl("get", "deployment", "trainer", "-o", "jsonpath={.metadata.uid}"))},
		Spec:   corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "task"}}},
	}, "main", []string{"sleep", "4"}, func(corev1.Container) bool { return false })
	ended := make(chan error, 1)
	go func() {
		_, left, err := cluster.NewView(apiOf(t, ns.Admin())).RunPod(t.Context(), pod)
		ended <- errors.Join(left, err)
	}()
	ready := "jsonpath={range .items[*].endpoints[*]}{.targetRef.name}={.conditions.ready} {end}"
	ns.Eventually("Running", "get", "pod", pod.Name, "-o", "jsonpath={.status.phase}")
	slices := ns.Kubectl("get", "endpointslices", "-l", "kubernetes.io/service-name=web", "-o", ready)
	require.NotContains(t, slices, pod.Name+"=true")
	require.Contains(t, slices, before+"=true")
	require.Equal(t, "Deployment", ns.Kubectl("get", "pod", pod.Name, "-o", "jsonpath={.metadata.ownerReferences[*].kind}"))
	require.NoError(t, <-ended)
	gone(ns, pod)
	require.Equal(t, before, ns.Kubectl(own...))
	require.Equal(t, "1", ns.Kubectl("get", "replicaset", "web", "-o", "jsonpath={.status.replicas}"))
}

// What a pod keeps of its template, and what it does not.
func TestTemporary(t *testing.T) {
	const template = `
serviceAccountName: trainer
priorityClassName: high
nodeSelector: {disk: ssd}
affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: host}]}}
securityContext: {runAsUser: 1000}
imagePullSecrets: [{name: registry}]
initContainers:
  - {name: fetch, image: git, command: [git, clone]}
  - {name: flts, image: flts-run, command: [/flts-run, install, /opt], volumeMounts: [{name: bin, mountPath: /opt}]}
containers:
  - {name: istio-proxy, image: proxy}
  - name: main
    image: trainer:7
    command: [python, train.py]
    ports: [{containerPort: 80, hostPort: 80}]
    env: [{name: A, value: b}]
    resources: {limits: {nvidia.com/gpu: "8"}}
    livenessProbe: {httpGet: {port: 80}}
    volumeMounts: [{name: data, mountPath: /data}]
volumes:
  - {name: bin, emptyDir: {}}
  - {name: data, persistentVolumeClaim: {claimName: data}}
`
	const want = `
metadata:
  namespace: ml
  labels: {app: trainer, flts.io/short-lived: "true"}
  annotations: {sidecar.istio.io/inject: "false", vault.hashicorp.com/agent-inject: "true"}
  ownerReferences: [{apiVersion: v1, kind: Pod, name: trainer, uid: u, controller: true}]
spec:
  restartPolicy: Never
  serviceAccountName: trainer
  nodeSelector: {disk: ssd}
  affinity: {}
  securityContext: {runAsUser: 1000}
  imagePullSecrets: [{name: registry}]
  readinessGates: [{conditionType: flts.io/gets-no-traffic}]
  initContainers:
    - name: flts
      image: flts-run
      command: [/flts-run, install, /opt]
      volumeMounts: [{name: bin, mountPath: /opt}]
      resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {cpu: 500m, memory: 256Mi}}
  containers:
    - name: main
      image: trainer:7
      command: [flts-run, check]
      env: [{name: A, value: b}]
      volumeMounts: [{name: data, mountPath: /data}]
      resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {cpu: 500m, memory: 256Mi}}
  volumes:
    - {name: bin, emptyDir: {}}
    - {name: data, emptyDir: {}}
status: {}
`
	var spec corev1.PodSpec
	read(t, template, &spec)
	pod := cluster.Temporary("ml", cluster.Template{
		Owner: &metav1.OwnerReference{APIVersion: "v1", Kind: "Pod", Name: "trainer", UID: "u"},
		Labels: map[string]string{
			"app": "trainer", "pod-template-hash": "x", "controller-uid": "x", "batch.kubernetes.io/job-name": "x", "statefulset.kubernetes.io/pod-name": "x",
		},
		Annotations: map[string]string{
			"sidecar.istio.io/inject": "false", "sidecar.istio.io/status": "{}", "vault.hashicorp.com/agent-inject": "true", "vault.hashicorp.com/agent-inject-status": "injected",
			"cni.projectcalico.org/podIP": "10.0.0.1", "kubectl.kubernetes.io/restartedAt": "x",
		},
		Spec: spec,
	}, "main", []string{"flts-run", "check"}, func(c corev1.Container) bool { return c.Name == "flts" })
	require.Regexp(t, "^flts-check-[a-z2-7]{10}$", pod.Name)
	pod.Name = ""
	got, err := json.Marshal(pod)
	require.NoError(t, err)
	require.YAMLEq(t, want, string(got))
}
