package doctor_test

import (
	"testing"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// variable is a container with a variable from a key: "secretKeyRef", "configMapKeyRef".
func variable(from, object, key, more string) string {
	return "containers: [{name: main, image: train, env: [{name: VALUE, valueFrom: {" + from + ": {name: " + object + ", key: " + key + more + "}}}]}]"
}

// envFromSecret is a container with all of a Secret.
func envFromSecret(name, more string) string {
	return "containers: [{name: main, image: train, envFrom: [{secretRef: {name: " + name + more + "}}]}]"
}

func TestReadersMissing(t *testing.T) {
	t.Parallel()
	explains := []string{"FLTS-K36"}
	for _, s := range []scenario{
		{
			name: "nothing", objects: bothObjects + deployment("train", reads) + cronJob("nightly", variable("secretKeyRef", "flts-secrets", "MINIO_SECRET_KEY", "")),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "3 references, nothing is missing"}},
		},
		{
			name: "a Secret", objects: bothObjects + deployment("serve", envFromSecret("gateway", "")) + deployment("train", mounts("{name: v, secret: {secretName: gateway}}", "")) +
				pod("fine", reads) + deployment("unmounted", "volumes: [{name: v, secret: {secretName: none}}], containers: [{name: main, image: x}]"),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K31", Detail: "Deployment serve: there is no Secret gateway (envFrom of container main); 1 more below",
				Evidence: []string{
					"Deployment serve: there is no Secret gateway (envFrom of container main)",
					"Deployment train: there is no Secret gateway (volume v at /etc/flts/secrets of container main)",
				},
				Hint: "kubectl get secret -A --field-selector metadata.name=gateway", Explains: explains,
			}},
		},
		{
			name: "a ConfigMap, for many pods, and a key", objects: bothObjects + pod("a", "containers: [{name: main, image: x, envFrom: [{configMapRef: {name: settings}}]}]") +
				pod("b", "containers: [{name: main, image: x, envFrom: [{configMapRef: {name: settings}}]}]") + pod("c", variable("secretKeyRef", "flts-secrets", "GATEWAY_TOKEN", "")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K31", Detail: "Pod a and 1 more: there is no ConfigMap settings (envFrom of container main)",
				Evidence: []string{
					"Pod a and 1 more: there is no ConfigMap settings (envFrom of container main)",
					"Pod c: Secret flts-secrets has no key GATEWAY_TOKEN (variable VALUE of container main)",
				},
				Hint: "kubectl get configmap -A --field-selector metadata.name=settings", Explains: explains,
			}},
		},
		{
			name: "a key of a Secret", objects: bothObjects + deployment("train", variable("secretKeyRef", "flts-secrets", "GATEWAY_TOKEN", "")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K32", Detail: "Deployment train: Secret flts-secrets has no key GATEWAY_TOKEN (variable VALUE of container main)", Explains: explains,
				Hint: hint.PatchSecretOf("kubectl -n NS", "flts-secrets", "GATEWAY_TOKEN") + "   (then type the value of GATEWAY_TOKEN)",
				Fix:  []checklist.Command{{Line: hint.PatchSecretOf("kubectl -n NS", "flts-secrets", "GATEWAY_TOKEN"), Input: "the value of GATEWAY_TOKEN"}},
			}},
			mends: true, typed: "a-token\n",
		},
		{
			name: "a key of a ConfigMap", objects: bothObjects + statefulSet("train", mounts("{name: v, configMap: {name: flts-config, items: [{key: settings.yaml, path: a}]}}", "")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K32", Detail: "StatefulSet train: ConfigMap flts-config has no key settings.yaml (volume v at /etc/flts/secrets of container main)", Explains: explains,
				Hint: `read -r V; [ "$V" ] && kubectl create configmap flts-config --from-literal=settings.yaml="$V" --dry-run=client -o json | kubectl -n NS patch configmap flts-config --type=merge --patch-file /dev/stdin   (then type the value of settings.yaml)`,
				Fix: []checklist.Command{{
					Line:  `read -r V; [ "$V" ] && kubectl create configmap flts-config --from-literal=settings.yaml="$V" --dry-run=client -o json | kubectl -n NS patch configmap flts-config --type=merge --patch-file /dev/stdin`,
					Input: "the value of settings.yaml",
				}},
			}},
			mends: true, typed: "lr: \"0.1\" # $HOME\n",
		},
		{
			name: "a key that has nearly that name", objects: bothObjects + "{apiVersion: v1, kind: Secret, metadata: {name: gateway}, stringData: {apitokens: canary-t0ken}}\n---\n" + job("once", variable("secretKeyRef", "gateway", "api_tokens", "")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K32", Detail: "Job once: Secret gateway has no key api_tokens (variable VALUE of container main), it has apitokens", Explains: explains,
				Hint: `kubectl -n NS patch secret gateway --type=json -p '[{"op":"copy","from":"/data/apitokens","path":"/data/api_tokens"}]'`,
				Fix:  []checklist.Command{{Line: `kubectl -n NS patch secret gateway --type=json -p '[{"op":"copy","from":"/data/apitokens","path":"/data/api_tokens"}]'`}},
			}},
			mends: true,
		},
		{
			name: "a key that is the contract's under another name", objects: bothObjects + job("once", variable("secretKeyRef", "flts-secrets", "MINIO_SECRETKEY", "")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K32", Detail: "Job once: Secret flts-secrets has no key MINIO_SECRETKEY (variable VALUE of container main), it has MINIO_SECRET_KEY", Explains: explains,
				Hint: `kubectl -n NS patch secret flts-secrets --type=json -p '[{"op":"copy","from":"/data/MINIO_SECRET_KEY","path":"/data/MINIO_SECRETKEY"}]'`,
			}},
		},
		{
			name:    "a key of the contract that is there under another name, which its own check moves",
			objects: "{apiVersion: v1, kind: Secret, metadata: {name: flts-secrets}, stringData: {MINIO_SECRETKEY: canary-s3cret}}\n---\n" + job("once", variable("secretKeyRef", "flts-secrets", "MINIO_SECRET_KEY", "")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K32", Detail: "Job once: Secret flts-secrets has no key MINIO_SECRET_KEY (variable VALUE of container main), it has MINIO_SECRETKEY", Explains: explains,
				Hint: "kubectl -n NS describe secret flts-secrets",
			}},
		},
		{
			name: "a credential that is looked for in the ConfigMap", objects: bothObjects + deployment("train", variable("configMapKeyRef", "flts-config", "MINIO_SECRET_KEY", "")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K32", Detail: "Deployment train: ConfigMap flts-config has no key MINIO_SECRET_KEY (variable VALUE of container main)", Explains: explains,
				Hint: "kubectl -n NS describe configmap flts-config",
			}},
		},
		{
			name: "the login to a registry", objects: bothObjects + deployment("train", "imagePullSecrets: [{name: registry}], "+reads),
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-K37", Detail: "Deployment train: there is no Secret registry (imagePullSecrets)",
				Hint: "kubectl -n NS get secrets --field-selector type=kubernetes.io/dockerconfigjson",
			}},
		},
		{
			name: "for a pod that runs and for one that ended", objects: bothObjects + pod("running", envFromSecret("gone", "")) + pod("done", envFromSecret("gone", "")),
			prepare: func(ns kubetest.Namespace) {
				ns.Status("pod", "running", `{"phase":"Running","containerStatuses":[{"name":"main","image":"x","imageID":"","ready":true,"restartCount":0,"state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]}`)
				ns.Status("pod", "done", `{"phase":"Failed"}`)
			},
			want: []checklist.Finding{{State: checklist.Pass, Detail: "0 references, nothing is missing"}},
		},
		{
			name: "from a workflow", objects: bothObjects, prepare: func(ns kubetest.Namespace) {
				haveArgo(ns)
				ns.Apply(workflow("WorkflowTemplate", "t", "", `entrypoint: main, templates: [{name: main, script: {image: x, source: "", env: [{name: A, valueFrom: {secretKeyRef: {name: gateway, key: token}}}]}}]`))
			},
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K31", Detail: "WorkflowTemplate t: there is no Secret gateway (variable A of container main)", Explains: explains,
				Hint: "kubectl get secret -A --field-selector metadata.name=gateway",
			}},
		},
		{
			name: "keys without a record", objects: bothObjects + deployment("train", variable("secretKeyRef", "flts-secrets", "MINIO_SECRET_KEY", "")),
			prepare: func(ns kubetest.Namespace) {
				ns.Kubectl("patch", "secret", "flts-secrets", "--type=json", "-p", `[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]`)
			},
			want: []checklist.Finding{{
				State: checklist.Unknown, Detail: "the keys of Secret flts-secrets are not recorded in its metadata, and its values are not read for that",
				Evidence: []string{"as far as could be seen: 1 reference, nothing is missing"},
			}},
		},
		{
			name: "Secrets that may not be listed", as: readersBut("secrets"), objects: bothObjects + deployment("train", envFromSecret("gateway", "")),
			want: []checklist.Finding{{
				State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list secrets in NS", Evidence: []string{"as far as could be seen: 1 reference, nothing is missing"},
				Hint: "kubectl -n NS auth can-i list secrets",
			}},
		},
		{
			name: "Secrets that may be got by name", as: readersBut("secrets") + "- {apiGroups: [''], resources: [secrets], resourceNames: [flts-secrets], verbs: [get]}\n",
			objects: bothObjects + deployment("train", variable("secretKeyRef", "flts-secrets", "MINIO_SECRET_KEY", "")),
			want:    []checklist.Finding{{State: checklist.Pass, Detail: "1 reference, nothing is missing"}},
		},
	} {
		s.only = []string{"readers.missing"}
		t.Run(s.name, s.run)
	}
}

