package endpoints_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/tlskit"
)

// authority is a CA made in the test.
type authority struct{ *tlskit.Authority }

func newAuthority(t *testing.T, name string) authority {
	t.Helper()
	a, err := tlskit.New(t.TempDir(), name)
	require.NoError(t, err)
	return authority{a}
}

// leaf makes a server certificate for 127.0.0.1, changed as wanted.
func (a authority) leaf(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	c, err := a.Leaf(change)
	require.NoError(t, err)
	return c
}

func serveTLS(t *testing.T, routes map[string]route, config *tls.Config) *table {
	t.Helper()
	s := newTable(routes)
	s.TLS = config
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestAHealthyServerWithTLS(t *testing.T) {
	ca := newAuthority(t, "own CA")
	s := serveTLS(t, map[string]route{"GET /minio/health/live": live(), "*": {status: 200, body: list}}, &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, nil)}})
	target := minio(hostPort(t, s.URL), "dataset")
	target.Secure, target.CABundle = open("MINIO_SECURE", "true"), ca.Path
	said, _ := judge(t, target.Checks(endpoints.Env{}))
	require.Equal(t, says{"minio.tls", checklist.Pass, "", "TLS 1.3, certificate valid until " + time.Now().Add(time.Hour).UTC().Format("2006-01-02")}, said[2])
	require.Equal(t, says{"minio.bucket.dataset", checklist.Pass, "", "bucket dataset listed"}, said[5])
	require.Equal(t, []string{"GET /minio/health/live", "GET /dataset?list-type=2&max-keys=1"}, s.requests())
}

func TestWhyAHandshakeFails(t *testing.T) {
	ca, other := newAuthority(t, "own CA"), newAuthority(t, "other CA")
	with := func(change func(*x509.Certificate)) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, change)}}
	}
	const mount = "mount the CA and set AWS_CA_BUNDLE=PATH REQUESTS_CA_BUNDLE=PATH SSL_CERT_FILE=PATH"
	ends := time.Now().Add(-time.Minute)
	starts := time.Now().Add(30 * time.Minute)
	at := func(d time.Time) string { return d.UTC().Format("2006-01-02 15:04 UTC") }
	for name, c := range map[string]struct {
		server *tls.Config
		bundle string
		want   finding
	}{
		"unknown authority": {with(nil), other.Path, finding{
			ID: "x.tls", Code: "FLTS-L01", Detail: "the certificate of HOST comes from an unknown authority",
			Hint: "if that is the right CA, the server leaves out the certificates between: openssl s_client -showcerts -connect HOST; else " + mount,
		}},
		"system authorities": {with(nil), "", finding{ID: "x.tls", Code: "FLTS-L01", Detail: "the certificate of HOST comes from an unknown authority", Hint: mount}},
		"no bundle": {with(nil), "/no/such/ca.pem", finding{
			ID: "x.tls", Code: "FLTS-L12", Detail: "the CA bundle /no/such/ca.pem does not exist",
			Hint: "mount the CA there, or correct REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE: ls -lL /no/such/ca.pem",
		}},
		"a device": {with(nil), os.DevNull, finding{
			ID: "x.tls", Code: "FLTS-L12", Detail: "the CA bundle /dev/null is no regular file",
			Hint: "mount the CA there, or correct REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE: ls -lL /dev/null",
		}},
		"wrong name": {with(func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"*.example", "minio.example"} }), ca.Path, finding{
			ID: "x.tls", Code: "FLTS-L02", Detail: `the certificate is for "*.example, minio.example", not for 127.0.0.1`,
			Hint: "set GATEWAY_URL=https://minio.example:PORT, or issue a certificate with the subject alternative name 127.0.0.1",
		}},
		"a name without an end": {with(func(c *x509.Certificate) {
			c.IPAddresses, c.DNSNames = nil, []string{strings.Repeat("a.", 1000) + "example"}
		}), ca.Path, finding{
			ID: "x.tls", Code: "FLTS-L02", Detail: `the certificate is for "` + strings.Repeat("a.", 80) + `…", not for 127.0.0.1`,
			Hint: "issue a certificate with the subject alternative name 127.0.0.1",
		}},
		"common name only": {with(func(c *x509.Certificate) { c.IPAddresses, c.Subject.CommonName = nil, "127.0.0.1" }), ca.Path, finding{
			ID: "x.tls", Code: "FLTS-L02", Detail: "the certificate has no subject alternative name, only a common name",
			Hint: "issue a certificate with the subject alternative name 127.0.0.1",
		}},
		"expired": {with(func(c *x509.Certificate) { c.NotAfter = ends }), ca.Path, finding{
			ID: "x.tls", Code: "FLTS-L03", Detail: "the certificate expired on " + at(ends), Hint: "renew it; it is shown by: openssl s_client -connect HOST",
		}},
		"not yet valid": {with(func(c *x509.Certificate) { c.NotBefore = starts }), ca.Path, finding{
			ID: "x.tls", Code: "FLTS-L04", Detail: "the certificate is not valid before " + at(starts), Hint: "compare the clocks, on the node: timedatectl status",
		}},
		"client certificate": {
			&tls.Config{Certificates: with(nil).Certificates, ClientAuth: tls.RequireAnyClientCert}, ca.Path,
			finding{ID: "x.http", Code: "FLTS-L07", Detail: "HOST wants a client certificate", Hint: "join the mesh or mount one; by hand: curl -v --cert C --key K https://HOST/"},
		},
		"client certificate, TLS 1.2": {
			&tls.Config{Certificates: with(nil).Certificates, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, ca.Path,
			finding{ID: "x.tls", Code: "FLTS-L07", Detail: "HOST wants a client certificate", Hint: "join the mesh or mount one; by hand: curl -v --cert C --key K https://HOST/"},
		},
		"TLS 1.0": {
			&tls.Config{Certificates: with(nil).Certificates, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, ca.Path, //nolint:gosec // the case
			finding{ID: "x.tls", Code: "FLTS-L08", Detail: "HOST speaks only old versions of TLS", Hint: "enable TLS 1.2 or later on the server: openssl s_client -connect HOST"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveTLS(t, map[string]route{"*": {status: 200}}, c.server)
			target := endpoints.HTTP{Name: "x", URL: open("GATEWAY_URL", s.URL), CABundle: c.bundle}
			r := root(t, target.Checks(endpoints.Env{}))
			even := strings.NewReplacer(hostPort(t, s.URL), "HOST", ":"+port(t, s.URL), ":PORT")
			r.Detail, r.Hint = even.Replace(r.Detail), even.Replace(r.Hint)
			require.Equal(t, c.want, found(r))
			if name == "unknown authority" {
				require.Regexp(t, `^issuer "own CA", SHA-256 [0-9A-F]{64}$`, r.Evidence[1])
				require.Equal(t, "only the authorities in "+other.Path+" are accepted", r.Evidence[2])
			}
		})
	}
}

