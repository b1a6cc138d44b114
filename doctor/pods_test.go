package doctor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/teststack"
)

// state is a field of what the first container of a pod waits for.
func state(field string) string {
	return "jsonpath={.status.containerStatuses[0].state.waiting." + field + "}"
}

// failedMount waits for what the kubelet says of a volume.
func failedMount(ns kubetest.Namespace, pod string) {
	ns.T.Helper()
	ns.Eventually("FailedMount", "get", "events", "--field-selector", "involvedObject.name="+pod+",reason=FailedMount", "-o", "jsonpath={.items[0].reason}")
}

// What the real kubelet says of pods that refer to what is not there.
func TestPodsWaitForWhatIsMissing(t *testing.T) {
	lines := []string{
		`Pod config: container main: CreateContainerConfigError: configmap "none" not found`,
		"Pod init: container wait: CreateContainerConfigError: couldn't find key MINIO_SECRETKEY in Secret NS/flts-secrets",
		`Pod item: FailedMount: MountVolume.SetUp failed for volume "v" : references non-existent secret key: NONE`,
		`Pod volume: FailedMount: MountVolume.SetUp failed for volume "v" : secret "gone" not found`,
	}
	scenario{
		only: []string{"pods.stuck"},
		objects: bothObjects + pod("config", "containers: [{name: main, image: x, envFrom: [{secretRef: {name: flts-secrets}}, {configMapRef: {name: none}}]}]") +
			pod("init", "initContainers: [{name: wait, image: x, env: [{name: K, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_SECRETKEY}}}]}], containers: [{name: main, image: x}]") +
			pod("item", mounts("{name: v, secret: {secretName: flts-secrets, items: [{key: NONE, path: a}]}}", "")) +
			pod("volume", mounts("{name: w, configMap: {name: flts-config}}, {name: v, secret: {secretName: gone}}", "")+", imagePullSecrets: [{name: flts-secrets}]"),
		prepare: func(ns kubetest.Namespace) {
			ns.Node()
			ns.Eventually("CreateContainerConfigError", "get", "pod", "config", "-o", state("reason"))
			ns.Eventually("CreateContainerConfigError", "get", "pod", "init", "-o", "jsonpath={.status.initContainerStatuses[0].state.waiting.reason}")
			failedMount(ns, "item")
			failedMount(ns, "volume")
		},
		want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K36", Detail: lines[0] + "; 3 more below, for less than a minute", Evidence: lines, Hint: "kubectl -n NS describe pod config"}},
	}.run(t)
}

// What it says of others.
func TestPodsStuckForTheKubelet(t *testing.T) {
	t.Parallel()
	with := func(image string) string { return strings.Replace(reads, "image: train", image, 1) }
	lines := []string{
		"Pod crash: container main: CrashLoopBackOff: ended with status 1",
		"Pod explained: container main: flts-run: MinIO refused the credentials [FLTS-A03]: CrashLoopBackOff: ended with status 77",
		"Pod image: container main: ImagePullBackOff: ",
	}
	scenario{
		only: []string{"pods.stuck"},
		objects: bothObjects + pod("crash", with(`image: x, command: [sh, -c, "echo canary-s3cret >/dev/termination-log; exit 1"]`)) +
			pod("explained", with(`image: x, command: [sh, -c, "echo 'flts-run: MinIO refused the credentials [FLTS-A03]' >/dev/termination-log; echo 'hint: x' >>/dev/termination-log; exit 77"]`)) +
			pod("image", with("image: 'registry.example/gone:1'")) + pod("runs", with("image: x, command: [sleep, infinity]")+", terminationGracePeriodSeconds: 0"),
		prepare: func(ns kubetest.Namespace) {
			ns.NodeLike(teststack.Node{MissingImages: []string{"registry.example/gone:1"}})
			ns.Eventually("Running", "get", "pod", "runs", "-o", "jsonpath={.status.phase}")
			for _, p := range []string{"crash", "explained"} {
				ns.Eventually("CrashLoopBackOff", "get", "pod", p, "-o", state("reason"))
			}
			ns.Eventually("ImagePullBackOff", "get", "pod", "image", "-o", state("reason"))
			message := ns.Kubectl("get", "pod", "image", "-o", state("message"))
			require.Contains(t, message, "registry.example/gone:1")
			lines[2] += message
		},
		want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K07", Detail: lines[0] + "; 2 more below, for less than a minute", Evidence: lines, Hint: "kubectl -n NS describe pod crash"}},
	}.run(t)
}

