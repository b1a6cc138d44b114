package access

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/secret"
)

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]string{
		"https://kf.example":                            "https://kf.example",
		"HTTPS://KF.example:8443/pipeline/":             "https://KF.example:8443/pipeline",
		"kf.example":                                    "https://kf.example",
		"kf.example:8443/pipeline":                      "https://kf.example:8443/pipeline",
		"  kf.example\n":                                "https://kf.example",
		"localhost:8888":                                "http://localhost:8888",
		"127.0.0.1":                                     "http://127.0.0.1",
		"[::1]:8888":                                    "http://[::1]:8888",
		"10.0.0.1:8888":                                 "https://10.0.0.1:8888",
		"ml-pipeline:8888":                              "http://ml-pipeline:8888",
		"ml-pipeline.kubeflow:8888":                     "http://ml-pipeline.kubeflow:8888",
		"minio.mlops":                                   "https://minio.mlops",
		"ml-pipeline.kubeflow.svc:8888":                 "http://ml-pipeline.kubeflow.svc:8888",
		"https://kf.example/pipeline/#/runs":            "https://kf.example/pipeline",
		"https://kf.example/_/pipeline/?ns=ada":         "https://kf.example/pipeline",
		"https://kf.example/pipeline/apis/v2beta1/runs": "https://kf.example/pipeline",
		"https://ada:pw@kf.example/x":                   "https://kf.example/x",
	} {
		a, err := parseAddress(text, "--host", "/apis/v1", "/apis/v2")
		require.NoError(t, err, text)
		require.Equal(t, want, a.url.String(), text)
	}
	for _, text := range []string{"", "https://", "kf example", "kf.example:0", "kf.example:65536", "kf.example:", "kf.example:http", "ftp://kf.example", "://kf.example", "https://-kf.example", "unix:///x", "[::1", "https://kf.example:88:88"} {
		_, err := parseAddress(text, "--host")
		require.Error(t, err, text)
	}
}

func TestSplitWords(t *testing.T) {
	for text, want := range map[string][]string{
		"":                              nil,
		" gcloud  auth\tx\n":            {"gcloud", "auth", "x"},
		`a 'b c' "d e"f`:                {"a", "b c", "d ef"},
		`a '' "" \ `:                    {"a", "", "", " "},
		`"a\"b\\c\d" 'e\f' g\h`:         {`a"b\c\d`, `e\f`, "gh"},
		"a\\\nb":                        {"ab"},
		`--audiences=x#y a~b`:           {"--audiences=x#y", "a~b"},
		`printf '%s|$x` + "`" + `;*' a`: {"printf", "%s|$x`;*", "a"},
	} {
		got, err := splitWords(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"a | b", "a; b", "a && b", "a > b", "echo $HOME", `echo "$HOME"`, "echo `id`", "ls *", "(a)", "a #b", "~/x", "a 'b", `a "b`, `a \`} {
		_, err := splitWords(text)
		require.Error(t, err, text)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"0": 0, "5": 5 * time.Second, " 7 ": 7 * time.Second, "4294967295": 366 * 24 * time.Hour,
		"Sun, 01 Mar 2026 12:00:30 GMT": 30 * time.Second, "Sun, 01 Mar 2026 11:00:00 GMT": 0, "Sun Mar  1 12:01:00 2026": time.Minute,
		"Fri, 31 Dec 9999 23:59:59 GMT": 366 * 24 * time.Hour,
	} {
		got, ok := retryAfter(text, now)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "-1", "1.5", "soon", "2026-03-01", "99999999999999999999"} {
		_, ok := retryAfter(text, now)
		require.False(t, ok, text)
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 s", 59 * time.Second: "59 s", 61 * time.Second: "1 min", 3*time.Hour + time.Minute: "3 h", 47 * time.Hour: "47 h", 72 * time.Hour: "3 days"} {
		require.Equal(t, want, span(d))
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https://ada:pw@kf.example:8443/pipeline/#/x", "[::1]:8888", "ml-pipeline.kubeflow.svc:8888", "a@b@c", "//x", "http://a/%2f/_/pipeline/apis/v2", "[fe80::1%25lo]:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAddress(text, "--host", "/apis/v2")
		if err != nil {
			if login := secret.Userinfo(strings.TrimSpace(text)); len(login) > 8 && !strings.Contains("--host: is no address has a scheme that is neither http nor https", login) {
				require.NotContains(t, err.Error(), login)
			}
			return
		}
		require.Nil(t, a.url.User)
		require.Contains(t, []string{"http", "https"}, a.url.Scheme)
		require.NotEmpty(t, a.url.Hostname())
		require.Empty(t, a.url.RawQuery+a.url.Fragment)
		require.False(t, strings.HasSuffix(a.url.Path, "/"))
		again, err := url.Parse(a.url.String())
		require.NoError(t, err)
		require.Equal(t, a.url.Host, again.Host)
		require.Equal(t, a.url.Path, again.Path)
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"5", "-1", "Sun, 01 Mar 2026 12:00:30 GMT", "99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := retryAfter(text, time.Unix(0, 0))
		require.True(t, ok || d == 0)
		require.True(t, d >= 0 && d <= 366*24*time.Hour)
		require.NotEmpty(t, seconds(d))
	})
}

func FuzzClaims(f *testing.F) {
	for _, s := range []string{`{"exp":1,"aud":"x"}`, `{"exp":1e300,"nbf":-1,"aud":["a","b"]}`, `{"aud":7}`, `null`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		c, ok := readClaims("e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".x")
		if !ok {
			return
		}
		ago, expired := c.expired(time.Now())
		in, early := c.early(time.Now())
		require.True(t, !expired || ago > 0)
		require.True(t, !early || in > 0)
		require.NotContains(t, span(ago)+span(in), "-")
		require.LessOrEqual(t, len(shownAudience(c.Audience)), 80)
		_, _ = readClaims(payload)
	})
}

func FuzzContextFiles(f *testing.F) {
	f.Add(`{"namespace":"ada","client_authentication_cookie":"a=b","client_authentication_header_name":"x","client_authentication_header_value":"y"}`)
	f.Add(`{"api_url":"https://af.example"}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		_ = parseAirflowctl([]byte(text))
		c, err := parseKFPContext([]byte(text))
		if err != nil {
			return
		}
		creds, err := c.credentials("context.json")
		if err != nil {
			return
		}
		for _, cred := range creds {
			value, err := cred.value(t.Context(), nil)
			require.NoError(t, err)
			require.False(t, value.IsEmpty())
			require.NotContains(t, value.Reveal(), "\n")
			require.NotEmpty(t, cred.name)
		}
	})
}

func FuzzSplitWords(f *testing.F) {
	for _, s := range []string{`a 'b c' "d\"e" \f`, "a | b", "$x", "''"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words, err := splitWords(text)
		if err != nil {
			return
		}
		var quoted []string
		for _, w := range words {
			quoted = append(quoted, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
		}
		again, err := splitWords(strings.Join(quoted, " "))
		require.NoError(t, err)
		require.True(t, slices.Equal(words, again), "%q %q", words, again)
	})
}