func TestTheWrongScheme(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "own CA")
	secure := serveTLS(t, nil, &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, nil)}})
	plain := serve(t, nil)
	abrupt := listen(t, func(c net.Conn) {
		_ = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, nil)}}).HandshakeContext(t.Context())
	})
	ssh := listen(t, func(c net.Conn) {
		_, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2p1\r\n"))
		drain(c)
	})
	mute := listen(t, drain)
	for name, c := range map[string]struct {
		url  string
		want finding
	}{
		"http to TLS":        {"http://" + hostPort(t, secure.URL), finding{ID: "gateway.http", Code: "FLTS-L05", Detail: "HOST speaks TLS, not plain http", Hint: "set GATEWAY_URL=https://HOST"}},
		"http to mute TLS":   {"http://" + abrupt, finding{ID: "gateway.http", Code: "FLTS-L05", Detail: "HOST speaks TLS, not plain http", Hint: "set GATEWAY_URL=https://HOST"}},
		"https to http":      {"https://" + hostPort(t, plain.URL), finding{ID: "gateway.tls", Code: "FLTS-L06", Detail: "HOST speaks plain http, not https", Hint: "set GATEWAY_URL=http://HOST"}},
		"https to something": {"https://" + ssh, finding{ID: "gateway.tls", Code: "FLTS-L06", Detail: "HOST does not speak TLS", Hint: "set GATEWAY_URL=http://HOST"}},
		"https to silence":   {"https://" + mute, finding{ID: "gateway.tls", Code: "FLTS-T07", Detail: "HOST does not answer the TLS handshake", Hint: "the server is overloaded or does not speak TLS; try GATEWAY_URL=http://HOST"}},
	} {
		t.Run(name, func(t *testing.T) {
			var limits endpoints.Limits
			if c.want.Code == "FLTS-T07" {
				limits.Dial = 300 * time.Millisecond
			}
			r := root(t, gateway(c.url).Checks(endpoints.Env{Limits: limits}))
			even := strings.NewReplacer(hostPort(t, c.url), "HOST")
			r.Detail, r.Hint = even.Replace(r.Detail), even.Replace(r.Hint)
			require.Equal(t, c.want, found(r))
		})
	}
	target := minio(hostPort(t, plain.URL))
	target.Secure = open("MINIO_SECURE", "true")
	require.Equal(t, "set MINIO_SECURE=false", root(t, target.Checks(endpoints.Env{})).Hint, "the hint is in the form of the key")
}
