package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/secret"
)

// diffSchema names the form of the JSON of diff.
const diffSchema = "flts-run/diff/v1"

// difference is what two reports do not have in common.
type difference struct {
	Schema  string    `json:"schema"`
	A       compared  `json:"a"`
	B       compared  `json:"b"`
	Same    bool      `json:"same"` // as far as can be told
	Differ  []differs `json:"differences"`
	Unknown []unknown `json:"cannot_tell"`
}

// compared is one of the two reports.
type compared struct {
	File    string `json:"file"`
	Version string `json:"version"`
	Started string `json:"started,omitempty"`
	Digest  string `json:"configuration_digest,omitempty"`
	Status  int    `json:"status"`
}

// differs is one thing that is not the same.
type differs struct {
	What string `json:"what"` // report, key, finding or check
	Name string `json:"name"`
	How  how    `json:"how"`
	A    *side  `json:"a,omitempty"` // nil where A does not have it
	B    *side  `json:"b,omitempty"`
}

// how tells in which way something differs.
type how string

const (
	added     how = "added"
	removed   how = "removed"
	changed   how = "changed"
	moved     how = "origin"      // only where it comes from
	reprinted how = "fingerprint" // another value of which nothing is shown
)

// side is what one of the reports says.
type side struct {
	Value  string `json:"value"`
	Origin string `json:"origin,omitempty"`
	Print  string `json:"fingerprint,omitempty"`
}

// unknown is a value that both reports have and neither shows.
type unknown struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

func compare(a, b *report) *difference {
	d := &difference{Schema: diffSchema, A: a.compared(), B: b.compared(), Differ: []differs{}, Unknown: []unknown{}}
	for _, field := range []struct{ name, a, b string }{
		{"version", a.Version, b.Version},
		{"app_env", a.AppEnv, b.AppEnv},
		{"namespace", a.Space, b.Space},
		{"ambient_identity", a.Identity, b.Identity},
		{"platform", a.platform(), b.platform()},
		{"task", a.task(), b.task()},
		{"status", fmt.Sprint(a.Status), fmt.Sprint(b.Status)},
	} {
		d.add("report", field.name, plainSide(field.a), plainSide(field.b))
	}
	d.compareKeys(a, b)
	d.compareSets("finding", a.findings(), b.findings())
	if a.Checks != nil && b.Checks != nil {
		d.compareSets("check", a.checks(), b.checks())
	}
	d.Same = len(d.Differ) == 0
	return d
}

func (r *report) compared() compared {
	return compared{File: r.file, Version: r.Version, Started: r.Started, Digest: r.Digest, Status: r.Status}
}

// platform is compared as a whole, whatever is in it.
func (r *report) platform() string {
	fields := map[string]any{}
	if json.Unmarshal(r.Platform, &fields) != nil {
		return ""
	}
	// Each run has its own, so they say nothing of what changed.
	for _, name := range []string{"run_id", "pod", "try", "pid1", "evidence"} {
		delete(fields, name)
	}
	text, err := json.Marshal(fields) // with its names in order
	if err != nil || len(fields) == 0 {
		return ""
	}
	return string(text)
}

func (r *report) task() string {
	if r.Task == nil {
		return ""
	}
	return fmt.Sprintf("%s, %d arguments, mode %s", r.Task.Program, r.Task.Arguments, r.Task.Mode)
}

// add notes a difference if there is one.
func (d *difference) add(what, name string, a, b *side) {
	way := changed
	switch {
	case a == nil && b == nil || a != nil && b != nil && *a == *b:
		return
	case a == nil:
		way = added
	case b == nil:
		way = removed
	case a.Value != b.Value:
	case a.Print != b.Print:
		way = reprinted
	default:
		way = moved
	}
	d.Differ = append(d.Differ, differs{what, name, way, a, b})
}

// plainSide is nil for the empty text: it is not there.
func plainSide(text string) *side {
	if text == "" {
		return nil
	}
	return &side{Value: text}
}

func (d *difference) compareKeys(a, b *report) {
	inA, inB := a.byName(), b.byName()
	seen := map[string]bool{}
	for _, k := range slices.Concat(a.Keys, b.Keys) {
		if !seen[k.Name] {
			seen[k.Name] = true
			d.compareKey(a, b, inA[k.Name], inB[k.Name])
		}
	}
}

func (r *report) byName() map[string]reportKey {
	set := map[string]reportKey{}
	for _, k := range r.Keys {
		set[k.Name] = k
	}
	return set
}

// compareKey compares one key. Not to be in the contract is the same as not
// being set.
func (d *difference) compareKey(a, b *report, ka, kb reportKey) {
	name := cmp.Or(ka.Name, kb.Name)
	comparable := a.PrintKey != "" && a.PrintKey == b.PrintKey && ka.Print != "" && kb.Print != ""
	if !comparable {
		ka.Print, kb.Print = "", ""
	}
	d.add("key", name, ka.side(), kb.side())
	if ka.Set && kb.Set && ka.Value == kb.Value && ka.hidden() && !comparable {
		d.Unknown = append(d.Unknown, unknown{name, whyUnknown(a, b)})
	}
}

func (k reportKey) hidden() bool { return k.Sensitive || strings.Contains(k.Value, secret.Mask) }

// side is nil for a key that is not set.
func (k reportKey) side() *side {
	if !k.Set {
		return nil
	}
	return &side{Value: k.Value, Origin: k.Origin, Print: k.Print}
}

func whyUnknown(a, b *report) string {
	switch {
	case a.PrintKey == "" || b.PrintKey == "":
		return "no fingerprint: a report was written without --fingerprint-key-file or FLTS_FINGERPRINT_KEY"
	case a.PrintKey != b.PrintKey:
		return "the fingerprints were made with different keys"
	}
	return "a report holds no fingerprint of it"
}

// findings are named by all of their text: what changes in one is another
// finding.
func (r *report) findings() map[string]string {
	set := map[string]string{}
	for _, f := range r.Findings {
		set[f.Code+": "+f.Message] = f.Severity
	}
	return set
}

// checks leave out the details, which hold durations and request ids.
func (r *report) checks() map[string]string {
	set := map[string]string{}
	for _, c := range r.Checks.Results {
		set[c.ID] = strings.TrimSpace(c.State + " " + c.Code)
	}
	return set
}

func (d *difference) compareSets(what string, a, b map[string]string) {
	names := []string{}
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		d.add(what, name, plainSide(a[name]), plainSide(b[name]))
	}
}
