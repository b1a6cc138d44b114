package main

import (
	"errors"
	"slices"

	"github.com/flts-run/flts-run/resolve"
)

// States of a key.
const (
	keyFound    = "found"
	keyDefault  = "default"  // nobody gives it, and the contract does
	keyUnread   = "not read" // its secret is there, and only reading it tells whether the key is
	keyUnknown  = "unknown"  // its place was not seen
	keyUnusable = "unusable" // it is there, and no component takes it
	keyMissing  = "missing"
	keyOptional = "not given" // and need not be
)

// keyPlace is a key with the place where it would be found first, and the others.
type keyPlace struct {
	Name      string   `json:"key"`
	State     string   `json:"state"`
	Required  bool     `json:"required,omitempty"`
	Sensitive bool     `json:"sensitive,omitempty"`
	Place     string   `json:"place,omitempty"`
	Layer     string   `json:"layer,omitempty"`
	Also      []string `json:"also,omitempty"` // in the order in which they would count
	Reason    string   `json:"reason,omitempty"`

	status int // of the place that was not seen
}

// keyPlaces says where a key is: at the place that won, or else where it might be.
func keyPlaces(r *resolve.Resolution, k *resolve.Resolved) keyPlace {
	p := keyPlace{Name: k.Key.Name, State: keyOptional, Required: k.Key.Required, Sensitive: k.Key.Sensitive}
	if p.Required {
		p.State = keyMissing
	}
	given := slices.DeleteFunc(slices.Clone(k.Candidates), func(c resolve.Candidate) bool { return c.Empty })
	first := slices.IndexFunc(given, func(c resolve.Candidate) bool { return k.Winner >= 0 && c.Origin == k.Origin() })
	if first < 0 && k.Winner < 0 && len(given) > 0 {
		first = 0
	}
	if first >= 0 {
		p.found(k, given[first])
	}
	for i, c := range given {
		if place := c.Origin + doubt(c); i != first && !slices.Contains(p.Also, place) && c.Origin != p.Place {
			p.Also = append(p.Also, place)
		}
	}
	for _, f := range r.Findings {
		if f.Code == resolve.CodeHalfPair && f.Key == k.Key.Name {
			p.State, p.Reason = keyMissing, f.Message
		}
	}
	return p
}

// found takes the place of a key and what is known of it there.
func (p *keyPlace) found(k *resolve.Resolved, c resolve.Candidate) {
	p.Place, p.Layer, p.State = c.Origin, c.Layer.String(), keyFound
	var hidden *notSeen
	switch {
	case c.Err == nil && (k.IsBuiltin() || k.IsDevDefault()):
		p.State = keyDefault
	case c.Err == nil || errors.Is(c.Err, errWhole):
	case errors.Is(c.Err, errUnread):
		p.State = keyUnread
	case !errors.As(c.Err, &hidden):
		p.State, p.Reason = keyUnusable, c.Err.Error()
	default:
		p.State = keyUnknown
		if !slices.ContainsFunc(k.Candidates, isThere) {
			p.status = hidden.status
		}
	}
}

// isThere reports a place that has the key for sure.
func isThere(c resolve.Candidate) bool {
	return !c.Empty && (c.Err == nil || errors.Is(c.Err, errWhole))
}

// doubt says of a place why the key may not be there.
func doubt(c resolve.Candidate) string {
	var hidden *notSeen
	switch {
	case errors.Is(c.Err, errUnread):
		return " (not read)"
	case errors.As(c.Err, &hidden):
		return " (not seen)"
	case c.Err != nil && !isThere(c):
		return " (not usable)"
	}
	return ""
}
