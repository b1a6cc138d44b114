package doctor_test

import (
	"strings"
	"testing"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// bothObjects are the ConfigMap and the Secret of the contract.
const bothObjects = `
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data: {MINIO_ENDPOINT: "minio:9000", MLFLOW_TRACKING_URI: "http://mlflow:5000"}
---
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
stringData: {MINIO_ACCESS_KEY: reader, MINIO_SECRET_KEY: canary-s3cret}
---
`

// reads is the container of one that reads both by envFrom.
const reads = `containers: [{name: main, image: train, envFrom: [{configMapRef: {name: flts-config}}, {secretRef: {name: flts-secrets}}]}]`

// deployment is one with a pod spec; no pod of it is made.
func deployment(name, spec string) string {
	return "{apiVersion: apps/v1, kind: Deployment, metadata: {name: " + name + "}, spec: {replicas: 0, selector: {matchLabels: {app: " + name + "}}, template: {metadata: {labels: {app: " + name + "}}, spec: {" + spec + "}}}}\n---\n"
}

func cronJob(name, spec string) string {
	return "{apiVersion: batch/v1, kind: CronJob, metadata: {name: " + name + "}, spec: {schedule: '0 0 1 1 *', suspend: true, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, " + spec + "}}}}}}\n---\n"
}

func statefulSet(name, spec string) string {
	return "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: " + name + "}, spec: {replicas: 0, serviceName: x, selector: {matchLabels: {app: " + name + "}}, template: {metadata: {labels: {app: " + name + "}}, spec: {" + spec + "}}}}\n---\n"
}

func job(name, spec string) string {
	return "{apiVersion: batch/v1, kind: Job, metadata: {name: " + name + "}, spec: {suspend: true, template: {spec: {restartPolicy: Never, " + spec + "}}}}\n---\n"
}

func pod(name, spec string) string {
	return "{apiVersion: v1, kind: Pod, metadata: {name: " + name + "}, spec: {" + spec + "}}\n---\n"
}

// mounts is a container that mounts a volume.
func mounts(volume, security string) string {
	return "volumes: [" + volume + "], containers: [{name: main, image: train, securityContext: {" + security + "}, volumeMounts: [{name: v, mountPath: /etc/flts/secrets}]}]"
}

// workflowKinds are those of Argo, as far as the API has to know them.
func workflowKinds() string {
	var all []string
	for _, kind := range []string{"Workflow", "WorkflowTemplate", "CronWorkflow"} {
		all = append(all, strings.ReplaceAll(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: LOWERs.argoproj.io}
spec:
  group: argoproj.io
  scope: Namespaced
  names: {kind: KIND, plural: LOWERs, singular: LOWER}
  versions: [{name: v1alpha1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
`, "LOWER", strings.ToLower(kind)))
		all[len(all)-1] = strings.ReplaceAll(all[len(all)-1], "KIND", kind)
	}
	return strings.Join(all, "---\n")
}

// haveArgo installs the kinds of Argo in the cluster.
func haveArgo(ns kubetest.Namespace) {
	ns.Apply(workflowKinds())
	ns.Eventually("True True True", "get", "crd", "workflows.argoproj.io", "workflowtemplates.argoproj.io", "cronworkflows.argoproj.io",
		"-o", `jsonpath={.items[*].status.conditions[?(@.type=="Established")].status}`)
}

func workflow(kind, name, phase, spec string) string {
	if kind == "CronWorkflow" {
		spec = "schedule: '0 0 1 1 *', workflowSpec: {" + spec + "}"
	}
	return "{apiVersion: argoproj.io/v1alpha1, kind: " + kind + ", metadata: {name: " + name + "}, spec: {" + spec + "}, status: {phase: '" + phase + "'}}\n---\n"
}

const argoReads = `entrypoint: main, volumes: [{name: v, secret: {secretName: flts-secrets}}], templates: [{name: dag, dag: {tasks: []}},
	{name: main, container: {image: train, envFrom: [{configMapRef: {name: flts-config}}], volumeMounts: [{name: v, mountPath: /s}]}}]`

func TestReadersFound(t *testing.T) {
	for _, s := range []scenario{
		{
			name: "owners stand for their pods",
			objects: bothObjects + deployment("train", reads) + deployment("serve", reads) + cronJob("nightly", reads) + job("once", reads) + statefulSet("store", reads) +
				pod("alone", reads) + pod("other", "containers: [{name: main, image: x}]"),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "read by 1 CronJob, 2 Deployments, 1 Job, 1 pod, 1 StatefulSet"}},
		},
		{
			name:    "each by somebody else",
			objects: bothObjects + deployment("a", "containers: [{name: main, image: x, envFrom: [{configMapRef: {name: flts-config}}]}]") + deployment("b", mounts("{name: v, secret: {secretName: flts-secrets}}", "")),
			want:    []checklist.Finding{{State: checklist.Pass, Detail: "read by 2 Deployments"}},
		},
		{
			name: "by workflows",
			prepare: func(ns kubetest.Namespace) {
				haveArgo(ns)
				ns.Apply(workflow("Workflow", "run-1", "Running", argoReads) + workflow("Workflow", "run-0", "Succeeded", argoReads) + workflow("WorkflowTemplate", "t", "", argoReads) + workflow("CronWorkflow", "c", "", argoReads))
			},
			want: []checklist.Finding{{State: checklist.Pass, Detail: "read by 1 CronWorkflow, 1 Workflow, 1 WorkflowTemplate, and by 1 Workflow that ended"}},
		},
		{
			name: "by a pod that got more than its template says", objects: bothObjects + statefulSet("store", "containers: [{name: main, image: x}]"),
			prepare: func(ns kubetest.Namespace) {
				owner := "ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: store, controller: true, uid: " + ns.Kubectl("get", "statefulset", "store", "-o", "jsonpath={.metadata.uid}") + "}]"
				ns.Apply(strings.Replace(pod("store-0", reads), "name: store-0", "name: store-0, "+owner, 1))
			},
			want: []checklist.Finding{{State: checklist.Pass, Detail: "read by 1 StatefulSet"}},
		},
		{
			name:    "by a pod that ended",
			objects: bothObjects + pod("done", reads),
			prepare: func(ns kubetest.Namespace) { ns.Status("pod", "done", `{"phase":"Succeeded"}`) },
			want:    []checklist.Finding{{State: checklist.Pass, Detail: "read by 1 pod that ended"}},
		},
		{
			name: "by nobody",
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-K30", Detail: "nothing in NS reads ConfigMap flts-config or Secret flts-secrets",
				Hint: "kubectl -n NS set env deployment/NAME --from=configmap/flts-config",
			}},
		},
		{
			name:    "the Secret by nobody",
			objects: bothObjects + deployment("a", "containers: [{name: main, image: x, envFrom: [{configMapRef: {name: flts-config}}]}]"),
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-K30", Detail: "nothing in NS reads Secret flts-secrets; the other one is read by 1 Deployment",
				Hint: "kubectl -n NS set env deployment/NAME --from=secret/flts-secrets",
			}},
		},
		{
			name: "nobody whom we may see", as: readersBut("cronjobs"),
			want: []checklist.Finding{{
				State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list cronjobs.batch in NS",
				Evidence: []string{"as far as could be seen: nothing in NS reads ConfigMap flts-config or Secret flts-secrets"},
				Hint:     "kubectl -n NS auth can-i list cronjobs.batch",
			}},
		},
		{
			name: "somebody, and others we may not see", as: readersBut("cronjobs"), objects: bothObjects + deployment("train", reads),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "read by 1 Deployment"}},
		},
	} {
		s.only = []string{"readers.found"}
		t.Run(s.name, s.run)
	}
}

// readersBut are the rights that the checks of readers need, without one.
func readersBut(without string) string {
	var rules []string
	for _, rule := range []struct{ group, resources, verbs string }{
		{"", "pods", "list"},
		{"", "events", "list"},
		{"", "configmaps", "get, list"},
		{"", "secrets", "list"},
		{"apps", "deployments", "list"},
		{"apps", "statefulsets", "list"},
		{"batch", "cronjobs", "list"},
		{"batch", "jobs", "list"},
		{"argoproj.io", "workflows", "list"},
		{"argoproj.io", "workflowtemplates", "list"},
		{"argoproj.io", "cronworkflows", "list"},
	} {
		if rule.resources != without {
			rules = append(rules, "- {apiGroups: ['"+rule.group+"'], resources: ["+rule.resources+"], verbs: ["+rule.verbs+"]}\n")
		}
	}
	return strings.Join(rules, "")
}

// Who may see nothing gets no pass, and who may see some gets no more than that.
func TestReadersDenied(t *testing.T) {
	s := scenario{as: " ", objects: bothObjects + deployment("train", reads), only: []string{"readers.*", "pods.*"}}
	for range 7 {
		s.want = append(s.want, checklist.Finding{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list deployments.apps in NS", Hint: "kubectl -n NS auth can-i list deployments.apps"})
	}
	s.want = append(s.want, s.want[0])
	t.Run("everything", s.run)
	for _, without := range []string{"pods", "deployments", "workflows"} {
		s := scenario{as: readersBut(without), objects: bothObjects + deployment("train", reads), prepare: haveArgo}
		ns := kubetest.New(t)
		haveArgo(ns)
		ns.Apply(s.objects)
		for _, r := range s.examine(t, ns, ns.Reader("examiner", s.as)).Results {
			if strings.HasPrefix(r.ID, "readers.") && r.ID != "readers.found" && r.State == checklist.Pass {
				t.Errorf("without %s, %s passes: %s", without, r.ID, r.Detail)
			}
		}
	}
}

func TestReadersSubPath(t *testing.T) {
	for _, s := range []scenario{
		{
			name: "a directory", objects: bothObjects + deployment("train", mounts("{name: v, secret: {secretName: flts-secrets}}", "")),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "no subPath"}},
		},
		{
			name: "one file", objects: bothObjects + deployment("train", "volumes: [{name: v, secret: {secretName: flts-secrets}}], containers: [{name: main, image: x, volumeMounts: [{name: v, mountPath: /etc/key, subPath: MINIO_SECRET_KEY}]}]"),
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-S08", Detail: "Deployment train: container main mounts Secret flts-secrets by subPath at /etc/key, which never updates",
				Hint: "mount the directory and delete subPath: kubectl -n NS explain pod.spec.containers.volumeMounts",
			}},
		},
	} {
		s.only = []string{"readers.subpath"}
		t.Run(s.name, s.run)
	}
}