func TestPodsRun(t *testing.T) {
	scenario{
		only: []string{"pods.stuck"}, objects: bothObjects + pod("task", reads), prepare: func(ns kubetest.Namespace) { startedAt(ns, "task", time.Now()) },
		want: []checklist.Finding{{State: checklist.Pass, Detail: "1 pod, none is stuck"}},
	}.run(t)
}

// event is one about a pod, as a scheduler or a kubelet would send it.
func event(ns kubetest.Namespace, pod, reason, message string, at time.Time) {
	uid := ns.Kubectl("get", "pod", pod, "-o", "jsonpath={.metadata.uid}")
	ns.Apply(fmt.Sprintf(`
apiVersion: v1
kind: Event
metadata: {generateName: e, name: %s}
type: Warning
reason: %s
message: %q
lastTimestamp: %q
involvedObject: {kind: Pod, namespace: NS, name: %s, uid: %s}
`, strings.ToLower(reason)+"-"+at.UTC().Format("150405"), reason, message, at.UTC().Format(time.RFC3339), pod, uid))
}

// What others would write than the kubelet of these tests.
func TestPodsStuck(t *testing.T) {
	const pending = `{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes are available: 3 Insufficient nvidia.com/gpu."}]}`
	labelled := func(name, label string) string {
		return "{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", labels: {" + label + "}}, spec: {containers: [{name: main, image: x}]}}\n---\n"
	}
	in := func(d time.Duration) func(*doctor.Options) {
		return func(o *doctor.Options) { o.Now = func() time.Time { return time.Now().Add(d) } }
	}
	for _, s := range []scenario{
		{
			name: "nothing runs",
			want: []checklist.Finding{{State: checklist.Pass, Detail: "0 pods, none is stuck"}},
		},
		{
			name: "no node has room", objects: labelled("kfp", "pipeline/runid: x") + labelled("other", "app: other"), options: in(3 * time.Hour),
			prepare: func(ns kubetest.Namespace) { ns.Status("pod", "kfp", pending); ns.Status("pod", "other", pending) },
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K07", Detail: "Pod kfp: Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu., for 3 h",
				Hint: "kubectl -n NS describe pod kfp",
			}},
		},
		{
			name: "one that is caught between two tries", objects: labelled("airflow", "dag_id: d"),
			prepare: func(ns kubetest.Namespace) { restarted(ns, "airflow", 5, time.Now(), 137, "OOMKilled") },
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K07", Detail: "Pod airflow: container main: CrashLoopBackOff: ended with status 137 (OOMKilled), for less than a minute",
				Hint: "kubectl -n NS describe pod airflow",
			}},
		},
		{
			name: "one that came to rest after its troubles", objects: labelled("airflow", "dag_id: d"),
			prepare: func(ns kubetest.Namespace) { restarted(ns, "airflow", 5, time.Now().Add(-11*time.Minute), 1, "Error") },
			want:    []checklist.Finding{{State: checklist.Pass, Detail: "1 pod, none is stuck"}},
		},
		{
			name: "those of others alone", objects: labelled("other", "app: other"), prepare: func(ns kubetest.Namespace) { ns.Status("pod", "other", pending) },
			want: []checklist.Finding{{State: checklist.Pass, Detail: "0 pods, none is stuck; 1 that read nothing of this are"}},
		},
		{
			name: "the newest of events", objects: labelled("airflow", "kubernetes_pod_operator: 'True'"), options: in(50 * time.Hour),
			prepare: func(ns kubetest.Namespace) {
				at := time.Now()
				event(ns, "airflow", "FailedMount", "an older one", at.Add(-time.Minute))
				event(ns, "airflow", "FailedMount", "a newer\none\x1b[31m "+strings.Repeat("ä", 200), at)
				event(ns, "airflow", "FailedAttachVolume", "an older one", at.Add(-time.Hour))
				event(ns, "airflow", "Unhealthy", "that keeps no pod from starting", at.Add(time.Hour))
			},
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K07", Detail: "Pod airflow: FailedMount: a newer one [31m " + strings.Repeat("ä", 111) + "…, for 2 days",
				Hint: "kubectl -n NS describe pod airflow",
			}},
		},
		{
			name: "many, of which the first ten are named", objects: manyPods(12), prepare: func(ns kubetest.Namespace) {
				for i := range 12 {
					ns.Status("pod", fmt.Sprintf("p%02d", i), fmt.Sprintf(`{"phase":"Pending","containerStatuses":[{"name":"main","image":"x","imageID":"","ready":false,"restartCount":0,"state":{"waiting":{"reason":"InvalidImageName","message":"image %d"}}}]}`, i))
				}
			},
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K07", Detail: "Pod p00: container main: InvalidImageName: image 0; 11 more below, for less than a minute",
				Evidence: append(invalidImages(10), "and 2 more"), Hint: "kubectl -n NS describe pod p00",
			}},
		},
		{
			name: "a pod that waits, and events that may not be read", as: readersBut("events"), objects: labelled("argo", "workflows.argoproj.io/workflow: w"),
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list events in NS", Hint: "kubectl -n NS auth can-i list events"}},
		},
		{
			name: "pods that may not be listed", as: readersBut("pods"),
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list pods in NS", Hint: "kubectl -n NS auth can-i list pods"}},
		},
	} {
		s.only = []string{"pods.stuck"}
		t.Run(s.name, s.run)
	}
}

