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

const waitingReason = "jsonpath={.status.containerStatuses[0].state.waiting.reason}"

// What the real kubelet says of pods that cannot start.
func TestPodsStuckForTheKubelet(t *testing.T) {
	waits := func(reason string) func(kubetest.Namespace) {
		return func(ns kubetest.Namespace) { ns.Eventually(reason, "get", "pod", "task", "-o", waitingReason) }
	}
	said := func(code, detail string) []checklist.Finding {
		return []checklist.Finding{{State: checklist.Fail, Code: code, Detail: detail + ", for less than a minute", Hint: "kubectl -n NS describe pod task"}}
	}
	for _, s := range []struct {
		scenario
		kubelet func(kubetest.Namespace) // waits until it said what is wrong
	}{
		{
			scenario{
				name: "no ConfigMap", objects: pod("task", "containers: [{name: main, image: x, envFrom: [{configMapRef: {name: flts-config}}]}]"),
				want: said("FLTS-K36", `Pod task: container main: CreateContainerConfigError: configmap "flts-config" not found`),
			},
			waits("CreateContainerConfigError"),
		},
		{
			scenario{
				name: "no key, in an init container", objects: bothObjects + pod("task", "initContainers: [{name: wait, image: x, env: [{name: K, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_SECRETKEY}}}]}], containers: [{name: main, image: x}]"),
				want: said("FLTS-K36", "Pod task: container wait: CreateContainerConfigError: couldn't find key MINIO_SECRETKEY in Secret NS/flts-secrets"),
			},
			func(ns kubetest.Namespace) {
				ns.Eventually("CreateContainerConfigError", "get", "pod", "task", "-o", "jsonpath={.status.initContainerStatuses[0].state.waiting.reason}")
			},
		},
		{
			scenario{
				name: "no Secret for a volume", objects: pod("task", mounts("{name: v, secret: {secretName: flts-secrets}}", "")),
				want: said("FLTS-K36", `Pod task: FailedMount: MountVolume.SetUp failed for volume "v" : secret "flts-secrets" not found`),
			},
			func(ns kubetest.Namespace) {
				ns.Eventually("FailedMount", "get", "events", "--field-selector", "involvedObject.name=task,reason=FailedMount", "-o", "jsonpath={.items[0].reason}")
			},
		},
		{
			scenario{
				name: "no item for a volume", objects: bothObjects + pod("task", mounts("{name: v, secret: {secretName: flts-secrets, items: [{key: NONE, path: a}]}}", "")),
				want: said("FLTS-K36", `Pod task: FailedMount: MountVolume.SetUp failed for volume "v" : references non-existent secret key: NONE`),
			},
			func(ns kubetest.Namespace) {
				ns.Eventually("FailedMount", "get", "events", "--field-selector", "involvedObject.name=task,reason=FailedMount", "-o", "jsonpath={.items[0].reason}")
			},
		},
		{
			scenario{
				name: "no image", objects: bothObjects + pod("task", strings.Replace(reads, "image: train", "image: 'registry.example/gone:1'", 1)),
				want: said("FLTS-K07", ""),
			},
			waits("ImagePullBackOff"),
		},
		{
			scenario{
				name: "a crash that flts-run explained", objects: bothObjects + pod("task", strings.Replace(reads, "image: train", `image: x, command: [sh, -c, "echo 'flts-run: MinIO refused the credentials [FLTS-A03]' >/dev/termination-log; echo 'hint: x' >>/dev/termination-log; exit 77"]`, 1)),
				want: said("FLTS-K07", "Pod task: container main: flts-run: MinIO refused the credentials [FLTS-A03]: CrashLoopBackOff: ended with status 77"),
			},
			waits("CrashLoopBackOff"),
		},
		{
			scenario{
				name: "a crash with the task's own words", objects: bothObjects + pod("task", strings.Replace(reads, "image: train", `image: x, command: [sh, -c, "echo canary-s3cret >/dev/termination-log; exit 1"]`, 1)),
				want: said("FLTS-K07", "Pod task: container main: CrashLoopBackOff: ended with status 1"),
			},
			waits("CrashLoopBackOff"),
		},
		{
			scenario{
				name: "a pod that runs", objects: bothObjects + pod("task", strings.Replace(reads, "image: train", "image: x, command: [sleep, infinity]", 1)+", terminationGracePeriodSeconds: 0"),
				want: []checklist.Finding{{State: checklist.Pass, Detail: "1 pods, none is stuck"}},
			},
			func(ns kubetest.Namespace) {
				ns.Eventually("Running", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
			},
		},
	} {
		s.only = []string{"pods.stuck"}
		s.prepare = func(ns kubetest.Namespace) {
			ns.NodeLike(teststack.Node{MissingImages: []string{"registry.example/gone:1"}})
			s.kubelet(ns)
			if s.name == "no image" { // of which the kubelet has more to say than its own reason
				message := ns.Kubectl("get", "pod", "task", "-o", "jsonpath={.status.containerStatuses[0].state.waiting.message}")
				require.Contains(t, message, "registry.example/gone:1")
				s.want[0].Detail = "Pod task: container main: ImagePullBackOff: " + message + ", for less than a minute"
			}
		}
		t.Run(s.name, s.run)
	}
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
	ns.Eventually("CreateContainerConfigError", "get", "pod", "task", "-o", waitingReason)
	verdict := scenario{only: []string{"readers.missing", "pods.stuck"}}.examine(t, ns, ns.Admin())
	require.Equal(t, "root cause: FLTS-K32 (2 failed, 1 passed)", strings.TrimSpace(checklist.Summary(verdict)))
}
