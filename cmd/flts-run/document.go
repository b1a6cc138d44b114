package main

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/launch"
	"github.com/flts-run/flts-run/resolve"
)

// schema names the form of the JSON document. Fields may be added under the
// same name; a field that changes its meaning gets a new one.
const schema = "flts-run/v1"

// document is the plan as data: what config -o json prints, check -o json, and
// the report file. It holds no secret: values of sensitive keys are masked, and
// every other text has passed the masker.
type document struct {
	Schema     string             `json:"schema"`
	Version    string             `json:"version"`
	Started    *time.Time         `json:"started,omitempty"`
	DurationMS float64            `json:"duration_ms,omitempty"`
	AppEnv     string             `json:"app_env,omitempty"`
	Namespace  string             `json:"namespace,omitempty"`
	Identity   string             `json:"ambient_identity,omitempty"`
	Platform   documentPlatform   `json:"platform"`
	Digest     string             `json:"configuration_digest,omitempty"`
	PrintKey   string             `json:"fingerprint_key,omitempty"` // which key the fingerprints were made with
	Keys       []documentKey      `json:"keys"`
	Findings   []resolve.Finding  `json:"findings"`
	Stored     []documentStored   `json:"stored_secrets,omitempty"` // that were fetched for exec
	Expiries   []documentExpiry   `json:"expiries,omitempty"`       // those that are known
	Checks     *checklist.Verdict `json:"checks,omitempty"`
	Task       *documentTask      `json:"task,omitempty"`
	Status     int                `json:"status"`
	Reason     string             `json:"reason,omitempty"`
	Hint       string             `json:"hint,omitempty"`
}

type documentKey struct {
	Name      string              `json:"name"`
	Set       bool                `json:"set"`
	Value     string              `json:"value"`
	Sensitive bool                `json:"sensitive,omitempty"`
	Print     string              `json:"fingerprint,omitempty"` // of a value that is not shown
	Origin    string              `json:"origin,omitempty"`
	Layer     string              `json:"layer,omitempty"`
	Notes     []string            `json:"notes,omitempty"`
	Shadowed  []documentCandidate `json:"shadowed,omitempty"`
	Spellings []string            `json:"spellings,omitempty"` // exported beside the name
}

type documentCandidate struct {
	Value  string        `json:"value"`
	Empty  bool          `json:"empty,omitempty"`
	Origin string        `json:"origin"`
	Layer  resolve.Layer `json:"layer"`
}

// documentTask is what was started. The words of the command are not in it,
// they may hold secrets that nobody told us of.
type documentTask struct {
	Program   string             `json:"program"`
	Arguments int                `json:"arguments"`
	Mode      string             `json:"mode"`
	Grace     string             `json:"grace,omitempty"` // between SIGTERM and SIGKILL, when it is supervised
	Redact    string             `json:"redact"`          // whether its output is searched for secrets: on, shapes, off
	Added     []string           `json:"variables_added,omitempty"`
	Changed   []string           `json:"variables_changed,omitempty"`
	Removed   []string           `json:"variables_removed,omitempty"`
	Duplicate []string           `json:"variables_duplicated,omitempty"` // given more than once; the first counts
	Reloads   []reloadEvent      `json:"reloads,omitempty"`              // changes of the configuration while it ran
	Redacted  []documentRedacted `json:"redacted,omitempty"`             // what was, once it has ended
	Ended     *documentEnding    `json:"ended,omitempty"`                // when it was supervised, once it has
}

// newDocument is that of a command that found out nothing yet.
func newDocument() *document {
	return &document{Schema: schema, Version: version, Keys: []documentKey{}, Findings: []resolve.Finding{}}
}

func (p *plan) document(mask *redact.Set) *document {
	r := p.resolution
	d := &document{
		Schema: schema, Version: version, AppEnv: string(r.AppEnv), Namespace: r.Namespace, Identity: r.Ambient,
		Platform: platformDocument(p.platform, mask), Digest: p.digest, PrintKey: p.prints.id(),
		Keys: []documentKey{}, Findings: []resolve.Finding{}, Expiries: p.expiries(),
	}
	for _, k := range r.Keys {
		key := keyDocument(k, mask)
		key.Print = p.prints.of(k, key.Value)
		d.Keys = append(d.Keys, key)
	}
	for _, f := range r.Findings {
		f.Message, f.Hint = mask.Mask(f.Message), mask.Mask(f.Hint)
		d.Findings = append(d.Findings, f)
	}
	if r.Failed() {
		d.Status = p.status()
	}
	return d
}

func keyDocument(k *resolve.Resolved, mask *redact.Set) documentKey {
	key := documentKey{Name: k.Key.Name, Set: k.Set, Value: mask.Mask(k.Value.String()), Sensitive: k.Key.Sensitive, Origin: mask.Mask(k.Origin())}
	for i, c := range k.Candidates {
		if i == k.Winner {
			key.Layer, key.Notes = c.Layer.String(), c.Notes
			continue
		}
		key.Shadowed = append(key.Shadowed, documentCandidate{Value: mask.Mask(c.Value.String()), Empty: c.Empty, Origin: mask.Mask(c.Origin), Layer: c.Layer})
	}
	for _, s := range k.Key.Spellings {
		key.Spellings = append(key.Spellings, s.Name)
	}
	return key
}

func taskDocument(program string, arguments int, o orders, env launch.Env) *documentTask {
	d := &documentTask{Program: program, Arguments: arguments, Mode: o.mode, Redact: o.redact, Added: env.Added, Changed: env.Changed, Removed: env.Removed, Duplicate: env.Duplicates}
	if o.mode == modeSupervise {
		d.Grace = o.grace.String()
	}
	return d
}

// conclude fills in how it ended.
func (d *document) conclude(started time.Time, failed error, mask *redact.Set) {
	d.Started = &started
	d.DurationMS = float64(time.Since(started).Microseconds()) / 1000
	if failed != nil {
		f := asFailure(failed)
		d.Status, d.Reason, d.Hint = f.status, mask.Mask(f.Error()), mask.Mask(f.hint)
	}
}

// encode writes JSON with a final newline. '<', '>' and '&' stay as they are: the
// text is read by people too, and is no part of a web page.
func encode(v any, indent string) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	err := enc.Encode(v)
	return b.String(), err
}
