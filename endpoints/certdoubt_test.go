package endpoints_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/tlskit"
)

// install lays out a Python with these packages, the list of authorities that
// they bring, and returns the PATH on which it is found.
func install(t *testing.T, version, list string, packages ...string) string {
	t.Helper()
	home := t.TempDir()
	site := filepath.Join(home, "lib", version, "site-packages")
	require.NoError(t, os.MkdirAll(filepath.Join(home, "bin"), 0o755))
	for _, p := range packages {
		require.NoError(t, os.MkdirAll(filepath.Join(site, p), 0o755))
		_, version, _ := strings.Cut(strings.TrimSuffix(p, ".dist-info"), "-")
		require.NoError(t, os.WriteFile(filepath.Join(site, p, "METADATA"), []byte("Version: "+version+"\n"), 0o644))
	}
	if list != "" {
		require.NoError(t, os.MkdirAll(filepath.Join(site, "certifi"), 0o755))
		text, err := os.ReadFile(list)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(site, "certifi", "cacert.pem"), text, 0o644))
	}
	return filepath.Join(home, "bin")
}

// secureStore is a healthy store behind a certificate.
func secureStore(t *testing.T, certificates ...tls.Certificate) (url string, target endpoints.S3) {
	t.Helper()
	s := serveTLS(t, map[string]route{"GET /minio/health/live": live(), "*": {status: 200, body: list}}, &tls.Config{Certificates: certificates})
	target = minio(hostPort(t, s.URL))
	target.Secure = open("MINIO_SECURE", "true")
	return s.URL, target
}

// withTask adds what the task's clients need beside the certificates.
func withTask(url string, vars ...string) endpoints.Env {
	task := map[string]string{"AWS_ENDPOINT_URL_S3": url, "AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": secretKey}
	for i := 0; i+1 < len(vars); i += 2 {
		task[vars[i]] = vars[i+1]
	}
	return endpoints.Env{Task: task, Files: os.DirFS("/")}
}

// What boto3 1.44 and requests 2.34 did with the same variables.
func TestWhichAuthoritiesPythonTakes(t *testing.T) {
	ca, other := newAuthority(t, "own CA"), newAuthority(t, "other CA")
	url, store := secureStore(t, ca.leaf(t, nil))
	hashed := t.TempDir()
	text, err := os.ReadFile(ca.Path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(hashed, "1a2b3c4d.0"), text, 0o644))
	knows, knowsNot := install(t, "python3.12", ca.Path), install(t, "python3.12", other.Path)

	for name, c := range map[string]struct {
		vars        []string
		boto3       string // code of the tls rung, empty for a pass
		requestsLib string
	}{
		"none":                 {nil, "FLTS-L01", "FLTS-L01"},
		"boto3's own":          {[]string{"AWS_CA_BUNDLE", ca.Path}, "", "FLTS-L01"},
		"requests' own":        {[]string{"REQUESTS_CA_BUNDLE", ca.Path}, "", ""},
		"boto3's goes first":   {[]string{"AWS_CA_BUNDLE", other.Path, "REQUESTS_CA_BUNDLE", ca.Path}, "FLTS-L01", ""},
		"curl's":               {[]string{"CURL_CA_BUNDLE", ca.Path}, "FLTS-L01", ""},
		"empty, then curl's":   {[]string{"REQUESTS_CA_BUNDLE", "", "CURL_CA_BUNDLE", ca.Path}, "FLTS-L12", ""},
		"empty":                {[]string{"AWS_CA_BUNDLE", ""}, "FLTS-L12", "FLTS-L01"},
		"a directory":          {[]string{"REQUESTS_CA_BUNDLE", hashed}, "FLTS-L12", ""},
		"a file that is not":   {[]string{"REQUESTS_CA_BUNDLE", "/no/such"}, "FLTS-L12", "FLTS-L12"},
		"Go's, without Python": {[]string{"SSL_CERT_FILE", ca.Path}, "FLTS-L09", "FLTS-L09"},
		"Go's, with Python":    {[]string{"SSL_CERT_FILE", ca.Path, "PATH", "/no/such:" + knowsNot}, "FLTS-L09", "FLTS-L09"},
		"in Python's list":     {[]string{"PATH", knows}, "", ""},
		"not in Python's list": {[]string{"PATH", knowsNot}, "FLTS-L01", "FLTS-L01"},
		"the first Python":     {[]string{"PATH", knows + ":" + knowsNot}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			env := withTask(url, c.vars...)
			_, results := judge(t, store.Checks(env))
			require.Equal(t, c.boto3, results["minio.tls"].Code, "boto3")
			_, results = judge(t, gateway(url).Checks(env))
			require.Equal(t, c.requestsLib, results["gateway.tls"].Code, "requests")
		})
	}

	r := root(t, store.Checks(withTask(url, "SSL_CERT_FILE", ca.Path, "PATH", knowsNot)))
	require.Equal(t, finding{
		ID: "minio.tls", Code: "FLTS-L09", Detail: "the authorities in SSL_CERT_FILE accept the certificate, boto3 does not look there",
		Hint: "export AWS_CA_BUNDLE=" + ca.Path + " REQUESTS_CA_BUNDLE=" + ca.Path,
	}, found(r))
	require.Equal(t, checklist.Fail, r.State, "the list that Python will use was looked at")
	require.Equal(t, "boto3 has its own list: "+filepath.Dir(knowsNot)+"/lib/python3.12/site-packages/certifi/cacert.pem", r.Evidence[2])
	r = root(t, store.Checks(withTask(url, "SSL_CERT_FILE", ca.Path)))
	require.Equal(t, checklist.Warn, r.State, "there may be no Python")
	require.Equal(t, "accepted by "+ca.Path+", which no variable of boto3 names", r.Detail)
	store.CABundle = ca.Path
	r = root(t, store.Checks(withTask(url)))
	require.Equal(t, []any{"FLTS-L09", checklist.Warn}, []any{r.Code, r.State}, "named by the contract, under a name of its own")
}

