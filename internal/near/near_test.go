package near

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"github.com/xrash/smetrics"
)

func TestName(t *testing.T) {
	keys := []string{"MINIO_ENDPOINT", "MINIO_ACCESS_KEY", "MLFLOW_TRACKING_URI", "GATEWAY_URL", "gateway_url", "MODE", "MODEL"}
	for _, tc := range []struct{ name, want string }{
		{"MINIO_ENDPIONT", "MINIO_ENDPOINT"}, // two letters that changed places
		{"MINIO_ENDPONT", "MINIO_ENDPOINT"},
		{"MINIO_ENDPOINTS", "MINIO_ENDPOINT"},
		{"minio-endpoint", "MINIO_ENDPOINT"},
		{"minio-acess-keys", "MINIO_ACCESS_KEY"},
		{"MINIO_END", ""},
		{"MINIO_ENXXXINT", ""},         // three errors
		{"GATEWAY_URI", "GATEWAY_URL"}, // the first of two that are as near
		{"MLFLOW_URI", ""},
		{"MODES", "MODE"},
		{"MOD", "MODE"},
		{"MO", ""},
		{"DEMO", ""},  // the letters of MODE
		{"MLOED", ""}, // two errors are too many for five letters
		{"", ""},
		{"größe", ""},
	} {
		require.Equal(t, tc.want, Name(tc.name, keys), "%q", tc.name)
	}
	require.Empty(t, Name("MODE", nil))
	require.Equal(t, "größe", Name("grösse", []string{"größe"}))
}

func TestDidYouMean(t *testing.T) {
	known := []string{"dataset", "identifier"}
	require.Equal(t, "did you mean dataset?", DidYouMean("datset", known, "--help lists them"))
	require.Equal(t, "--help lists them", DidYouMean("bucket", known, "--help lists them"))
}

func TestFolded(t *testing.T) {
	for _, name := range []string{"gateway_url", "gateway-url", "GATEWAY_URL", "Gateway-Url"} {
		require.Equal(t, "gateway_url", Folded(name))
	}
}

// The quick look at the letters must not lose what the exact one finds.
func FuzzName(f *testing.F) {
	f.Add("MINIO_ENDPIONT", "MINIO_ENDPOINT")
	f.Add("größe", "grösse")
	f.Add("\xff\xfe-a", "\xffİ_A")
	f.Fuzz(func(t *testing.T, name, candidate string) {
		if len(name) > 100 || len(candidate) > 100 {
			return
		}
		errors := smetrics.WagnerFischer(Folded(name), Folded(candidate), 1, 1, 1)
		near := errors <= 2 && errors*3 <= len(name)
		switch got := Name(name, []string{candidate}); {
		case got != "":
			require.Equal(t, candidate, got)
			require.True(t, near, "%d errors", errors)
		case isASCII(name + candidate):
			require.False(t, near && candidate != "", "%d errors", errors)
		}
		require.Equal(t, candidate, Name(candidate, []string{candidate + "x", candidate}))
	})
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
