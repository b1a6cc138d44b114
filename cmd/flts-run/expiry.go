package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/jwt"
	"github.com/flts-run/flts-run/resolve"
)

// documentExpiry is when a credential of the task is over. What does not say so itself, or
// by a variable beside it, is not listed: nobody knows, which is not for ever.
type documentExpiry struct {
	Key     string    `json:"key"`
	Expires time.Time `json:"expires"`
	By      string    `json:"by"` // what says so
}

// expirationVariable is set beside a session token by aws configure export-credentials.
const expirationVariable = "AWS_CREDENTIAL_EXPIRATION"

// expiries lists what is known of the ends of credentials: of tokens that are JWTs, and of
// a session token that came with the variable.
func (p *plan) expiries() []documentExpiry {
	var list []documentExpiry
	for _, k := range p.resolution.Keys {
		if !k.Set || !k.Key.Sensitive {
			continue
		}
		if t := endOfToken(k.Value.Reveal()); !t.IsZero() {
			list = append(list, documentExpiry{k.Key.Name, t, "the token itself"})
		} else if t, err := time.Parse(time.RFC3339, p.given[expirationVariable]); err == nil && p.isSessionToken(k) {
			list = append(list, documentExpiry{k.Key.Name, t.UTC(), expirationVariable})
		}
	}
	return list
}

// endOfToken is the claim exp of a JWT, zero where there is none.
func endOfToken(token string) time.Time {
	var claims struct {
		Exp float64 `json:"exp"`
	}
	const plausible = 1 << 36 // seconds: some thousand years
	if strings.Count(token, ".") != 2 || !jwt.Read(token, &claims) || claims.Exp <= 0 || claims.Exp > plausible {
		return time.Time{}
	}
	return time.Unix(int64(claims.Exp), 0).UTC()
}

// isSessionToken reports a session token that is a variable of the pod, as the one beside
// it is: that from anywhere else is of another login.
func (p *plan) isSessionToken(k *resolve.Resolved) bool {
	isOne := func(s *resolve.Service) bool { return s.SessionToken == k.Key.Name }
	return slices.ContainsFunc(p.contract.Services, isOne) && k.Value.Reveal() == p.given[k.Variable()]
}

// documentStored is a stored secret that was fetched. When it is rotated next, its answer
// does not say: fltsctl secrets check does.
type documentStored struct {
	Name    string    `json:"name"`
	Version string    `json:"version"`
	Stages  []string  `json:"stages,omitempty"`
	Created time.Time `json:"created,omitzero"` // of the version
	// LoginExpires is when that is over which it was fetched with; a later refresh takes
	// a new one.
	LoginExpires time.Time `json:"login_expires,omitzero"`
}

// document lists what was fetched.
func (f *fetched) document() []documentStored {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []documentStored
	for _, a := range f.answers {
		if a.Failure == nil {
			list = append(list, documentStored{storedName(a.Request.ID), a.Version, a.Stages, a.Created, a.Expires})
		}
	}
	slices.SortFunc(list, func(a, b documentStored) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version)) // versions of one secret, by their stages
	})
	return list
}
