package doctor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// startedAt has the container main of a pod run since then.
func startedAt(ns kubetest.Namespace, pod string, at time.Time) {
	ns.Status("pod", pod, fmt.Sprintf(`{"phase":"Running","containerStatuses":[{"name":"main","image":"x","imageID":"","ready":true,"restartCount":0,"state":{"running":{"startedAt":%q}}}]}`, at.UTC().Format(time.RFC3339)))
}

func TestReadersStale(t *testing.T) {
	t.Parallel()
	hourAgo := func(ns kubetest.Namespace) { startedAt(ns, "train", time.Now().Add(-time.Hour)) }
	later := func(o *doctor.Options) { o.Now = func() time.Time { return time.Now().Add(150 * time.Minute) } }
	stale := func(detail string) []checklist.Finding {
		return []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K11", Detail: detail, Hint: "what a container got in its environment stays: submit a new run"}}
	}
	for _, s := range []scenario{
		{
			name: "changed before", objects: bothObjects + pod("train", reads), prepare: func(ns kubetest.Namespace) { startedAt(ns, "train", time.Now().Add(time.Minute)) },
			want: []checklist.Finding{{State: checklist.Pass, Detail: "2 places in running containers with the present values"}},
		},
		{
			name: "a variable", objects: bothObjects + pod("train", variable("secretKeyRef", "flts-secrets", "MINIO_SECRET_KEY", "")), prepare: hourAgo, options: later,
			want: stale("Pod train: container main started before Secret flts-secrets changed 2 h ago, and reads it by environment"),
		},
		{
			name: "a file by subPath", objects: bothObjects + pod("train", "volumes: [{name: v, configMap: {name: flts-config}}], containers: [{name: main, image: x, volumeMounts: [{name: v, mountPath: /f, subPath: MINIO_ENDPOINT}]}]"), prepare: hourAgo,
			want: stale("Pod train: container main started before ConfigMap flts-config changed less than a minute ago, and reads it by subPath"),
		},
		{
			name: "files of a directory, which follow", objects: bothObjects + pod("train", mounts("{name: v, secret: {secretName: flts-secrets}}", "")), prepare: hourAgo,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "0 places in running containers with the present values"}},
		},
		{
			name: "another key, and a label", objects: bothObjects + pod("train", variable("configMapKeyRef", "flts-config", "MINIO_ENDPOINT", "")),
			prepare: func(ns kubetest.Namespace) {
				startedAt(ns, "train", time.Now())
				time.Sleep(1100 * time.Millisecond) // the API's times have seconds
				ns.Kubectl("patch", "configmap", "flts-config", "--type=merge", "-p", `{"data":{"ANOTHER":"x"}}`)
				ns.Kubectl("label", "configmap", "flts-config", "a=b")
			},
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 place in running containers with the present values"}},
		},
		{
			name: "the Secret may not be looked at", as: readersBut("secrets"), objects: bothObjects + pod("train", envFromSecret("flts-secrets", "")), prepare: hourAgo,
			want: []checklist.Finding{{
				State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get secrets flts-secrets in NS",
				Evidence: []string{"as far as could be seen: 1 place in running containers with the present values"}, Hint: "kubectl -n NS auth can-i get secrets/flts-secrets",
			}},
		},
	} {
		s.only = []string{"readers.stale"}
		t.Run(s.name, s.run)
	}
}

// A real pod of a real Deployment keeps its old environment until the fix replaces it.
func TestReadersStaleMended(t *testing.T) {
	t.Parallel()
	restart, status := "kubectl -n NS rollout restart deployment/serve", "kubectl -n NS rollout status deployment/serve --timeout=5m"
	scenario{
		only: []string{"readers.stale"},
		objects: bothObjects + `
apiVersion: apps/v1
kind: Deployment
metadata: {name: serve}
spec:
  selector: {matchLabels: {app: serve}}
  template:
    metadata: {labels: {app: serve}}
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: x, command: [sleep, infinity], envFrom: [{configMapRef: {name: flts-config}}]}]}
`,
		prepare: func(ns kubetest.Namespace) {
			ns.Node()
			ns.Kubectl("rollout", "status", "deployment/serve", "--timeout=1m")
			time.Sleep(1100 * time.Millisecond) // the API's times have seconds
			ns.Kubectl("patch", "configmap", "flts-config", "--type=merge", "-p", `{"data":{"MINIO_ENDPOINT":"other:9000"}}`)
		},
		want: []checklist.Finding{{
			State: checklist.Warn, Code: "FLTS-K11", Detail: "Deployment serve: container main started before ConfigMap flts-config changed less than a minute ago, and reads it by environment",
			Hint: restart, Fix: []checklist.Command{{Line: restart}, {Line: status}},
		}},
		mends: true,
	}.run(t)
}
