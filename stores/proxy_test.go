package stores

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the machine itself gives credentials by is asked without a proxy: through one they
// would be those of the proxy's machine, and everybody on the way would see them.
func TestProxies(t *testing.T) {
	m := SecretsManager{Environ: map[string]string{"HTTPS_PROXY": "http://proxy:3128", "http_proxy": "http://proxy:3128", "NO_PROXY": "sts.us-east-1.amazonaws.com"}}
	for address, want := range map[string]string{
		"https://secretsmanager.us-east-1.amazonaws.com": "http://proxy:3128",
		"https://sts.us-east-1.amazonaws.com":            "",
		"http://169.254.169.254/latest/api/token":        "",
		"http://169.254.170.2/credentials":               "",
		"http://[fd00:ec2::23]/credentials":              "",
		"http://127.0.0.1:1/credentials":                 "",
		"http://minio.example.com":                       "http://proxy:3128",
	} {
		r, err := http.NewRequest(http.MethodGet, address, http.NoBody)
		require.NoError(t, err)
		through, err := m.client().Transport.(*http.Transport).Proxy(r)
		require.NoError(t, err)
		if want == "" {
			require.Nil(t, through, address)
			continue
		}
		expected, err := url.Parse(want)
		require.NoError(t, err)
		require.Equal(t, expected, through, address)
	}
}