func TestReadersOptional(t *testing.T) {
	for _, s := range []scenario{
		{
			name: "what is optional is there", objects: bothObjects + deployment("train", envFromSecret("flts-secrets", ", optional: true")),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 optional reference, nothing is missing"}},
		},
		{
			name: "what others leave out", objects: bothObjects + deployment("train", envFromSecret("another", ", optional: true")),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "0 optional references, nothing is missing"}},
		},
		{
			name: "an object, a misspelt one and a key",
			objects: "{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}}\n---\n" + deployment("a", envFromSecret("flts-secrets", ", optional: true")) + deployment("b", envFromSecret("flts-secret", ", optional: true")) +
				deployment("c", variable("configMapKeyRef", "flts-config", "MINIO_ENDPOINT", ", optional: true")) + deployment("d", "containers: [{name: main, image: x, env: [{name: MINIO_SECRET_KEY, valueFrom: {secretKeyRef: {name: another, key: k, optional: true}}}]}]"),
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-K33", Detail: "Deployment a: there is no Secret flts-secrets (envFrom of container main), and as that is optional a default is used; 3 more below",
				Evidence: []string{
					"Deployment a: there is no Secret flts-secrets (envFrom of container main), and as that is optional a default is used",
					"Deployment b: there is no Secret flts-secret (envFrom of container main), and as that is optional a default is used",
					"Deployment c: ConfigMap flts-config has no key MINIO_ENDPOINT (variable VALUE of container main), and as that is optional a default is used",
					"Deployment d: there is no Secret another (variable MINIO_SECRET_KEY of container main), and as that is optional a default is used",
				},
				Hint: "kubectl -n NS get configmaps,secrets",
			}},
		},
	} {
		s.only = []string{"readers.optional"}
		t.Run(s.name, s.run)
	}
}