// Certificates that Go takes and OpenSSL, as Python's clients set it up, does not.
func TestCertificatesThatOnlyPythonRefuses(t *testing.T) {
	ca := newAuthority(t, "own CA")
	between, err := ca.Below(t.TempDir(), "issuing CA")
	require.NoError(t, err)
	weak, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // the case
	require.NoError(t, err)
	short, err := ca.LeafFor(weak, nil)
	require.NoError(t, err)
	below, err := between.Leaf(nil)
	require.NoError(t, err)
	below.Certificate = append(below.Certificate, between.Certificate.Raw)

	odd := func(change func(*x509.Certificate)) authority {
		a, err := tlskit.NewLike(t.TempDir(), "odd CA", change)
		require.NoError(t, err)
		return authority{a}
	}
	notCritical := odd(func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Value: []byte{0x30, 0x03, 0x01, 0x01, 0xff}}}
	})
	noUsage := odd(func(c *x509.Certificate) { c.KeyUsage = 0 })
	noKeyID := odd(nil)
	noKeyID.Certificate.SubjectKeyId = nil // which a leaf takes for its own

	py312, py313 := install(t, "python3.12", ca.Path, "urllib3-2.5.0.dist-info"), install(t, "python3.13", ca.Path, "urllib3-2.5.0.dist-info")
	older := install(t, "python3.13", ca.Path, "urllib3-2.3.0.dist-info")
	const root = `"issuing CA" in the bundle is no root, and its issuer "own CA" is missing`
	for name, c := range map[string]struct {
		leaf        tls.Certificate
		bundle      string
		path        string
		boto3       string // what is wrong, "" if nothing
		requestsLib string
	}{
		"good":                       {ca.leaf(t, nil), ca.Path, py313, "", ""},
		"short key":                  {short, ca.Path, py312, `the key of "server" has 1024 bits, and 2048 are wanted`, `the key of "server" has 1024 bits, and 2048 are wanted`},
		"chain to the root":          {below, ca.Path, py312, "", ""},
		"no root":                    {below, between.Path, py312, root, root},
		"no root, Python 3.13":       {below, between.Path, py313, root, ""},
		"not critical":               {notCritical.leaf(t, nil), notCritical.Path, py313, "", `the basic constraints of "odd CA" are not marked critical`},
		"not critical, 3.12":         {notCritical.leaf(t, nil), notCritical.Path, py312, "", ""},
		"not critical, older urllib": {notCritical.leaf(t, nil), notCritical.Path, older, "", ""},
		"no key usage":               {noUsage.leaf(t, nil), noUsage.Path, py313, "", `the authority "odd CA" has no key usage`},
		"no key identifier":          {noKeyID.leaf(t, nil), noKeyID.Path, py313, "", `"server" has no authority key identifier`},
	} {
		t.Run(name, func(t *testing.T) {
			url, store := secureStore(t, c.leaf)
			env := withTask(url, "REQUESTS_CA_BUNDLE", c.bundle, "PATH", c.path)
			for client, want := range map[string]string{"boto3": c.boto3, "requests": c.requestsLib} {
				checks, id := store.Checks(env), "minio.tls"
				if client == "requests" {
					checks, id = gateway(url).Checks(env), "gateway.tls"
				}
				_, results := judge(t, checks)
				if want == "" {
					require.Equal(t, checklist.Pass, results[id].State, client)
					continue
				}
				require.Equal(t, []string{"FLTS-L13", client + " refuses the certificate, curl and Go accept it: " + want}, []string{results[id].Code, results[id].Detail})
			}
		})
	}
}

