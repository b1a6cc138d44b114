package fakes3

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/rclone/gofakes3/signature"
)

const maxSkew = 15 * time.Minute

// gate lets a request through when it is signed by one of the users, and hands
// the user on in the context. Its questions come in MinIO's order, so that a
// request with two faults gets the answer that MinIO gives.
//
// The signature is recomputed by gofakes3 and not by the AWS signer that our
// own client signs with: a fault of the signer must not verify itself.
type gate struct {
	users  map[string]User
	ahead  time.Duration
	region string
	next   http.Handler
}

func (g gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, refusal := g.identify(r)
	if refusal != nil {
		refusal.write(w, r)
		return
	}
	g.next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), userKey{}, user)))
}

func (g gate) identify(r *http.Request) (User, *refusal) {
	if auth := r.Header.Get("Authorization"); auth != "" {
		if !strings.HasPrefix(auth, "AWS4-HMAC-SHA256") {
			return User{}, refuse(http.StatusBadRequest, "InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
		}
		if g.skewed(r) {
			return User{}, refuse(http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the server's time is too large.")
		}
		if wrong := g.otherRegion(auth); r.URL.Path != "/" && wrong != nil {
			return User{}, wrong
		}
	}
	user, known := g.users[claimedAccessKey(r)]
	if user.Disabled {
		return User{}, refuse(http.StatusForbidden, "InvalidAccessKeyId", "Your account is disabled; please contact your administrator.")
	}
	if known && (r.Header.Get("X-Amz-Security-Token") != "" || r.URL.Query().Get("X-Amz-Security-Token") != "") {
		return User{}, refuse(http.StatusForbidden, "InvalidTokenId", "The security token included in the request is invalid")
	}
	verdict := signature.V4SignVerifyWithLookup(r, func(string) (string, bool) { return user.SecretKey, known })
	if verdict != signature.ErrNone {
		answer := signature.GetAPIError(verdict)
		return User{}, refuse(answer.HTTPStatusCode, answer.Code, answer.Description)
	}
	return user, nil
}

// skewed leaves a missing or malformed date to the verification.
func (g gate) skewed(r *http.Request) bool {
	signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	return err == nil && time.Now().Add(g.ahead).Sub(signed).Abs() > maxSkew
}

// otherRegion refuses a signature for a region that is not the server's, and
// names that one.
func (g gate) otherRegion(auth string) *refusal {
	signed, verdict := signature.ParseSignV4(auth)
	if g.region == "" || verdict != signature.ErrNone || strings.Contains(auth, "/"+g.region+"/s3/aws4_request") || signed.Credential.GetAccessKey() == "" {
		return nil
	}
	f := refuse(http.StatusBadRequest, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region is wrong; expecting '"+g.region+"'.")
	f.Region = g.region
	return f
}
