package doctor

import (
	"crypto/x509"
	"encoding/pem"
	"time"

	"k8s.io/client-go/rest"

	"github.com/flts-run/flts-run/internal/jwt"
)

// loginEnded says whether the login of the kubeconfig had an end that is behind us; ""
// where it has none, or shows none. What a program gives is not known.
func (d *Doctor) loginEnded() string {
	config := d.view.API.Config()
	if ended := tokenEnd(config.BearerToken); !ended.IsZero() && ended.Before(d.Now()) {
		return "its token expired on " + date(ended)
	}
	if ended := certificateEnd(config); !ended.IsZero() && ended.Before(d.Now()) {
		return "its client certificate expired on " + date(ended)
	}
	return ""
}

// tokenEnd is when a token ends; zero where it does not say.
func tokenEnd(token string) time.Time {
	var claims struct {
		Expires float64 `json:"exp"`
	}
	if !jwt.Read(token, &claims) || claims.Expires <= 0 || claims.Expires > 1e11 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Expires), 0)
}

// certificateEnd is when the client certificate ends, which is public; zero where there
// is none.
func certificateEnd(config *rest.Config) time.Time {
	if rest.LoadTLSFiles(config) != nil {
		return time.Time{}
	}
	block, _ := pem.Decode(config.CertData)
	if block == nil {
		return time.Time{}
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return time.Time{}
	}
	return certificate.NotAfter
}
