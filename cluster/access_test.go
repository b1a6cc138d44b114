package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/cluster"
)

func TestWhoReadsAFile(t *testing.T) {
	const r, u, undecided = cluster.Readable, cluster.Unreadable, cluster.Undecided
	for _, c := range []struct {
		pod, container string // their securityContext
		want           map[int32]cluster.Access
	}{
		{"{}", "{}", map[int32]cluster.Access{0o644: r, 0o444: r, 0o440: undecided, 0o400: undecided, 0o404: undecided, 0: undecided}},
		{"{runAsUser: 0}", "{}", map[int32]cluster.Access{0o644: r, 0o400: r, 0: r}},
		{"{runAsUser: 1000}", "{}", map[int32]cluster.Access{0o644: r, 0o440: undecided, 0o400: u, 0o600: u, 0o620: u, 0o404: undecided}},
		{"{runAsUser: 1000}", "{runAsUser: 0}", map[int32]cluster.Access{0o400: r}},
		{"{runAsUser: 0}", "{runAsUser: 1000}", map[int32]cluster.Access{0o400: u}},
		{"{runAsUser: 1000, fsGroup: 2000}", "{}", map[int32]cluster.Access{0o400: r, 0o440: r, 0: r}},
		{"{fsGroup: 2000}", "{}", map[int32]cluster.Access{0o400: r}},
		{"{runAsUser: 1000, runAsGroup: 0}", "{}", map[int32]cluster.Access{0o440: r, 0o400: u, 0o404: u}},
		{"{runAsUser: 1000, supplementalGroups: [0]}", "{runAsGroup: 5}", map[int32]cluster.Access{0o440: r, 0o400: u}},
		{"{runAsUser: 1000, runAsGroup: 1000}", "{}", map[int32]cluster.Access{0o440: undecided, 0o400: u}}, // the image may put it into root's group
		{"{runAsUser: 1000, runAsGroup: 1000, supplementalGroupsPolicy: Strict}", "{}", map[int32]cluster.Access{0o440: u, 0o404: r}},
		{"{runAsUser: 1000, supplementalGroupsPolicy: Strict}", "{}", map[int32]cluster.Access{0o440: undecided}},
	} {
		spec := podSpec(t, "{securityContext: "+c.pod+", containers: [{name: main, securityContext: "+c.container+"}]}")
		user := cluster.UserOf(spec, &spec.Containers[0])
		for mode, want := range c.want {
			require.Equal(t, want, user.Reads(mode), "%s %s %#o", c.pod, c.container, mode)
		}
	}
}

func TestModes(t *testing.T) {
	mode := func(m int32) *int32 { return &m }
	for _, c := range []struct {
		r    cluster.Reference
		want []int32
	}{
		{cluster.Reference{}, []int32{0o644}},
		{cluster.Reference{Mode: mode(0o400)}, []int32{0o400}},
		{cluster.Reference{Mode: mode(0o400), Items: []corev1.KeyToPath{{Mode: mode(0o440)}, {}, {}}}, []int32{0o440, 0o400}},
	} {
		require.Equal(t, c.want, c.r.Modes())
	}
}

func TestTwice(t *testing.T) {
	keys := func(r cluster.Reference) []string {
		return map[string][]string{"c": {"A", "B"}, "s": {"B", "C"}}[r.Name]
	}
	ours := func(r cluster.Reference) bool { return r.Name == "s" }
	for text, want := range map[string][]cluster.Variable{
		``: nil,
		`envFrom: [{configMapRef: {name: c}}, {secretRef: {name: s}}]`:             {{Name: "B", Sources: []string{"ConfigMap c", "Secret s"}, Ours: true}},
		`envFrom: [{secretRef: {name: s}}, {configMapRef: {name: c}}]`:             {{Name: "B", Sources: []string{"Secret s", "ConfigMap c"}, Ours: true}},
		`envFrom: [{configMapRef: {name: c}}, {secretRef: {name: s}, prefix: S_}]`: nil,
		`env: [{name: A, value: x}], envFrom: [{configMapRef: {name: c}}]`:         {{Name: "A", Sources: []string{"ConfigMap c", "the pod spec"}}},
		`env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: C}}}, {name: A, value: x}]`: {
			{Name: "A", Sources: []string{"Secret s", "the pod spec"}, Ours: true},
		},
		`env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: NONE, optional: true}}}, {name: A, value: x}]`: nil,
	} {
		spec := podSpec(t, "containers: [{name: main, "+text+"}]")
		require.Equal(t, want, cluster.Twice(&spec.Containers[0], keys, ours), text)
	}
}
