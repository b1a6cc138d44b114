package teststack_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// One cluster serves all of it; each case has a node of its own.
func TestNode(t *testing.T) {
	c := startKubernetes(t)
	programs := []string{buildFltsRun(t), c.KubectlPath()}
	for name, test := range map[string]func(cluster){
		"environment":         environmentAsTheKubeletMakesIt,
		"volumes":             volumesAsTheKubeletMakesThem,
		"missing ConfigMap":   missingConfigMapIsSaid,
		"missing key":         missingKeyIsSaid,
		"missing volume":      missingVolumeIsSaid,
		"missing image":       missingImageIsSaid,
		"missing program":     missingProgramIsSaid,
		"termination message": terminationMessageIsKept,
		"logs":                logsAreFollowed,
		"exec":                execRunsTheRealProgram,
		"other users":         modesAreReal,
		"API from the pod":    podReachesTheAPI,
		"init container":      initContainerComesFirst,
		"probe":               probeRunsInTheContainer,
		"deletion":            deletedPodIsStopped,
	} {
		t.Run(name, func(t *testing.T) {
			inNode := newNamespace(t, c)
			node, err := c.StartNode(t.Context(), teststack.Node{Name: "on-" + inNode.namespace, Namespace: inNode.namespace, Programs: programs, MissingImages: []string{"registry.example/gone:1"}})
			require.NoError(t, err)
			t.Cleanup(node.Close)
			t.Cleanup(func() {
				if t.Failed() {
					t.Log(node.LogTail())
				}
			})
			test(inNode)
		})
	}
}

func buildFltsRun(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flts-run")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags=urfave_cli_no_docs", "-o", path, "../../cmd/flts-run")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// run makes a pod named task and waits until it ended, Succeeded or Failed.
func (c cluster) run(phase, spec string) {
	c.t.Helper()
	c.apply("{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {restartPolicy: Never, " + spec + "}}")
	c.eventually(phase, "get", "pod", "task", "-o", "jsonpath={.status.phase}")
}

const settings = `
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data: {MINIO_ENDPOINT: "minio:9000", MINIO_SECURE: "false", "1.bad": x}
---
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
stringData: {MINIO_SECRET_KEY: s3cret}
`

func environmentAsTheKubeletMakesIt(c cluster) {
	c.apply(settings)
	c.run("Succeeded", `enableServiceLinks: false, hostname: box, containers: [{name: main, image: task, command: [env],
		envFrom: [
			{prefix: FLTS_FROM_CONFIGMAP_, configMapRef: {name: flts-config}},
			{secretRef: {name: none, optional: true}}],
		env: [
			{name: SECRET, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_SECRET_KEY}}},
			{name: NONE, valueFrom: {configMapKeyRef: {name: flts-config, key: NONE, optional: true}}},
			{name: ADDRESS, value: "http://$(FLTS_FROM_CONFIGMAP_MINIO_ENDPOINT)/"},
			{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]`)
	var got []string
	for line := range strings.Lines(c.kubectl("logs", "task")) {
		if !strings.HasPrefix(line, "KUBERNETES_") {
			got = append(got, line)
		}
	}
	slices.Sort(got)
	require.Equal(c.t, `ADDRESS=http://minio:9000/
FLTS_FROM_CONFIGMAP_1.bad=x
FLTS_FROM_CONFIGMAP_MINIO_ENDPOINT=minio:9000
FLTS_FROM_CONFIGMAP_MINIO_SECURE=false
HOME=/root
HOSTNAME=box
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
POD=task
SECRET=s3cret
`, strings.Join(got, ""))
}

func volumesAsTheKubeletMakesThem(c cluster) {
	c.apply(settings)
	c.run("Failed", `containers: [{name: main, image: task,
			command: [sh, -c, "cd /etc/flts; find config secrets/ -mindepth 1 -not -name '..2*' -not -path '*/..2*' -printf '%p %y %l\n' | sed 's/\\.\\.20.*/DATED/' | sort; cat config/MINIO_ENDPOINT; echo; stat -Lc %a secrets/key; cat one; echo; exec 2>&1; touch config/x"],
			volumeMounts: [
				{name: config, mountPath: /etc/flts/config},
				{name: secrets, mountPath: /etc/flts/secrets},
				{name: config, mountPath: /etc/flts/one, subPath: MINIO_SECURE}]}],
		volumes: [
			{name: config, configMap: {name: flts-config}},
			{name: secrets, secret: {secretName: flts-secrets, defaultMode: 0400, items: [{key: MINIO_SECRET_KEY, path: key}]}}]`)
	require.Equal(c.t, `config/..data l DATED
config/1.bad l ..data/1.bad
config/MINIO_ENDPOINT l ..data/MINIO_ENDPOINT
config/MINIO_SECURE l ..data/MINIO_SECURE
secrets/..data l DATED
secrets/key l ..data/key
minio:9000
400
false
touch: cannot touch 'config/x': Read-only file system
`, c.kubectl("logs", "task"))
}

