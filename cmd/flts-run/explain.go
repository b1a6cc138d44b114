package main

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/checklist/codes"
	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/resolve"
)

// explain prints everything that is known of some keys and what some finding codes
// mean: the product, so it goes to stdout. That a key is wrong does not make
// explaining it a failure.
func (r *runner) explain(c *cli.Context) error {
	if err := r.noTask("explain"); err != nil {
		return err
	}
	s := newSettings(c, r.environ)
	format, err := s.oneOf(outputOption, "table", "json")
	if err != nil {
		return err
	}
	doc := explainDocument{Schema: explainSchema, Version: version, Keys: []explainedKey{}}
	if c.Bool("codes") {
		if err := r.noArguments(c, "flts-run explain CODE prints the text of one"); err != nil {
			return err
		}
		return r.listCodes(format, doc)
	}
	if !c.Args().Present() {
		return usage("flts-run explain MINIO_ENDPOINT, or a code: flts-run explain FLTS-T01; flts-run config lists the keys, flts-run explain --codes the codes", "nothing to explain")
	}
	found, keys, codeErr := askedCodes(c.Args().Slice())
	doc.Codes = found
	if len(keys) > 0 {
		err = r.explainKeys(c.Context, keys, s, &doc)
	}
	if err := joined(codeErr, err); err != nil {
		return err
	}
	text, err := r.explained(doc, format)
	if err != nil {
		return err
	}
	_, err = io.WriteString(r.stdout, text)
	return err
}

// explainKeys is the part of explain that needs the configuration.
func (r *runner) explainKeys(ctx context.Context, names []string, s *settings, doc *explainDocument) error {
	p, err := r.prepare(ctx, s)
	if err != nil {
		return err
	}
	keys, err := p.asked(names, s)
	if err != nil {
		return err
	}
	for _, k := range keys {
		doc.Keys = append(doc.Keys, p.explained(k, &r.out.Mask))
	}
	return nil
}

// explained is the document in a format.
func (r *runner) explained(doc explainDocument, format string) (string, error) {
	if format == "json" {
		return encode(doc, "  ")
	}
	var parts []string
	for _, code := range doc.Codes {
		parts = append(parts, code.String())
	}
	for _, key := range doc.Keys {
		parts = append(parts, console.Printable(r.out.Mask.Mask(key.table())))
	}
	return strings.Join(parts, "\n"), nil
}

// asked finds the keys that the arguments name, each once. A key goes by its
// name, its spellings and the names of its parameters.
func (p *plan) asked(names []string, s *settings) ([]*resolve.Resolved, error) {
	var keys []*resolve.Resolved
	var problems []error
	for _, name := range names {
		k := p.contract.Lookup(name)
		switch {
		case k != nil:
			if key := p.resolution.Get(k.Name); !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		case strings.HasPrefix(name, "-"):
			problems = append(problems, usage("flags stand before the keys: flts-run explain "+name+" … KEY", "%q is no key", name))
		default:
			problems = append(problems, usage(p.nearKey(name), "no key %q in the contract", name))
		}
	}
	return keys, joined(problems...)
}

func (p *plan) nearKey(name string) string {
	return near.DidYouMean(name, append(p.contract.Names(), p.contract.ParamNames()...), "flts-run config lists the keys of the contract")
}

// explainSchema names the form of the JSON of explain.
const explainSchema = "flts-run/explain/v1"

type explainDocument struct {
	Schema  string         `json:"schema"`
	Version string         `json:"version"`
	Keys    []explainedKey `json:"keys"`
	Codes   []codes.Text   `json:"codes,omitempty"`
}

