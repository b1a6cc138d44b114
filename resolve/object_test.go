package resolve_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

func TestReadObject(t *testing.T) {
	s := resolve.ReadObject(builtin(t), "Secret s", resolve.Secret, map[string][]byte{"B": nil, "A": nil, "APP_ENV": []byte("dev"), "AWS_REGION": []byte("x\n")})
	require.Equal(t, resolve.Source{
		Name: "Secret s", Layer: resolve.Secret, Values: map[string]resolve.Value{"AWS_REGION": resolve.Plain("x\n")},
		Others: []string{"A", "B"}, AppEnv: resolve.Plain("dev"),
	}, s)
}

func TestVariable(t *testing.T) {
	c := builtin(t)
	r := resolve.Resolve(resolve.Input{Contract: c, Sources: []resolve.Source{
		resolve.ReadObject(c, "ConfigMap c", resolve.ConfigMap, map[string][]byte{"AWS_REGION": []byte("x"), "GATEWAY_URL": []byte("http://g")}),
	}})
	for key, want := range map[string]string{"AWS_DEFAULT_REGION": "AWS_REGION", "GATEWAY_URL": "GATEWAY_URL", "SSL_CERT_FILE": "SSL_CERT_FILE"} {
		require.Equal(t, want, r.Get(key).Variable())
	}
}

func TestMeant(t *testing.T) {
	c := builtin(t)
	type meant struct {
		variable string
		sure     bool
	}
	for name, want := range map[string]meant{
		"MINIO_SECRETKEY":      {"MINIO_SECRET_KEY", true},
		"minio-endpoint":       {"MINIO_ENDPOINT", true},
		"AWS_ACCES_KEY_ID":     {"AWS_ACCESS_KEY_ID", true},
		"APPENV":               {"APP_ENV", true},
		"accesskey":            {"MINIO_ACCESS_KEY", false},
		"username":             {"MLFLOW_TRACKING_USERNAME", false},
		"LEARNING_RATE":        {},
		"":                     {},
		"MINIO_SECRET_KEY_OLD": {},
	} {
		variable, sure := c.Meant(name)
		require.Equal(t, want, meant{variable, sure}, name)
	}
}

func TestMended(t *testing.T) {
	c := builtin(t)
	for _, row := range []struct {
		variable, value string
		want            map[string]string
	}{
		{"MINIO_ENDPOINT", "http://minio:9000/", map[string]string{"MINIO_ENDPOINT": "minio:9000"}},
		{"MINIO_ENDPOINT", "https://minio:9000", map[string]string{"MINIO_ENDPOINT": "minio:9000", "MINIO_SECURE": "true"}},
		{"AWS_ENDPOINT_URL_S3", "minio:9000", map[string]string{"AWS_ENDPOINT_URL_S3": "http://minio:9000"}},
		{"MLFLOW_TRACKING_URI", "mlflow:5000\n", map[string]string{"MLFLOW_TRACKING_URI": "http://mlflow:5000"}},
		{"MINIO_SECURE", " true\r\n", map[string]string{"MINIO_SECURE": "true"}},
		{"MINIO_SECURE", "perhaps", nil},
		{"MLFLOW_TRACKING_URI", "http://me:secret@mlflow:5000\n", nil},
		{"MINIO_SECRET_KEY", "value\n", nil},
		{"BUCKET_MLFLOW", "\n", nil},
	} {
		require.Equal(t, row.want, c.KeyFor(row.variable).Mended(row.variable, row.value), "%s=%q", row.variable, row.value)
	}
}

// Whatever is mended is taken, and no longer has the character that it was refused for.
func FuzzMendedIsTaken(f *testing.F) {
	c, err := resolve.Builtin()
	require.NoError(f, err)
	for _, seed := range []string{"http://minio:9000", " x\n", "tcp://10.0.0.1:9000", "s3://a/b", "[::1]:9", "me:pw@h:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, name := range c.Names() {
			for variable, mended := range c.KeyFor(name).Mended(name, value) {
				require.True(t, c.KeyFor(variable).Takes(variable, mended), "%s: %q", variable, mended)
				require.Equal(t, strings.TrimSpace(mended), mended)
				require.False(t, c.KeyFor(variable).Sensitive)
			}
		}
	})
}