func (c cluster) waiting(reason, message string) {
	c.t.Helper()
	c.eventually(strings.TrimSpace(reason+": "+message), "get", "pod", "task", "-o", "jsonpath={.status.containerStatuses[0].state.waiting.reason}: {.status.containerStatuses[0].state.waiting.message}")
}

func missingConfigMapIsSaid(c cluster) {
	c.apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {containers: [{name: main, image: task, envFrom: [{configMapRef: {name: flts-config}}]}]}}`)
	c.waiting("CreateContainerConfigError", `configmap "flts-config" not found`)
	c.eventually("Error: configmap \"flts-config\" not found", "get", "events", "--field-selector", "involvedObject.name=task,reason=Failed", "-o", "jsonpath={.items[0].message}")
	c.apply(settings)
	c.eventually("Running", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
}

func missingKeyIsSaid(c cluster) {
	c.apply(settings)
	c.apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {containers: [{name: main, image: task, env: [{name: K, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_SECRETKEY}}}]}]}}`)
	c.waiting("CreateContainerConfigError", `couldn't find key MINIO_SECRETKEY in Secret `+c.namespace+`/flts-secrets`)
}

func missingVolumeIsSaid(c cluster) {
	c.apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {
		containers: [{name: main, image: task, volumeMounts: [{name: secrets, mountPath: /etc/flts/secrets}]}],
		volumes: [{name: secrets, secret: {secretName: flts-secrets}}]}}`)
	c.eventually(`MountVolume.SetUp failed for volume "secrets" : secret "flts-secrets" not found`,
		"get", "events", "--field-selector", "involvedObject.name=task,reason=FailedMount", "-o", "jsonpath={.items[0].message}")
	c.waiting("ContainerCreating", "")
}

func missingImageIsSaid(c cluster) {
	c.apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {containers: [{name: main, image: "registry.example/gone:1"}]}}`)
	c.eventually("ImagePullBackOff", "get", "pod", "task", "-o", "jsonpath={.status.containerStatuses[0].state.waiting.reason}")
}

func missingProgramIsSaid(c cluster) {
	c.run("Failed", `containers: [{name: main, image: task, command: [no-such-program]}]`)
	require.Equal(c.t, `128 StartError exec: "no-such-program": executable file not found in $PATH`,
		c.kubectl("get", "pod", "task", "-o", "jsonpath={.status.containerStatuses[0].state.terminated['exitCode','reason','message']}"))
}

func terminationMessageIsKept(c cluster) {
	c.run("Failed", `containers: [{name: main, image: task, command: [sh, -c, "echo FLTS-T01 >/dev/termination-log; exit 69"]}]`)
	require.Equal(c.t, "69 FLTS-T01\n",
		c.kubectl("get", "pod", "task", "-o", "jsonpath={.status.containerStatuses[0].state.terminated['exitCode','message']}"))
}

func logsAreFollowed(c cluster) {
	c.apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {restartPolicy: Never, containers: [{name: main, image: task, command: [sh, -c, "echo one; echo two; until [ -e /tmp/go ]; do sleep 0.05; done; printf three"]}]}}`)
	c.eventually("Running", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
	follow := exec.CommandContext(c.t.Context(), c.KubectlPath(), "--kubeconfig", c.Admin(), "-n", c.namespace, "logs", "-f", "--tail=1", "task")
	follow.Env = []string{"HOME=" + c.t.TempDir()}
	stdout, err := follow.StdoutPipe()
	require.NoError(c.t, err)
	require.NoError(c.t, follow.Start())
	lines := bufio.NewScanner(stdout)
	require.True(c.t, lines.Scan())
	require.Equal(c.t, "two", lines.Text())
	c.kubectl("exec", "task", "--", "touch", "/tmp/go")
	require.True(c.t, lines.Scan())
	require.Equal(c.t, "three", lines.Text())
	require.False(c.t, lines.Scan())
	require.NoError(c.t, follow.Wait())
}

// Both protocols that clients speak; the second is of those before Kubernetes 1.31.
func execRunsTheRealProgram(c cluster) {
	c.apply(settings)
	c.apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {containers: [{name: main, image: task, envFrom: [{configMapRef: {name: flts-config}}]}]}}`)
	c.eventually("Running", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
	for _, websockets := range []string{"true", "false"} {
		run := func(stdin string, argv ...string) (string, int) {
			cmd := exec.CommandContext(c.t.Context(), c.KubectlPath(), append([]string{"--kubeconfig", c.Admin(), "-n", c.namespace, "exec", "-i", "task", "--"}, argv...)...)
			cmd.Env = []string{"HOME=" + c.t.TempDir(), "KUBECTL_REMOTE_COMMAND_WEBSOCKETS=" + websockets}
			cmd.Stdin = strings.NewReader(stdin)
			out, _ := cmd.Output()
			return string(out), cmd.ProcessState.ExitCode()
		}
		out, status := run("", "flts-run", "explain", "MINIO_ENDPOINT")
		require.Equal(c.t, 0, status)
		require.Contains(c.t, out, "minio:9000")
		_, status = run("", "flts-run", "no-such-command")
		require.Equal(c.t, 64, status)
		out, status = run("a\nb\n", "cat")
		require.Equal(c.t, []any{"a\nb\n", 0}, []any{out, status})
		_, status = run("", "no-such-program")
		require.NotZero(c.t, status)
	}
}

