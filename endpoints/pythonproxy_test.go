package endpoints_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/endpoints"
)

const viaProxy = "http://proxy.example:3128"

// What was measured with requests 2.34.2 and botocore 1.43.11 on Python 3.11.
func TestWhatPythonMakesOfNoProxy(t *testing.T) {
	const full = "http://minio.mlops.svc.cluster.local:9000"
	for _, c := range []struct {
		noProxy, url   string
		requests, boto bool // goes around the proxy
	}{
		{"", full, false, false},
		{"*", full, true, true},
		{" *", full, false, false},
		{"*,other", full, false, false},
		{".svc.cluster.local", full, true, true},
		{"svc.cluster.local", full, true, true},
		{"*.svc.cluster.local", full, false, false},
		{".svc", full, false, false},
		{"minio.mlops.svc.cluster.local", full, true, true},
		{"MINIO.mlops.svc.cluster.local", full, true, true},
		{"minio.mlops.svc.cluster.local:9000", full, true, true},
		{".minio.mlops.svc.cluster.local", full, true, true},
		{"minio.mlops.svc.cluster.local:9001", full, false, false},
		{"minio.mlops.svc.cluster.local.", full, false, false},
		{"other, svc.cluster.local ,", full, true, true},
		{"o.mlops.svc.cluster.local", full, false, false},
		{"10.96.0.0/12", "http://10.96.4.2:9000", true, false},
		{"10.96.4.2/32", "http://10.96.4.2:9000", true, false},
		{"10.96.0.0/0", "http://10.96.4.2:9000", false, false},
		{"10.96.4.2", "http://10.96.4.2:9000", true, true},
		{"10.96.4.2:9000", "http://10.96.4.2:9000", false, true},
		{"4.2", "http://10.96.4.2:9000", true, true},
		{"10.96.0.0/12", full, false, false},
		{"localhost", "http://127.0.0.1:9000", false, false},
		{"", "http://127.0.0.1:9000", false, false},
		{"", "http://localhost:9000", false, false},
		{"127.0.0.0/8", "http://127.1:9000", true, false},
		{"::1", "http://[::1]:9000", true, false},
		{"[::1]", "http://[::1]:9000", false, true},
		{"fd00::/8", "http://[fd00::1]:9000", false, false},
		{"minio:80", "http://minio", false, false},
		{"minio:80", "http://minio:80", true, true},
	} {
		u, err := url.Parse(c.url)
		require.NoError(t, err)
		vars := map[string]string{"HTTP_PROXY": viaProxy, "NO_PROXY": c.noProxy}
		require.Equal(t, c.requests, endpoints.PythonProxy(endpoints.Requests, vars, u) == "", "requests, NO_PROXY=%s %s", c.noProxy, c.url)
		require.Equal(t, c.boto, endpoints.PythonProxy(endpoints.Botocore, vars, u) == "", "boto, NO_PROXY=%s %s", c.noProxy, c.url)
	}
}

func TestWhichVariablePythonTakes(t *testing.T) {
	type vars = map[string]string
	for _, c := range []struct {
		vars           vars
		url            string
		requests, boto string
	}{
		{vars{"HTTP_PROXY": "http://upper", "http_proxy": "http://lower"}, "http://x/", "http://lower", "http://lower"},
		{vars{"HTTP_PROXY": "http://upper", "http_proxy": ""}, "http://x/", "", ""},
		{vars{"Http_Proxy": "http://odd"}, "http://x/", "http://odd", "http://odd"},
		{vars{"HTTP_PROXY": "http://plain"}, "https://x/", "", ""},
		{vars{"HTTPS_PROXY": "http://secure"}, "https://x/", "http://secure", "http://secure"},
		{vars{"ALL_PROXY": "http://all"}, "http://x/", "http://all", ""},
		{vars{"all_proxy": "http://all", "HTTP_PROXY": "http://plain"}, "http://x/", "http://plain", "http://plain"},
		{vars{"HTTP_PROXY": "http://upper", "REQUEST_METHOD": "GET"}, "http://x/", "", ""},
		{vars{"HTTP_PROXY": "http://upper", "REQUEST_METHOD": ""}, "http://x/", "", ""},
		{vars{"http_proxy": "http://lower", "REQUEST_METHOD": "GET"}, "http://x/", "http://lower", "http://lower"},
		{vars{"HTTPS_PROXY": "http://secure", "REQUEST_METHOD": "GET"}, "https://x/", "http://secure", "http://secure"},
		{vars{"HTTP_PROXY": "http://p", "NO_PROXY": "x", "no_proxy": "y"}, "http://x/", "http://p", "http://p"},
		{vars{"HTTP_PROXY": "http://p", "NO_PROXY": "y", "no_proxy": "x"}, "http://x/", "", ""},
		{vars{"HTTP_PROXY": "http://p", "NO_PROXY": "x", "no_proxy": ""}, "http://x/", "", "http://p"},
	} {
		u, err := url.Parse(c.url)
		require.NoError(t, err)
		require.Equal(t, c.requests, endpoints.PythonProxy(endpoints.Requests, c.vars, u), "%v", c.vars)
		require.Equal(t, c.boto, endpoints.PythonProxy(endpoints.Botocore, c.vars, u), "%v", c.vars)
	}
}

// A rule for each entry as a regular expression, slow and short.
func slowlyExempt(noProxy, hostPort string) bool {
	if noProxy == "*" {
		return true
	}
	host := regexp.MustCompile(`(?s)^(.*):[0-9]+$`).ReplaceAllString(hostPort, "$1")
	for _, entry := range strings.Split(noProxy, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		rule := regexp.MustCompile(`(?s)^(.*\.)?` + regexp.QuoteMeta(strings.ToLower(strings.TrimLeft(entry, "."))) + `$`)
		if rule.MatchString(strings.ToLower(host)) || rule.MatchString(strings.ToLower(hostPort)) {
			return true
		}
	}
	return false
}

func FuzzNoProxy(f *testing.F) {
	for _, seed := range []string{"*", ".svc.cluster.local,minio", "10.0.0.0/8", "[::1]", " a , .b:9000 ,", "x:80", "0x7f.1/8", "1/33", "..", "é"} {
		f.Add(seed, "minio.mlops.svc.cluster.local:9000")
		f.Add(seed, "127.0.0.1:80")
		f.Add(seed, "[::1]:9000")
	}
	f.Fuzz(func(t *testing.T, noProxy, hostPort string) {
		u := &url.URL{Scheme: "http", Host: hostPort}
		vars := map[string]string{"http_proxy": viaProxy, "no_proxy": noProxy}
		if endpoints.PythonProxy(endpoints.Botocore, vars, u) == "" != slowlyExempt(noProxy, hostPort) {
			t.Fatalf("NO_PROXY=%q %q", noProxy, hostPort)
		}
		// What urllib exempts by the name alone, requests does too.
		if slowlyExempt(noProxy, strings.ToLower(u.Hostname())) && endpoints.PythonProxy(endpoints.Requests, vars, u) != "" {
			t.Fatalf("requests, NO_PROXY=%q %q", noProxy, hostPort)
		}
	})
}
