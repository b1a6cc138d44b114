package cluster_test

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// podObjects is what the pods of these tests read.
const podObjects = `
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data: {MINIO_ENDPOINT: "minio:9000", MINIO_SECURE: "false", "1.bad": odd, both: from config, lines: "a\nb\n", empty: ""}
binaryData: {blob: AAEC/w==}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: more}
data: {MINIO_ENDPOINT: "other:9000", MORE: "1"}
---
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
stringData: {MINIO_SECRET_KEY: "canary-9f3b$(POD)$$", both: from secret, dir: x}
---
apiVersion: v1
kind: Service
metadata: {name: minio-service}
spec: {ports: [{name: api, port: 9000}, {name: con-sole, port: 9001}]}
---
apiVersion: v1
kind: Service
metadata: {name: dns}
spec: {ports: [{port: 53, protocol: UDP}]}
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None, ports: [{port: 80}]}
`

// podForm is a pod that the real kubelet runs.
const podForm = `
apiVersion: v1
kind: Pod
metadata: {name: NAME, labels: {app: train, tier/x: quote}, annotations: {note: "two \"words\""}}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  POD
  containers: [{name: main, image: task, command: [sleep, infinity], CONTAINER}]
`

// What the containers have is what was computed, variable by variable and file by file.
func TestEnvironmentAsTheKubeletMakesIt(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(podObjects)
	ns.Node()
	const noLinks = "enableServiceLinks: false"
	forms := []struct{ name, pod, container string }{
		{"nothing", noLinks, ""},
		{"links", "", ""},
		{"spec", noLinks, `env: [{name: A, value: x}, {name: EMPTY}, {name: B, value: " b\n"}]`},
		{"twice", noLinks, `env: [{name: A, value: first}, {name: A, value: second}]`},
		{"envfrom", noLinks, `envFrom: [{configMapRef: {name: flts-config}}]`},
		{"envfrom-secret", noLinks, `envFrom: [{secretRef: {name: flts-secrets}}]`},
		{"prefix", noLinks, `envFrom: [{prefix: FLTS_FROM_CONFIGMAP_, configMapRef: {name: flts-config}}, {prefix: FLTS_FROM_SECRET_, secretRef: {name: flts-secrets}}]`},
		{"later-wins", noLinks, `envFrom: [{configMapRef: {name: flts-config}}, {configMapRef: {name: more}}]`},
		{"later-wins-too", noLinks, `envFrom: [{configMapRef: {name: more}}, {secretRef: {name: flts-secrets}}, {configMapRef: {name: flts-config}}]`},
		{"env-wins", noLinks, `env: [{name: MINIO_ENDPOINT, value: mine}], envFrom: [{configMapRef: {name: flts-config}}]`},
		{"env-empty-wins", noLinks, `env: [{name: MINIO_ENDPOINT, value: ""}], envFrom: [{configMapRef: {name: flts-config}}]`},
		{"optional-object", noLinks, `envFrom: [{configMapRef: {name: none, optional: true}}, {secretRef: {name: none, optional: true}}], env: [{name: A, valueFrom: {secretKeyRef: {name: none, key: k, optional: true}}}]`},
		{"optional-key", noLinks, `envFrom: [{configMapRef: {name: flts-config}}], env: [{name: MINIO_ENDPOINT, valueFrom: {configMapKeyRef: {name: more, key: none, optional: true}}}]`},
		{"key-refs", noLinks, `env: [{name: A, valueFrom: {configMapKeyRef: {name: flts-config, key: "1.bad"}}}, {name: B, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_SECRET_KEY}}}, {name: C, valueFrom: {configMapKeyRef: {name: flts-config, key: empty}}}]`},
		{"expansion", noLinks, `env: [{name: A, value: a}, {name: B, value: "<$(A)> $$(A) $(LATER) $(A $A $ $$ $(MINIO_ENDPOINT) $"}, {name: LATER, value: l}, {name: C, value: "$(B)$(C)$()"}]`},
		{"expansion-envfrom", noLinks, `envFrom: [{configMapRef: {name: flts-config}}], env: [{name: URL, value: "http://$(MINIO_ENDPOINT)/$(1.bad)"}]`},
		{"expansion-secret", noLinks, `env: [{name: S, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_SECRET_KEY}}}, {name: URL, value: "http://u:$(S)@h"}]`},
		{"expansion-links", "", `env: [{name: URL, value: "http://$(MINIO_SERVICE_SERVICE_HOST):$(MINIO_SERVICE_SERVICE_PORT_API) $(HEADLESS_SERVICE_HOST)"}]`},
		{"links-lose", "", `env: [{name: DNS_PORT, value: mine}], envFrom: [{configMapRef: {name: flts-config}}]`},
		{"fields", noLinks, `env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}, {name: C, valueFrom: {fieldRef: {fieldPath: metadata.uid}}},
			{name: D, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}, {name: E, valueFrom: {fieldRef: {fieldPath: "metadata.annotations['note']"}}}, {name: F, valueFrom: {fieldRef: {fieldPath: "metadata.labels['none']"}}}]`},
		{"fields-of-the-node", noLinks, `env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}, {name: B, valueFrom: {fieldRef: {fieldPath: status.podIP}}}, {name: C, valueFrom: {fieldRef: {fieldPath: status.hostIP}}},
			{name: D, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}, {name: E, valueFrom: {fieldRef: {fieldPath: status.podIPs}}}, {name: F, valueFrom: {fieldRef: {fieldPath: status.hostIPs}}}]`},
		{"resources", noLinks, `resources: {limits: {cpu: 150m, memory: 100Mi}, requests: {memory: 50M}}, env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}, {name: A1, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}, {name: B, valueFrom: {resourceFieldRef: {resource: limits.memory}}},
			{name: C, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}, {name: D, valueFrom: {resourceFieldRef: {resource: requests.memory, divisor: 1M}}}, {name: E, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}},
			{name: F, valueFrom: {resourceFieldRef: {resource: limits.ephemeral-storage}}}, {name: G, valueFrom: {resourceFieldRef: {resource: requests.ephemeral-storage}}}]`},

		{"volume", noLinks + "\n  volumes: [{name: v, configMap: {name: flts-config}}]", `volumeMounts: [{name: v, mountPath: /data/v}]`},
		{"volume-secret", noLinks + "\n  volumes: [{name: v, secret: {secretName: flts-secrets, defaultMode: 0400}}]", `volumeMounts: [{name: v, mountPath: /data/v/}]`},
		{"items", noLinks + "\n  volumes: [{name: v, secret: {secretName: flts-secrets, items: [{key: dir, path: a/b/c, mode: 0440}, {key: both, path: d}]}}]", `volumeMounts: [{name: v, mountPath: /data/v}]`},
		{"optional-item", noLinks + "\n  volumes: [{name: v, configMap: {name: flts-config, optional: true, items: [{key: none, path: none}, {key: blob, path: some}]}}, {name: w, secret: {secretName: none, optional: true}}]", `volumeMounts: [{name: v, mountPath: /data/v}, {name: w, mountPath: /data/w}]`},
		{"subpath", noLinks + "\n  volumes: [{name: v, configMap: {name: flts-config}}]", `volumeMounts: [{name: v, mountPath: /data/one, subPath: MINIO_ENDPOINT}, {name: v, mountPath: /data/two, subPath: none}]`},
		{"subpath-directory", noLinks + "\n  volumes: [{name: v, secret: {secretName: flts-secrets, items: [{key: dir, path: a/b}, {key: both, path: ab}]}}]", `volumeMounts: [{name: v, mountPath: /data/v, subPath: a}]`},
		{"subpath-expr", noLinks + "\n  volumes: [{name: v, configMap: {name: flts-config}}]", `env: [{name: KEY, value: MINIO_SECURE}], volumeMounts: [{name: v, mountPath: /data/one, subPathExpr: $(KEY)}]`},
		{"projected", noLinks + "\n  volumes: [{name: v, projected: {defaultMode: 0640, sources: [{configMap: {name: flts-config}}, {secret: {name: flts-secrets, items: [{key: MINIO_SECRET_KEY, path: k, mode: 0400}]}}, {configMap: {name: none, optional: true}}]}}]", `volumeMounts: [{name: v, mountPath: /data/v}]`},
		{"projected-over", noLinks + "\n  volumes: [{name: v, projected: {sources: [{configMap: {name: flts-config}}, {secret: {name: flts-secrets}}]}}]", `volumeMounts: [{name: v, mountPath: /data/v}]`},
		{"downward", noLinks + "\n  volumes: [{name: v, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: x/name, fieldRef: {fieldPath: metadata.name}}, {path: memory, resourceFieldRef: {containerName: main, resource: requests.memory, divisor: 1Ki}}]}}]", `resources: {requests: {memory: 3Mi}}, volumeMounts: [{name: v, mountPath: /data/v}]`},
		{"fsgroup", noLinks + "\n  securityContext: {fsGroup: 2000}\n  volumes: [{name: v, secret: {secretName: flts-secrets, defaultMode: 0400}}, {name: w, configMap: {name: flts-config}}]", `volumeMounts: [{name: v, mountPath: /data/v}, {name: w, mountPath: /data/w}]`},
		{"account", noLinks, `volumeMounts: []`},
	}
	var pods []string
	for _, f := range forms {
		pods = append(pods, strings.NewReplacer("NAME", f.name, "POD", f.pod, "CONTAINER", f.container).Replace(podForm))
	}
	// The server's side of apply refuses a variable that is there twice; create does not.
	_, err := ns.Cluster.Kubectl(t.Context(), ns.Admin(), strings.Join(pods, "---"), "create", "--namespace", ns.Name, "-f", "-")
	require.NoError(t, err)
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			comparePod(t, kubetest.Namespace{Cluster: ns.Cluster, T: t, Name: ns.Name}, f.name)
		})
	}
}

