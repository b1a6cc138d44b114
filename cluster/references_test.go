package cluster_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/flts-run/flts-run/cluster"
)

func podSpec(t *testing.T, text string) *corev1.PodSpec {
	t.Helper()
	spec := &corev1.PodSpec{}
	require.NoError(t, yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096).Decode(spec), text)
	return spec
}

func TestReferences(t *testing.T) {
	mode := func(m int32) *int32 { return &m }
	for text, want := range map[string][]cluster.Reference{
		`{}`: nil,
		`containers: [{name: main, env: [{name: A, value: x}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]`: nil,

		`containers: [{name: main, env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: k}}}]}]`: {
			{Kind: cluster.ConfigMap, Name: "c", Way: cluster.Env, Container: "main", Key: "k", Variable: "A"},
		},
		`initContainers: [{name: first, env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}]}]`: {
			{Kind: cluster.Secret, Name: "s", Optional: true, Way: cluster.Env, Container: "first", Key: "k", Variable: "A"},
		},
		`ephemeralContainers: [{name: debug, envFrom: [{prefix: P_, configMapRef: {name: c}}, {secretRef: {name: s, optional: true}}]}]`: {
			{Kind: cluster.ConfigMap, Name: "c", Way: cluster.EnvFrom, Container: "debug", Prefix: "P_"},
			{Kind: cluster.Secret, Name: "s", Optional: true, Way: cluster.EnvFrom, Container: "debug"},
		},
		`{containers: [{name: main, volumeMounts: [{name: v, mountPath: /one, subPath: k}, {name: v, mountPath: /all}]}, {name: side, volumeMounts: [{name: v, mountPath: /expr, subPathExpr: $(K)}]}],
		  volumes: [{name: v, secret: {secretName: s, defaultMode: 0400, optional: true, items: [{key: k, path: p, mode: 0440}]}}]}`: {
			{Kind: cluster.Secret, Name: "s", Optional: true, Way: cluster.Volumes, Container: "main", Volume: "v", Path: "/one", SubPath: "k", Items: []corev1.KeyToPath{{Key: "k", Path: "p", Mode: mode(0o440)}}, Mode: mode(0o400)},
			{Kind: cluster.Secret, Name: "s", Optional: true, Way: cluster.Volumes, Container: "main", Volume: "v", Path: "/all", Items: []corev1.KeyToPath{{Key: "k", Path: "p", Mode: mode(0o440)}}, Mode: mode(0o400)},
			{Kind: cluster.Secret, Name: "s", Optional: true, Way: cluster.Volumes, Container: "side", Volume: "v", Path: "/expr", SubPath: "$(K)", Items: []corev1.KeyToPath{{Key: "k", Path: "p", Mode: mode(0o440)}}, Mode: mode(0o400)},
		},
		// The kubelet does not make a volume that nobody mounts.
		`volumes: [{name: v, configMap: {name: c, items: [{key: k, path: p}]}}]`: {
			{Kind: cluster.ConfigMap, Name: "c", Way: cluster.Volumes, Volume: "v", Items: []corev1.KeyToPath{{Key: "k", Path: "p"}}},
		},
		`{containers: [{name: main, volumeMounts: [{name: v, mountPath: /p}]}], volumes: [{name: v, projected: {defaultMode: 256, sources: [
		  {configMap: {name: c, optional: true}}, {secret: {name: s, items: [{key: k, path: p}]}}, {serviceAccountToken: {path: t}}]}}]}`: {
			{Kind: cluster.ConfigMap, Name: "c", Optional: true, Way: cluster.Volumes, Container: "main", Volume: "v", Path: "/p", Mode: mode(256)},
			{Kind: cluster.Secret, Name: "s", Way: cluster.Volumes, Container: "main", Volume: "v", Path: "/p", Items: []corev1.KeyToPath{{Key: "k", Path: "p"}}, Mode: mode(256)},
		},
		`{imagePullSecrets: [{name: login}, {name: ""}], volumes: [{name: v, csi: {driver: d, nodePublishSecretRef: {name: s}}}]}`: {
			{Kind: cluster.Secret, Name: "s", Way: cluster.Driver, Volume: "v"},
			{Kind: cluster.Secret, Name: "login", Way: cluster.Pull},
		},
		// Argo fills these in.
		`containers: [{name: main, envFrom: [{secretRef: {name: "{{inputs.parameters.secret}}"}}], env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: "{{item}}"}}}]}]`: nil,
	} {
		got := cluster.References(podSpec(t, text))
		require.Equal(t, len(want), len(got), text)
		if len(want) > 0 {
			require.Equal(t, want, got, text)
		}
	}
}