// explainedKey is a key with all that decides its value. It holds no secret:
// every text has passed the masker.
type explainedKey struct {
	Name       string               `json:"name"`
	Doc        string               `json:"doc,omitempty"`
	Type       resolve.Type         `json:"type"`
	Accepts    string               `json:"accepts"`
	Sensitive  bool                 `json:"sensitive,omitempty"`
	Required   bool                 `json:"required,omitempty"`
	Group      []string             `json:"group,omitempty"` // what must come from the same layer
	Set        bool                 `json:"set"`
	Value      string               `json:"value"`
	Origin     string               `json:"origin,omitempty"`
	Layer      string               `json:"layer,omitempty"`
	Candidates []explainedCandidate `json:"candidates"`
	NotAsked   []string             `json:"not_asked,omitempty"` // secrets of a store that could supply it
	Variables  []explainedVariable  `json:"variables"`
	Changes    []change             `json:"changes"`
	Findings   []resolve.Finding    `json:"findings,omitempty"`
}

type explainedCandidate struct {
	Layer  resolve.Layer `json:"layer"`
	Origin string        `json:"origin"`
	Value  string        `json:"value"`
	Empty  bool          `json:"empty,omitempty"`
	Wins   bool          `json:"wins,omitempty"`
	Why    string        `json:"why"`
	Notes  []string      `json:"notes,omitempty"`

	unread bool // it is there and could not be read
}

// explainedVariable is a variable that carries the value.
type explainedVariable struct {
	Name     string   `json:"name"`
	Exported bool     `json:"exported"`
	Value    string   `json:"value"`
	ReadBy   []string `json:"read_by,omitempty"`
}

func (p *plan) explained(k *resolve.Resolved, mask *redact.Set) explainedKey {
	e := explainedKey{
		Name: k.Key.Name, Doc: k.Key.Doc, Type: k.Key.Type, Accepts: k.Key.Accepts(), Sensitive: k.Key.Sensitive, Required: k.Key.Required,
		Group: p.groupOf(k.Key), Set: k.Set, Value: mask.Mask(k.Value.String()), Origin: mask.Mask(k.Origin()),
		Candidates: []explainedCandidate{}, Variables: p.variables(k, mask), Changes: p.changes(k), NotAsked: p.notAsked(k),
	}
	reasons := p.resolution.Why(k)
	for i, c := range k.Candidates {
		if i == k.Winner {
			e.Layer = c.Layer.String()
		}
		e.Candidates = append(e.Candidates, explainedCandidate{
			Layer: c.Layer, Origin: mask.Mask(c.Origin), Value: mask.Mask(c.Value.String()),
			Empty: c.Empty, Wins: i == k.Winner, Why: mask.Mask(reasons[i]), Notes: c.Notes,
			unread: c.Err != nil && c.Value.IsEmpty(),
		})
	}
	for i := range e.Changes {
		e.Changes[i].Command, e.Changes[i].Note = mask.Mask(e.Changes[i].Command), mask.Mask(e.Changes[i].Note)
	}
	for _, f := range p.resolution.Findings {
		if f.Key == k.Key.Name {
			f.Message, f.Hint = mask.Mask(f.Message), mask.Mask(f.Hint)
			e.Findings = append(e.Findings, f)
		}
	}
	return e
}

// variables lists the names that a value is exported under, also those of a key
// that is not set.
func (p *plan) variables(k *resolve.Resolved, mask *redact.Set) []explainedVariable {
	exported := map[string]string{}
	for v := range p.resolution.Variables() {
		exported[v.Name] = v.Value
	}
	show := secret.Open
	if k.Key.Sensitive {
		show = secret.New
	}
	list := []explainedVariable{{Name: k.Key.Name, ReadBy: k.Key.ReadBy}}
	for _, s := range k.Key.Spellings {
		list = append(list, explainedVariable{Name: s.Name, ReadBy: s.ReadBy})
	}
	for i := range list {
		if text, ok := exported[list[i].Name]; ok {
			list[i].Exported, list[i].Value = true, mask.Mask(show(text).String())
		} else if slices.Contains(p.resolution.Stale, list[i].Name) && p.given[list[i].Name] != "" {
			list[i].Exported, list[i].Value = true, secret.Mask+" (left over)"
		}
	}
	return list
}

// groupOf names the keys that must come from the same layer, the key itself
// among them.
func (p *plan) groupOf(key *resolve.Key) []string {
	var names []string
	for _, k := range p.contract.Keys {
		if key.Group != "" && k.Group == key.Group {
			names = append(names, k.Name)
		}
	}
	return names
}