// comparePod compares the container of a pod with what is computed of it.
func comparePod(t *testing.T, ns kubetest.Namespace, name string) {
	t.Helper()
	ns.Eventually("Running", "get", "pod", name, "-o", "jsonpath={.status.phase}{.status.message}")
	api, err := cluster.Open(kubetest.Config(t, ns.Admin()))
	require.NoError(t, err)
	view := cluster.NewView(api)
	pod, err := view.Pod(t.Context(), ns.Name, name)
	require.NoError(t, err)
	c := cluster.ContainerOf(pod, "main")
	env := view.Environment(t.Context(), pod, c)
	files := view.Files(t.Context(), pod, c, &env)
	require.Empty(t, env.Missing)
	require.Empty(t, env.Unseen)
	require.Empty(t, files.Missing)

	require.Equal(t, variablesIn(t, ns, name, env), computedVariables(env))
	require.Equal(t, filesIn(t, ns, name, files), computedFiles(files))
}

func computedVariables(env cluster.Environment) []string {
	var all []string
	for _, v := range env.Variables {
		if v.Err == nil {
			all = append(all, v.Name+"="+v.Value.Reveal())
		}
	}
	slices.Sort(all)
	return all
}

// variablesIn is the environment of the container, without what the image of the test
// node sets and what was said to be unknown.
func variablesIn(t *testing.T, ns kubetest.Namespace, pod string, env cluster.Environment) []string {
	t.Helper()
	var all []string
	for entry := range strings.SplitSeq(strings.TrimSuffix(ns.Kubectl("exec", pod, "--", "cat", "/proc/1/environ"), "\x00"), "\x00") {
		name, _, _ := strings.Cut(entry, "=")
		if v, have := env.Of(name); have && v.Err != nil || !have && slices.Contains([]string{"PATH", "HOME", "HOSTNAME"}, name) {
			continue
		}
		all = append(all, entry)
	}
	slices.Sort(all)
	return all
}