func TestCertificatesThatAreRefusedByAll(t *testing.T) {
	ca := newAuthority(t, "own CA")
	fake := newAuthority(t, "Kubernetes Ingress Controller Fake Certificate")
	gone, err := tlskit.NewLike(t.TempDir(), "old CA", func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
	})
	require.NoError(t, err)
	expired := authority{gone}
	for name, c := range map[string]struct {
		leaf   tls.Certificate
		bundle string
		code   string
		detail string
	}{
		"address as a name": {ca.leaf(t, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"127.0.0.1"} }), ca.Path, "FLTS-L02", "the certificate holds the address 127.0.0.1 as a DNS name, where no client looks for it"},
		"ingress default": {
			fake.leaf(t, func(c *x509.Certificate) { c.Subject.CommonName = "Kubernetes Ingress Controller Fake Certificate" }), ca.Path,
			"FLTS-L14", "the ingress has no certificate for 127.0.0.1 and shows its own default one",
		},
		"expired authority": {expired.leaf(t, nil), expired.Path, "FLTS-L03", `the authority "old CA" behind the certificate expired on ` + expired.Certificate.NotAfter.UTC().Format("2006-01-02 15:04 UTC")},
		"no chain":          {func() tls.Certificate { b, _ := ca.Below(t.TempDir(), "issuing CA"); l, _ := b.Leaf(nil); return l }(), ca.Path, "FLTS-L01", "the certificate of HOST comes from an unknown authority"},
		"SHA-1":             {ca.leaf(t, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }), ca.Path, "FLTS-L13", "the certificate is signed with ECDSA-SHA1, which Python and Go refuse"},
	} {
		t.Run(name, func(t *testing.T) {
			url, store := secureStore(t, c.leaf)
			r := root(t, store.Checks(withTask(url, "AWS_CA_BUNDLE", c.bundle)))
			require.Equal(t, []string{c.code, c.detail}, []string{r.Code, replaceHost(t, r.Detail, url)})
			if name == "no chain" {
				require.True(t, strings.HasPrefix(r.Hint, "if that is the right CA, the server leaves out the certificates between: openssl s_client -showcerts"), r.Hint)
			}
		})
	}
}

