package manifests_test

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/fakevolume"
	"github.com/flts-run/flts-run/manifests"
	"github.com/flts-run/flts-run/resolve"
)

// options are those of the built-in contract in an environment, with values of the
// ConfigMap.
func options(t testing.TB, env resolve.AppEnv, values map[string]string) manifests.Options {
	t.Helper()
	c, err := resolve.Builtin()
	require.NoError(t, err)
	return optionsOf(c, env, values)
}

func optionsOf(c *resolve.Contract, env resolve.AppEnv, values map[string]string) manifests.Options {
	data := map[string][]byte{}
	for name, value := range values {
		data[name] = []byte(value)
	}
	source := resolve.ReadObject(c, "test", resolve.ConfigMap, data)
	return manifests.Options{
		Contract: c, Values: resolve.Resolve(resolve.Input{Contract: c, Sources: []resolve.Source{source}, AppEnv: env}),
		Namespace: "mlops", Account: "runner", Rights: func(string) []rbacv1.PolicyRule { return nil },
		Egress: manifests.Egress{KFP: "kubeflow"},
	}
}

// made is the only object of a part, as the API reads it.
func made[T any](t testing.TB, o manifests.Options, part manifests.Kind) (object T) {
	t.Helper()
	o.Kinds = []manifests.Kind{part}
	m, err := manifests.Make(o)
	require.NoError(t, err)
	require.Len(t, m.Objects, 1)
	require.NoError(t, yaml.UnmarshalStrict([]byte(m.Objects[0].Text), &object))
	return object
}

