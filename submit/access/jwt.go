package access

import (
	"fmt"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/jwt"
)

// claims are what is looked at in the payload of a JWT.
type claims struct {
	Subject   string       `json:"sub"`
	Expires   float64      `json:"exp"`
	NotBefore float64      `json:"nbf"`
	Audience  jwt.Audience `json:"aud"`
}

func readClaims(token string) (c claims, ok bool) {
	ok = jwt.Read(token, &c)
	return c, ok
}

// isServiceAccount reports a token of Kubernetes, of which alone it is known which
// audience KFP wants.
func (c claims) isServiceAccount() bool {
	return strings.HasPrefix(c.Subject, "system:serviceaccount:")
}

// expired is how long ago the token ended; what has no end never did.
func (c claims) expired(now time.Time) (ago time.Duration, ok bool) {
	if c.Expires <= 0 || c.Expires > 1e11 {
		return 0, false
	}
	ago = now.Sub(time.Unix(int64(c.Expires), 0))
	return ago, ago > 0
}

// early is how long until the token begins.
func (c claims) early(now time.Time) (in time.Duration, ok bool) {
	if c.NotBefore <= 0 || c.NotBefore > 1e11 {
		return 0, false
	}
	in = time.Unix(int64(c.NotBefore), 0).Sub(now)
	return in, in > 0
}

// span is a length of time for people, in its largest unit.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	case d >= time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	case d >= time.Minute:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d s", int(d.Seconds()))
}
