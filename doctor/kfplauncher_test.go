package doctor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseLauncher(t *testing.T) {
	own := storeSecret{SecretName: "s", AccessKeyKey: "a", SecretKeyKey: "k"}
	for name, c := range map[string]struct {
		root, providers string
		problems        []string
		scheme          string
		endpoint        string
		refs            []storeSecret
	}{
		"nothing":                 {scheme: "minio", refs: []storeSecret{defaultStoreSecret}},
		"a provider of nothing":   {providers: "minio: {}", scheme: "minio", refs: []storeSecret{defaultStoreSecret}},
		"only spaces":             {providers: " \n", scheme: "minio", refs: []storeSecret{defaultStoreSecret}},
		"a cloud":                 {root: "s3://b/path?region=x", scheme: "s3"},
		"a store of one's own":    {providers: "minio: {default: {endpoint: 'm:9000', credentials: {secretRef: {secretName: s, accessKeyKey: a, secretKeyKey: k}}}}", scheme: "minio", endpoint: "m:9000", refs: []storeSecret{own}},
		"names in any case":       {providers: "MinIO: {Default: {ENDPOINT: 'm:9000', Credentials: {FromEnv: true}}, Overrides: []}", scheme: "minio", endpoint: "m:9000"},
		"what is not known":       {providers: "minio: {default: {credentials: {fromEnv: true}, forcePathStyle: true}}\noci: {default: 1}", scheme: "minio"},
		"a store for one bucket":  {providers: "s3: {default: {credentials: {fromEnv: true}}, overrides: [{bucketName: b, credentials: {secretRef: {secretName: s, accessKeyKey: a, secretKeyKey: k}}}]}", scheme: "minio", refs: []storeSecret{defaultStoreSecret, own}},
		"gs":                      {root: "gs://b", providers: "gs: {default: {credentials: {secretRef: {secretName: s, tokenKey: t}}}}", scheme: "gs", refs: []storeSecret{{SecretName: "s", TokenKey: "t"}}},
		"no bucket":               {root: "minio:///", problems: []string{`defaultPipelineRoot "minio:///" names no bucket`}},
		"a question":              {root: "s3://?region=x", problems: []string{`defaultPipelineRoot "s3://?********" names no bucket`}},
		"another scheme":          {root: "https://b/c", problems: []string{`defaultPipelineRoot "https://b/c" begins with none of minio://, s3://, gs://`}},
		"a list":                  {providers: "[1]", problems: []string{"providers is no mapping"}},
		"a text for a truth":      {providers: "minio: {default: {disableSSL: 'yes'}}", problems: []string{"providers.minio.default.disableSSL is a string, which it must not be"}},
		"none that is known":      {providers: "oci: {}", problems: []string{"providers has none of minio, s3, gs"}},
		"no YAML":                 {providers: "minio: [", problems: []string{"providers:2:1: is no valid YAML: did not find expected node content"}},
		"half a Secret":           {providers: "s3: {default: {credentials: {secretRef: {secretName: s}}}}", problems: []string{"providers.s3.default.credentials.secretRef has no accessKeyKey", "providers.s3.default.credentials.secretRef has no secretKeyKey"}},
		"neither of both":         {providers: "s3: {default: {credentials: {fromEnv: false}}}", problems: []string{"providers.s3.default.credentials has neither fromEnv: true nor a secretRef"}},
		"no default":              {providers: "s3: {overrides: [{credentials: {fromEnv: true}}]}", problems: []string{"providers.s3.default has no credentials"}},
		"no login for one bucket": {providers: "s3: {default: {credentials: {fromEnv: true}}, overrides: [{bucketName: b}]}", problems: []string{"providers.s3.overrides[0] has no credentials"}},
	} {
		t.Run(name, func(t *testing.T) {
			l, problems := parseLauncher(map[string]string{"defaultPipelineRoot": c.root, "providers": c.providers})
			require.Equal(t, c.problems, problems)
			if problems == nil {
				require.Equal(t, c.scheme, l.scheme())
				require.Equal(t, c.endpoint, l.endpoint())
				require.Equal(t, c.refs, l.refs())
			}
		})
	}
}

func TestStoreAddress(t *testing.T) {
	for _, group := range [][]string{
		{"minio.kubeflow:9000", "http://MINIO.kubeflow.svc:9000", "minio.kubeflow.svc.cluster.local:9000/", "minio.kubeflow.svc.cluster.local.:9000"},
		{"minio:9000", "minio.NS:9000", "https://minio.NS.svc.cluster.local:9000"},
		{"https://s3.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com:443"},
		{"http://10.1.2.3", "10.1.2.3:80"},
		{"[fd00::1]:9000", "http://[FD00::1]:9000"},
		{"localhost:9000"},
	} {
		for _, text := range group {
			require.Equal(t, storeAddress(group[0], "NS"), storeAddress(text, "NS"), text)
		}
	}
	require.Equal(t, "localhost:9000", storeAddress("localhost:9000", "NS"))
	require.Equal(t, "minio", storeHost("minio:9000"))
	require.Equal(t, "minio.kubeflow", storeHost("http://minio.kubeflow.svc:9000"))
}

func FuzzLauncher(f *testing.F) {
	f.Add("minio://b/p", "minio: {default: {endpoint: m, credentials: {fromEnv: true}}}")
	f.Add("s3://", "{\"s3\": {\"overrides\": [{\"credentials\": null}]}}")
	f.Add("gs://b", "gs: &a [*a]")
	f.Fuzz(func(t *testing.T, root, providers string) {
		l, problems := parseLauncher(map[string]string{"defaultPipelineRoot": root, "providers": providers})
		for _, p := range problems {
			require.NotContains(t, strings.TrimSpace(p), "\n")
		}
		if problems != nil {
			return
		}
		require.Contains(t, storeSchemes, l.scheme())
		for _, ref := range l.refs() {
			require.NotEmpty(t, ref.SecretName)
			require.NotContains(t, ref.keys(), "")
		}
		storeAddress(l.endpoint(), "ns")
	})
}