// nasty are values that some reader of YAML takes for something else.
var nasty = []string{
	"no", "yes", "ON", "~", "null", "true", "1e3", "0x1F", "017", "1_000", "12:30:45", "2024-01-02", ".inf", ".NaN", "-", "--- x", "? a", "a: b", "a #b", "#", "&a", "*a", "!!int 3", "%a", "@a", "`a", "{a: b}", "[1]", "'", `"`, `\`, `a\nb`, "|", ">", "=", "<<",
	"one\ntwo", "one\n\ntwo", "  in front", "at the end  x", "tab\there", "one\n two\n", "\u00e4\u4e16\U0001f600", "\u0085next", "a\u2028b", "\ufeffbom", "a\x7fb", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
}

// What a pod reads out of the ConfigMap, mounted, is what was resolved.
func TestValuesArriveInPods(t *testing.T) {
	tried := 0
	for _, value := range nasty {
		o := options(t, resolve.Staging, map[string]string{"MLFLOW_EXPERIMENT_NAME": value})
		want := o.Values.Text("MLFLOW_EXPERIMENT_NAME")
		if want == "" {
			continue // a value that flts-run refuses
		}
		tried++
		c := made[corev1.ConfigMap](t, o, manifests.ConfigMaps)
		dir := t.TempDir()
		require.NoError(t, fakevolume.Mount(dir, c.Data))
		source, err := resolve.ReadMounted(o.Contract, "configmap", resolve.ConfigMap, dir)
		require.NoError(t, err)
		require.Empty(t, source.Others)
		pod := resolve.Resolve(resolve.Input{Contract: o.Contract, Sources: []resolve.Source{source}, AppEnv: resolve.Staging})
		require.Equal(t, string(resolve.Staging), source.AppEnv.Text.Reveal())
		for _, k := range pod.Keys {
			if !k.Key.Sensitive {
				require.Equal(t, o.Values.Text(k.Key.Name), k.Value.Reveal(), "%q: %s", value, k.Key.Name)
			}
		}
	}
	require.Greater(t, tried, 35)
}

// Whatever a value is, the API reads it as it was.
func FuzzValues(f *testing.F) {
	for _, value := range nasty {
		f.Add(value)
	}
	c, err := resolve.ParseContract("contract.yaml", []byte("keys: {NOTE: {type: string}, TOKEN: {type: string, sensitive: true}}\n"))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, value string) {
		o := optionsOf(c, resolve.Dev, map[string]string{"NOTE": value})
		if !o.Values.Get("NOTE").Value.Hidden() {
			config := made[corev1.ConfigMap](t, o, manifests.ConfigMaps)
			require.Equal(t, o.Values.Text("NOTE"), config.Data["NOTE"])
		}
		o.Credentials = map[string]string{"TOKEN": value}
		require.Equal(t, value, string(made[corev1.Secret](t, o, manifests.Secrets).Data["TOKEN"]))
	})
}

// A placeholder is no value: a task that gets it does not start.
func TestPlaceholdersAreRefused(t *testing.T) {
	o := options(t, resolve.Prod, nil)
	o.Keys = []string{"MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_TOKEN"}
	s := made[corev1.Secret](t, o, manifests.Secrets)
	require.Equal(t, map[string]string{
		"MINIO_ACCESS_KEY": "<MINIO_ACCESS_KEY>", "MINIO_SECRET_KEY": "<MINIO_SECRET_KEY>",
		"MLFLOW_TRACKING_USERNAME": "<MLFLOW_TRACKING_USERNAME>", "MLFLOW_TRACKING_PASSWORD": "<MLFLOW_TRACKING_PASSWORD>", // of its group
		"MLFLOW_TRACKING_TOKEN": "<MLFLOW_TRACKING_TOKEN>",
	}, s.StringData)
	data := map[string][]byte{}
	for name, text := range s.StringData {
		data[name] = []byte(text)
	}
	r := resolve.Resolve(resolve.Input{Contract: o.Contract, Sources: []resolve.Source{resolve.ReadObject(o.Contract, "secret", resolve.Secret, data)}, AppEnv: resolve.Prod})
	var refused []string
	for _, f := range r.Findings {
		if f.Code == resolve.CodePlaceholder && f.Severity == resolve.Error {
			refused = append(refused, f.Key)
		}
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(s.StringData)), refused)
}

func TestWhatIsChangedHasAnotherName(t *testing.T) {
	names := func(bucket, key string) [2]string {
		o := options(t, resolve.Dev, map[string]string{"BUCKET_DATASET": bucket})
		o.Immutable, o.Credentials = true, map[string]string{"MINIO_SECRET_KEY": key}
		m, err := manifests.Make(o)
		require.NoError(t, err)
		return [2]string{m.ConfigMap, m.Secret}
	}
	first := names("raw", "one")
	require.Equal(t, first, names("raw", "one"))
	require.Regexp(t, `^flts-config-[0-9a-f]{10}$`, first[0])
	require.Regexp(t, `^flts-secrets-[0-9a-f]{10}$`, first[1])
	other := names("rare", "one")
	require.NotEqual(t, first[0], other[0])
	require.Equal(t, first[1], other[1])
	require.NotEqual(t, first[1], names("raw", "two")[1])
}

func TestSizes(t *testing.T) {
	const keys = 10 // a variable cannot be longer than 128 KiB
	text := "keys:\n"
	for i := range keys {
		text += fmt.Sprintf("  NOTE%d: {type: string}\n", i)
	}
	c, err := resolve.ParseContract("contract.yaml", []byte(text))
	require.NoError(t, err)
	for each, want := range map[int][2]string{ // an error, a warning
		100:     {"", ""},
		24_000:  {"", "has 240003 bytes, most of them in NOTE0, and kubectl apply keeps a copy in an annotation, which has at most 262144"},
		96_000:  {"", "has 960003 bytes, most of them in NOTE0, near the 1048576 that the API takes"},
		105_000: {"has 1050003 bytes, most of them in NOTE0, and the API takes 1048576", ""},
	} {
		values := map[string]string{}
		for i := range keys {
			values[fmt.Sprintf("NOTE%d", i)] = strings.Repeat("x", each)
		}
		o := optionsOf(c, resolve.Dev, values)
		o.Kinds = []manifests.Kind{manifests.ConfigMaps}
		m, err := manifests.Make(o)
		var got [2]string
		if err != nil {
			got[0] = strings.TrimPrefix(err.Error(), "ConfigMap flts-config ")
		}
		for _, f := range m.Warnings {
			got[1] += strings.TrimPrefix(f.Error(), "ConfigMap flts-config ")
		}
		require.Equal(t, want, got)
	}
}

// The policy opens the ways that a task has to go, and no others.
func TestEgress(t *testing.T) {
	pod := func(namespace string, labels ...string) cluster.Party {
		p := cluster.Party{Namespace: namespace, NamespaceLabels: map[string]string{"kubernetes.io/metadata.name": namespace}, Labels: map[string]string{}}
		for _, l := range labels {
			name, value, _ := strings.Cut(l, "=")
			p.Labels[name] = value
		}
		return p
	}
	outside := func(address string) cluster.Party {
		return cluster.Party{Outside: true, Addresses: []netip.Addr{netip.MustParseAddr(address)}}
	}
	narrowed := manifests.Egress{
		KFP: "kubeflow", Ports: map[string]int32{"minio": 9001, "postgres": 5432}, Pods: map[string]map[string]string{"minio": {"app": "minio"}},
		CIDRs: map[string][]netip.Prefix{"mlflow": {netip.MustParsePrefix("203.0.113.0/24")}, manifests.APIServer: {netip.MustParsePrefix("10.96.0.1/32")}},
	}
	airflow := manifests.Egress{Tasks: map[string]string{"kubernetes_pod_operator": "True"}}
	values := map[string]string{"MLFLOW_TRACKING_URI": "https://mlflow.example.com", "GATEWAY_URL": "http://gateway", "MINIO_ENDPOINT": "minio.data.svc:9000"}
	for name, c := range map[string]struct {
		egress   manifests.Egress
		to       cluster.Party
		port     int32
		protocol corev1.Protocol
		closed   bool
	}{
		"the store":                         {to: pod("data", "app=minio"), port: 9000},
		"another port of it":                {to: pod("data", "app=minio"), port: 9001, closed: true},
		"a store of another namespace":      {to: pod("other", "app=minio"), port: 9000, closed: true},
		"a name without a namespace":        {to: pod("mlops", "app=gateway"), port: 80},
		"a name of the world":               {to: outside("203.0.113.9"), port: 443},
		"another port in the world":         {to: outside("203.0.113.9"), port: 25, closed: true},
		"a service that is off":             {to: pod("default", "app=postgres"), port: 5432, closed: true},
		"the name server":                   {to: pod("kube-system", "k8s-app=kube-dns"), port: 53, protocol: corev1.ProtocolUDP},
		"the name server, long answers":     {to: pod("kube-system", "k8s-app=kube-dns"), port: 53},
		"the cache of the node":             {to: outside("169.254.20.10"), port: 53, protocol: corev1.ProtocolUDP},
		"another name server":               {to: outside("8.8.8.8"), port: 53, protocol: corev1.ProtocolUDP, closed: true},
		"Kubeflow Pipelines":                {to: pod("kubeflow", "app=ml-pipeline"), port: 8887},
		"the API":                           {to: outside("10.96.0.1"), port: 6443},
		"the port of the pods":              {egress: narrowed, to: pod("data", "app=minio"), port: 9001},
		"not that of the Service":           {egress: narrowed, to: pod("data", "app=minio"), port: 9000, closed: true},
		"not other pods there":              {egress: narrowed, to: pod("data", "app=other"), port: 9001, closed: true},
		"a block":                           {egress: narrowed, to: outside("203.0.113.9"), port: 443},
		"not beside the block":              {egress: narrowed, to: outside("203.0.114.9"), port: 443, closed: true},
		"the block of the API":              {egress: narrowed, to: outside("10.96.0.1"), port: 443},
		"a service that is off, asked for":  {egress: narrowed, to: pod("default", "app=postgres"), port: 5432},
		"the store, for Airflow":            {egress: airflow, to: pod("data", "app=minio"), port: 9000},
		"Kubeflow Pipelines is not Airflow": {egress: airflow, to: pod("kubeflow", "app=ml-pipeline"), port: 8887, closed: true},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, resolve.Prod, values)
			from := pod("mlops", "pipelines.kubeflow.org/v2_component=true", "kubernetes_pod_operator=True")
			if c.egress.KFP != "" || c.egress.Tasks != nil {
				o.Egress = c.egress
			}
			if c.protocol == "" {
				c.protocol = corev1.ProtocolTCP
			}
			policy := made[networkingv1.NetworkPolicy](t, o, manifests.Policies)
			blocking := cluster.Blocking([]networkingv1.NetworkPolicy{policy}, cluster.Traffic{From: from, To: c.to, Port: c.port, Protocol: c.protocol}, networkingv1.PolicyTypeEgress)
			require.Equal(t, c.closed, len(blocking) > 0)
			from.Labels = map[string]string{"app": "other"}
			require.Empty(t, cluster.Blocking([]networkingv1.NetworkPolicy{policy}, cluster.Traffic{From: from, To: c.to, Port: c.port, Protocol: c.protocol}, networkingv1.PolicyTypeEgress), "it is about tasks alone")
		})
	}
}