// restarted has the container main of a pod run since then, after it ended so.
func restarted(ns kubetest.Namespace, pod string, times int, at time.Time, status int, reason string) {
	when := at.UTC().Format(time.RFC3339)
	ns.Status("pod", pod, fmt.Sprintf(`{"phase":"Running","containerStatuses":[{"name":"main","image":"x","imageID":"","ready":false,"restartCount":%d,
		"state":{"running":{"startedAt":%q}},"lastState":{"terminated":{"exitCode":%d,"reason":%q,"finishedAt":%q}}}]}`, times, when, status, reason, when))
}

func manyPods(n int) string {
	var text strings.Builder
	for i := range n {
		text.WriteString("{apiVersion: v1, kind: Pod, metadata: {name: " + fmt.Sprintf("p%02d", i) + ", labels: {dag_id: d}}, spec: {containers: [{name: main, image: x}]}}\n---\n")
	}
	return text.String()
}

func invalidImages(n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("Pod p%02d: container main: InvalidImageName: image %d", i, i))
	}
	return lines
}

// A missing key stops the pod: that is the root, and the stuck pod its consequence.
func TestWhatIsMissingExplainsTheStuckPod(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(bothObjects + pod("task", variable("secretKeyRef", "flts-secrets", "GATEWAY_TOKEN", "")))
	ns.Node()
	ns.Eventually("CreateContainerConfigError", "get", "pod", "task", "-o", state("reason"))
	verdict := scenario{only: []string{"readers.missing", "pods.stuck"}}.examine(t, ns, ns.Admin())
	require.Equal(t, "root cause: FLTS-K32 (2 failed, 1 passed)", strings.TrimSpace(checklist.Summary(verdict)))
}