// The one certificate that boto3 takes and others refuse (measured).
func TestBoto3GoesByTheCommonName(t *testing.T) {
	ca, other := newAuthority(t, "own CA"), newAuthority(t, "other CA")
	url, store := secureStore(t, ca.leaf(t, func(c *x509.Certificate) { c.IPAddresses, c.Subject.CommonName = nil, "minio.example" }))
	named := "minio.example:" + port(t, url)
	store.Endpoint = open("MINIO_ENDPOINT", named)
	env := withTask("https://"+named, "REQUESTS_CA_BUNDLE", ca.Path)
	env.Resolver = names{"minio.example": {"127.0.0.1"}}
	r := root(t, store.Checks(env))
	require.Equal(t, checklist.Warn, r.State, "and what follows is asked")
	require.Equal(t, []string{"FLTS-L02", "the certificate has no subject alternative name, only a common name; boto3 goes by that one, requests, minio-py and Go refuse it"}, []string{r.Code, r.Detail})
	r = root(t, gateway("https://"+named).Checks(env))
	require.Equal(t, []any{"FLTS-L02", checklist.Fail}, []any{r.Code, r.State})
	env.Task["REQUESTS_CA_BUNDLE"] = other.Path
	r = root(t, store.Checks(env))
	require.Equal(t, []any{"FLTS-L02", checklist.Fail}, []any{r.Code, r.State}, "the authority counts all the same")
}

func TestVerificationThatTheTaskSwitchedOff(t *testing.T) {
	ca := newAuthority(t, "own CA")
	s := serveTLS(t, map[string]route{"GET /health": healOK, search: jsonOK}, &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, nil)}})
	env := endpoints.Env{Task: map[string]string{"MLFLOW_TRACKING_INSECURE_TLS": "true"}}
	said, _ := judge(t, tracking(s.URL).Checks(env))
	require.Equal(t, says{"mlflow.tls", checklist.Warn, "FLTS-L01", "the certificate of " + hostPort(t, s.URL) + " comes from an unknown authority; MLFLOW_TRACKING_INSECURE_TLS is set, and MLflow connects all the same"}, said[2])
	require.Equal(t, says{"mlflow.api", checklist.Pass, "", "API answers"}, said[len(said)-1])
	url, store := secureStore(t, ca.leaf(t, nil))
	r := root(t, store.Checks(withTask(url, "MLFLOW_S3_IGNORE_TLS", "1")))
	require.Equal(t, checklist.Fail, r.State)
	require.Equal(t, "MLFLOW_S3_IGNORE_TLS is set: MLflow's artifact store connects all the same, boto3 does not", r.Evidence[len(r.Evidence)-1])
	env.Task["MLFLOW_TRACKING_INSECURE_TLS"] = "false"
	require.Equal(t, checklist.Fail, root(t, tracking(s.URL).Checks(env)).State)
}

func TestACertificateThatEndsSoon(t *testing.T) {
	now := time.Now()
	ca, err := tlskit.NewLike(t.TempDir(), "own CA", func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0) })
	require.NoError(t, err)
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		before, after time.Duration
		want          string
	}{
		"fresh":               {80 * day, 30 * day, ""},
		"soon":                {80 * day, 5*day + time.Hour, "5 days"},
		"very soon":           {80 * day, 5*time.Hour + time.Minute, "5 hours"},
		"of a machine":        {4 * time.Hour, 20 * time.Hour, ""},
		"of a machine, stuck": {20 * time.Hour, 4*time.Hour + time.Minute, "4 hours"},
	} {
		leaf, err := ca.Leaf(func(x *x509.Certificate) { x.NotBefore, x.NotAfter = now.Add(-c.before), now.Add(c.after) })
		require.NoError(t, err)
		url, store := secureStore(t, leaf)
		env := withTask(url, "AWS_CA_BUNDLE", ca.Path)
		_, results := judge(t, store.Checks(env))
		if r := results["minio.tls"]; c.want == "" {
			require.Equal(t, checklist.Pass, r.State, name)
		} else {
			at := now.Add(c.after).UTC().Format("2006-01-02 15:04 UTC")
			require.Equal(t, says{"minio.tls", checklist.Warn, "FLTS-L11", "the certificate ends in " + c.want + ", on " + at}, says{r.ID, r.State, r.Code, r.Detail}, name)
		}
		require.Equal(t, checklist.Pass, results["minio.sign"].State, name)
	}
}