// A Secret that only root may read is not for another user, unless the pod has a
// group for its volumes.
func modesAreReal(c cluster) {
	c.apply(settings)
	for name, security := range map[string]string{"task": "runAsUser: 1000", "grouped": "runAsUser: 1000, fsGroup: 2000"} {
		c.apply(`{apiVersion: v1, kind: Pod, metadata: {name: ` + name + `}, spec: {securityContext: {` + security + `},
			containers: [{name: main, image: task, volumeMounts: [{name: secrets, mountPath: /etc/flts/secrets}]}],
			volumes: [{name: secrets, secret: {secretName: flts-secrets, defaultMode: 0400}}]}}`)
		c.eventually("Running", "get", "pod", name, "-o", "jsonpath={.status.phase}")
	}
	_, err := c.as(c.Admin(), "exec", "task", "--", "cat", "/etc/flts/secrets/MINIO_SECRET_KEY")
	require.ErrorContains(c.t, err, "Permission denied")
	require.Equal(c.t, "s3cret", c.kubectl("exec", "grouped", "--", "cat", "/etc/flts/secrets/MINIO_SECRET_KEY"))
	require.Equal(c.t, "uid=1000 gid=0(root) groups=0(root),2000\n", c.kubectl("exec", "grouped", "--", "id"))
}

func podReachesTheAPI(c cluster) {
	c.run("Succeeded", `containers: [{name: main, image: task, command: [kubectl, auth, whoami, -o, "jsonpath={.status.userInfo.username}"]}]`)
	require.Equal(c.t, "system:serviceaccount:"+c.namespace+":default", c.kubectl("logs", "task"))
}

func initContainerComesFirst(c cluster) {
	c.run("Succeeded", `volumes: [{name: shared, emptyDir: {}}],
		initContainers: [{name: first, image: task, command: [sh, -c, "echo hello >/shared/f"], volumeMounts: [{name: shared, mountPath: /shared}]}],
		containers: [{name: main, image: task, command: [cat, /shared/f], volumeMounts: [{name: shared, mountPath: /shared}]}]`)
	require.Equal(c.t, "hello\n", c.kubectl("logs", "task"))
}

func probeRunsInTheContainer(c cluster) {
	c.apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {containers: [{name: main, image: task,
		readinessProbe: {periodSeconds: 1, exec: {command: [sh, -c, "test -e /tmp/answer || { echo not yet; exit 3; }"]}}}]}}`)
	ready := []string{"get", "pod", "task", "-o", "jsonpath={.status.phase} {.status.containerStatuses[0].ready}"}
	c.eventually("Running false", ready...)
	c.eventually("Readiness probe failed: not yet", "get", "events", "--field-selector", "involvedObject.name=task,reason=Unhealthy", "-o", "jsonpath={.items[0].message}")
	c.kubectl("exec", "task", "--", "touch", "/tmp/answer")
	c.eventually("Running true", ready...)
}

func deletedPodIsStopped(c cluster) {
	mark := filepath.Join(c.t.TempDir(), "stopped")
	require.NoError(c.t, os.WriteFile(mark, nil, 0o600))
	c.apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {
		containers: [{name: main, image: task, command: [sh, -c, "trap 'echo TERM >/mark; exit' TERM; while :; do sleep 0.05; done"], volumeMounts: [{name: mark, mountPath: /mark}]}],
		volumes: [{name: mark, hostPath: {path: ` + mark + `}}]}}`)
	c.eventually("Running", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
	c.kubectl("delete", "pod", "task")
	got, err := os.ReadFile(mark)
	require.NoError(c.t, err)
	require.Equal(c.t, "TERM\n", string(got))
}