// accountDir is where every pod has the token of its service account.
const accountDir = "/var/run/secrets/kubernetes.io/serviceaccount"

func computedFiles(files cluster.Files) []string {
	var all []string
	for _, f := range files.Files {
		content, mode := base64.StdEncoding.EncodeToString([]byte(f.Data.Reveal())), fmt.Sprintf("%o", f.Mode)
		if f.Err != nil {
			content, mode = "?", "?"
		}
		all = append(all, f.Path+" "+mode+" "+content)
	}
	return all
}

// filesIn lists the files in the mounts of the container, by the paths that lead there
// without the kubelet's own links.
func filesIn(t *testing.T, ns kubetest.Namespace, pod string, files cluster.Files) []string {
	t.Helper()
	list := ns.Kubectl("exec", pod, "--", "sh", "-c",
		`for d in /data `+accountDir+`; do [ -e $d ] || continue; find -L $d -type f -not -path '*/..*' | while read -r f; do echo "$f $(stat -Lc %a "$f") $(base64 -w0 "$f")"; done; done`)
	var all []string
	for line := range strings.Lines(list) {
		line = strings.TrimSuffix(line, "\n")
		name, _, _ := strings.Cut(line, " ")
		if f, have := files.Of(name); have && f.Err != nil {
			line = name + " ? ?"
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

// What may not be seen is no value: the variables that could be in it are unknown, and
// those that are above it are known.
func TestEnvironmentThatMayNotBeSeen(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(podObjects)
	ns.Apply(`
apiVersion: v1
kind: Pod
metadata: {name: task}
spec:
  volumes: [{name: v, secret: {secretName: flts-secrets}}, {name: w, secret: {secretName: flts-secrets, items: [{key: dir, path: d}]}}, {name: x, emptyDir: {}}]
  automountServiceAccountToken: false
  containers:
  - name: main
    image: task
    envFrom: [{configMapRef: {name: flts-config}}, {secretRef: {name: flts-secrets}}, {configMapRef: {name: more}}, {configMapRef: {name: none}}]
    env:
    - {name: A, value: "$(MINIO_ENDPOINT) $(both)"}
    - {name: B, value: "$(MINIO_ENDPOINT)"}
    - {name: C, valueFrom: {secretKeyRef: {name: flts-secrets, key: dir}}}
    - {name: D, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - {name: E, valueFrom: {configMapKeyRef: {name: more, key: gone}}}
    volumeMounts: [{name: v, mountPath: /v}, {name: w, mountPath: /w}, {name: x, mountPath: /x}]
`)
	api, err := cluster.Open(kubetest.Config(t, ns.Reader("reader", `- {apiGroups: [""], resources: [pods, configmaps], verbs: [get]}`)))
	require.NoError(t, err)
	view := cluster.NewView(api)
	pod, err := view.Pod(t.Context(), ns.Name, "task")
	require.NoError(t, err)
	c := cluster.ContainerOf(pod, "main")
	env := view.Environment(t.Context(), pod, c)
	files := view.Files(t.Context(), pod, c, &env)

	var got []string
	for _, v := range env.Variables {
		if strings.HasPrefix(v.Name, "KUBERNETES_") {
			continue
		}
		text := v.Name + "=" + v.Value.Reveal() + " from " + v.Origin.String()
		if v.Err != nil {
			text = v.Name + " unknown: " + v.Err.Error()
		}
		if u, may := env.May(v.Name); may {
			text += ", unless " + u.Origin.String()
		}
		got = append(got, ns.Out(text))
	}
	require.Equal(t, []string{
		"1.bad=odd from ConfigMap flts-config key 1.bad, unless Secret flts-secrets",
		"A unknown: may not get secrets flts-secrets in NS",
		"B=other:9000 from spec",
		"C unknown: may not get secrets flts-secrets in NS",
		"D unknown: it is known once the pod is on a node",
		"MINIO_ENDPOINT=other:9000 from ConfigMap more key MINIO_ENDPOINT",
		"MINIO_SECURE=false from ConfigMap flts-config key MINIO_SECURE, unless Secret flts-secrets",
		"MORE=1 from ConfigMap more key MORE",
		"both=from config from ConfigMap flts-config key both, unless Secret flts-secrets",
		"empty= from ConfigMap flts-config key empty, unless Secret flts-secrets",
		"lines=a\nb\n from ConfigMap flts-config key lines, unless Secret flts-secrets",
	}, got)
	require.Equal(t, []cluster.Missing{
		{Origin: cluster.Origin{Kind: "ConfigMap", Name: "none"}, Where: "envFrom"},
		{Origin: cluster.Origin{Kind: "ConfigMap", Name: "more", Key: "gone"}, Where: "env E"},
	}, env.Missing)
	link, may := env.May("MINIO_PORT")
	require.True(t, may)
	require.Equal(t, "Secret flts-secrets", link.Origin.String())

	require.Empty(t, files.Missing)
	require.Len(t, files.Files, 1)
	require.Equal(t, "/w/d", files.Files[0].Path)
	require.True(t, cluster.Is(files.Files[0].Err, cluster.Denied))
	require.Equal(t, fs.FileMode(0o644), files.Files[0].Mode)
	require.Len(t, files.Mounts, 3)
	require.True(t, cluster.Is(files.Mounts[0].Err, cluster.Denied))
	require.NoError(t, files.Mounts[1].Err)
	require.True(t, files.Mounts[2].Foreign)
	for _, v := range env.Variables {
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", v, v, v), "other:9000")
	}
}

func FuzzExpand(f *testing.F) {
	for _, text := range []string{"", "$", "$$", "$(A)", "$(A", "$()", "a$(B)b$$(C)$x", "$$$(A)$(", "$(A)$(A)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		require.Equal(t, kubeletExpand(text), cluster.Expand(text, map[string]string{"A": "$(B)", "B": ""}))
	})
}

// kubeletExpand goes through the text byte by byte, as the specification of the
// expansion has it.
func kubeletExpand(text string) string {
	known := map[string]string{"A": "$(B)", "B": ""}
	out := ""
	for i := 0; i < len(text); i++ {
		if text[i] != '$' || i+1 == len(text) {
			out += text[i : i+1]
			continue
		}
		i++
		switch text[i] {
		case '$':
			out += "$"
		case '(':
			end := strings.IndexByte(text[i:], ')')
			if end < 0 {
				out += "$("
				continue
			}
			name := text[i+1 : i+end]
			if v, ok := known[name]; ok {
				out += v
			} else {
				out += "$(" + name + ")"
			}
			i += end
		default:
			out += "$" + text[i:i+1]
		}
	}
	return out
}
