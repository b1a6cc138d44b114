package main

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/resolve"
)

// expectation is a value that somebody says a variable of the task has.
type expectation struct {
	variable string
	key      *resolve.Key
	want     string // of a sensitive key its fingerprint
	from     string // --expect or FLTS_EXPECT
}

// readExpectations reads --expect NAME=VALUE, and FLTS_EXPECT, which holds any
// number of them with white space between. A name is that of a key or of one of
// its spellings. A sensitive value is expected by its fingerprint: arguments and
// variables are for everybody to see.
func readExpectations(c *resolve.Contract, s *settings, prints fingerprinter) ([]expectation, error) {
	var list []expectation
	var problems []error
	add := func(text, from string) {
		e, err := parseExpectation(c, text, from, prints)
		list, problems = append(list, e), append(problems, err)
	}
	for _, text := range s.expected {
		add(text, "--expect")
	}
	for text := range strings.FieldsSeq(s.vars[expectVariable]) {
		add(text, expectVariable)
	}
	return list, joined(problems...)
}

func parseExpectation(c *resolve.Contract, text, from string, prints fingerprinter) (expectation, error) {
	name, want, ok := strings.Cut(text, "=")
	if !ok {
		return expectation{}, usage("write "+from+" KEY=VALUE", "%s: no '=' in what is expected", from)
	}
	key := c.KeyFor(name)
	if key == nil {
		return expectation{}, usage(near.DidYouMean(name, c.Names(), "flts-run config lists the keys of the contract"), "%s: no such key in the contract", from)
	}
	if key.Sensitive && (prints == nil || !isFingerprint(want)) {
		return expectation{}, usage("expect its fingerprint, as flts-run config -o json shows it with a --fingerprint-key-file",
			"%s %s: the key is sensitive, and its value must not be given in clear", from, name)
	}
	return expectation{name, key, want, from}, nil
}

// unexpected lists the expectations that are not met. A parameter that beats the
// ConfigMap is no fault by itself, that is what parameters are for: only who says
// what he expects learns that something shadows it.
func (p *plan) unexpected(list []expectation) []resolve.Finding {
	var findings []resolve.Finding
	exported := p.resolution.Environ()
	for _, e := range list {
		k := p.resolution.Get(e.key.Name)
		got, shown := exported[e.variable], fmt.Sprintf("%q", secret.Address(e.want))
		if e.key.Sensitive {
			got, shown = p.prints.of(k, k.Value.String()), "the one with the fingerprint "+e.want
		}
		if got == e.want {
			continue
		}
		findings = append(findings, resolve.Finding{
			Severity: resolve.Error, Code: codeUnexpected, Key: e.key.Name,
			Message: fmt.Sprintf("%s is %s, and %s expects %s%s", e.variable, p.valueShown(k, got), e.from, shown, candidatesShown(k)),
			Hint:    "flts-run explain " + e.key.Name + " shows all places; --param " + strings.ToLower(e.key.Name) + "=VALUE decides",
		})
	}
	return findings
}

// valueShown is a value in use with its origin, as far as it may be shown.
func (p *plan) valueShown(k *resolve.Resolved, value string) string {
	switch {
	case !k.Set:
		return "not set"
	case k.Key.Sensitive:
		return "another (" + k.Origin() + ")"
	}
	return fmt.Sprintf("%q (%s)", secret.Address(value), k.Origin())
}

// candidatesShown lists what lost, so that it is seen where the expected value
// is.
func candidatesShown(k *resolve.Resolved) string {
	var list []string
	for i, c := range k.Candidates {
		switch {
		case i == k.Winner || c.Empty:
		case k.Key.Sensitive:
			list = append(list, c.Origin)
		default:
			list = append(list, fmt.Sprintf("%q (%s)", c.Value, c.Origin))
		}
	}
	if list == nil {
		return ""
	}
	return "; shadowed: " + strings.Join(list, ", ")
}
