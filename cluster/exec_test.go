package cluster_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/teststack"
)

func apiOf(t *testing.T, kubeconfig string) *cluster.API {
	t.Helper()
	api, err := cluster.Open(kubetest.Config(t, kubeconfig))
	require.NoError(t, err)
	return api
}

const sleeper = `{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: task, command: [sleep, "600"]}]}}`

// The one who may only create goes back to the older protocol: the newer one is a get.
func TestExec(t *testing.T) {
	ns := kubetest.New(t)
	ns.Node()
	ns.Apply(sleeper)
	ns.Eventually("Running", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
	exec := `{apiGroups: [""], resources: [pods/exec], verbs: `
	for name, rules := range map[string]string{
		"getter":  "- " + exec + "[get]}",
		"creator": "- " + exec + "[create]}",
	} {
		api := apiOf(t, ns.Reader(name, rules))
		for _, c := range []struct {
			command []string
			want    cluster.Output
		}{
			{[]string{"sh", "-c", "echo one; echo two >&2; exit 3"}, cluster.Output{Stdout: []byte("one\n"), Stderr: []byte("two\n"), Status: 3}},
			{[]string{"true"}, cluster.Output{Stdout: []byte{}, Stderr: []byte{}}},
			{[]string{"no-such-program"}, cluster.Output{Stdout: []byte{}, Stderr: []byte{}, Status: 127}},
			{[]string{"/etc/passwd"}, cluster.Output{Stdout: []byte{}, Stderr: []byte{}, Status: 126}},
		} {
			got, err := api.Exec(t.Context(), ns.Name, "task", "main", c.command...)
			require.NoError(t, err, "%s: %q", name, c.command)
			require.Equal(t, c.want.Status, got.Status, "%s: %q", name, c.command)
			require.Equal(t, string(c.want.Stdout)+"|"+string(c.want.Stderr), string(got.Stdout)+"|"+string(got.Stderr))
		}
	}
}

func TestExecThatCannot(t *testing.T) {
	ns := kubetest.New(t)
	node, err := ns.StartNode(t.Context(), teststack.Node{Name: "node-of-" + ns.Name, Namespace: ns.Name})
	require.NoError(t, err)
	t.Cleanup(node.Close)
	ns.Apply(sleeper + "\n---\n" + `{apiVersion: v1, kind: Pod, metadata: {name: done}, spec: {restartPolicy: Never, containers: [{name: main, image: task, command: ["true"]}]}}`)
	ns.Eventually("Running", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
	ns.Eventually("Succeeded", "get", "pod", "done", "-o", "jsonpath={.status.phase}")
	api := apiOf(t, ns.Admin())
	run := func(api *cluster.API, ctx context.Context, pod, container string, command ...string) error {
		_, err := api.Exec(ctx, ns.Name, pod, container, command...)
		return err
	}

	err = run(apiOf(t, ns.Reader("nobody", "")), t.Context(), "task", "main", "true")
	require.True(t, cluster.Is(err, cluster.Denied), err)
	require.EqualError(t, err, "may not create pods/exec in "+ns.Name)
	err = run(api, t.Context(), "other", "main", "true")
	require.True(t, cluster.Is(err, cluster.NotFound), err)
	for pod, container := range map[string]string{"task": "other", "done": "main"} {
		err = run(api, t.Context(), pod, container, "true")
		require.ErrorIs(t, err, cluster.ErrNotRunning, pod)
	}
	require.ErrorIs(t, run(api, t.Context(), "task", "main", "yes"), cluster.ErrTooMuch)

	enough := errors.New("enough")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, enough)
	defer cancel()
	require.ErrorIs(t, run(api, ctx, "task", "main", "sleep", "60"), enough)

	node.Close()
	require.ErrorIs(t, run(api, t.Context(), "task", "main", "true"), cluster.ErrNode)
}