func TestReferenceSays(t *testing.T) {
	items := []corev1.KeyToPath{{Key: "a", Path: "x"}, {Key: "b", Path: "dir/y"}}
	for _, c := range []struct {
		r             cluster.Reference
		where         string
		keys, read    []string
		fixed, needed bool
	}{
		{cluster.Reference{Way: cluster.Env, Container: "main", Key: "k", Variable: "A"}, "variable A of container main", []string{"k"}, []string{"k"}, true, true},
		{cluster.Reference{Way: cluster.Env, Container: "main", Key: "k", Variable: "A", Optional: true}, "variable A of container main", []string{"k"}, []string{"k"}, true, false},
		{cluster.Reference{Way: cluster.EnvFrom, Container: "main"}, "envFrom of container main", nil, nil, true, true},
		{cluster.Reference{Way: cluster.EnvFrom, Container: "main", Prefix: "P_"}, "envFrom with prefix P_ of container main", nil, nil, true, true},
		{cluster.Reference{Way: cluster.Volumes, Container: "main", Volume: "v", Path: "/p"}, "volume v at /p of container main", nil, nil, false, true},
		{cluster.Reference{Way: cluster.Volumes, Container: "main", Volume: "v", Path: "/p", Items: items}, "volume v at /p of container main", []string{"a", "b"}, []string{"a", "b"}, false, true},
		{cluster.Reference{Way: cluster.Volumes, Container: "main", Volume: "v", Path: "/p", Items: items, SubPath: "dir"}, "volume v at /p of container main", []string{"a", "b"}, []string{"b"}, true, true},
		{cluster.Reference{Way: cluster.Volumes, Container: "main", Volume: "v", Path: "/p", SubPath: "k"}, "volume v at /p of container main", nil, []string{"k"}, true, true},
		{cluster.Reference{Way: cluster.Volumes, Volume: "v"}, "volume v", nil, nil, false, false},
		{cluster.Reference{Way: cluster.Pull}, "imagePullSecrets", nil, nil, false, false},
		{cluster.Reference{Way: cluster.Driver, Volume: "v"}, "the driver of volume v", nil, nil, false, true},
	} {
		require.Equal(t, c.where, c.r.Where())
		require.Equal(t, c.keys, c.r.Keys(), c.where)
		require.Equal(t, c.read, c.r.Read(), c.where)
		require.Equal(t, []bool{c.fixed, c.needed}, []bool{c.r.Fixed(), c.r.Needed()}, c.where)
	}
}

// Whatever a pod spec can hold is filled in at random, and each name of a ConfigMap or
// a Secret that is in there by its type is found: what a new version of Kubernetes adds
// fails here.
func TestEveryReferenceIsFound(t *testing.T) {
	for seed := range uint64(300) {
		f := filler{rand: rand.New(rand.NewPCG(seed, 1))}
		spec := &corev1.PodSpec{}
		f.fill(reflect.ValueOf(spec).Elem())
		mountAll(spec)
		var found []string
		for _, r := range cluster.References(spec) {
			found = append(found, r.Name)
		}
		slices.Sort(found)
		found = slices.Compact(found)
		slices.Sort(f.names)
		said, err := json.Marshal(spec)
		require.NoError(t, err)
		require.Equal(t, f.names, found, "seed %d: %s", seed, said)
	}
}

// mountAll has one container mount each volume.
func mountAll(spec *corev1.PodSpec) {
	c := corev1.Container{Name: "all"}
	for i := range spec.Volumes {
		spec.Volumes[i].Name = "v" + strconv.Itoa(i)
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: spec.Volumes[i].Name, MountPath: "/" + spec.Volumes[i].Name})
	}
	spec.Containers = append(spec.Containers, c)
}

type filler struct {
	rand  *rand.Rand
	names []string // of ConfigMaps and Secrets
	n     int
}

// referring are the types with a field that names a ConfigMap or a Secret. The first is
// part of all others that do.
var referring = map[reflect.Type]string{
	reflect.TypeFor[corev1.LocalObjectReference]():  "Name",
	reflect.TypeFor[corev1.SecretVolumeSource]():    "SecretName",
	reflect.TypeFor[corev1.AzureFileVolumeSource](): "SecretName",
}

func (f *filler) fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if f.rand.IntN(3) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			v.Set(reflect.MakeSlice(v.Type(), f.rand.IntN(3), 2))
			for i := range v.Len() {
				f.fill(v.Index(i))
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[corev1.VolumeSource]() {
			f.fillOne(v) // a volume is one thing
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.fill(v.Field(i))
			}
		}
		if field, ok := referring[v.Type()]; ok {
			f.n++
			name := "object-" + strconv.Itoa(f.n)
			v.FieldByName(field).SetString(name)
			f.names = append(f.names, name)
		}
	}
}

func (f *filler) fillOne(v reflect.Value) {
	field := v.Field(f.rand.IntN(v.NumField()))
	field.Set(reflect.New(field.Type().Elem()))
	f.fill(field.Elem())
}

func FuzzReferences(f *testing.F) {
	f.Add(`{"containers":[{"name":"main","envFrom":[{"secretRef":{"name":"s"}}]}],"volumes":[{"name":"v","secret":{"secretName":"s"}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		spec := &corev1.PodSpec{}
		if json.Unmarshal([]byte(text), spec) != nil {
			return
		}
		for _, r := range cluster.References(spec) {
			require.NotEmpty(t, r.Name)
			require.NotEmpty(t, r.Where())
			for _, mode := range r.Modes() {
				cluster.User{}.Reads(mode)
			}
		}
	})
}
