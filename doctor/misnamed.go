package doctor

import (
	"fmt"
	"slices"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/resolve"
)

// misnamed finds the names in an object with which a key of the contract was meant that
// the object does not give, and which keys those are. kind is "configmap" or "secret",
// and others are the names that the contract does not know.
func (d *Doctor) misnamed(r *resolved, kind, name, code string, layer resolve.Layer, others []string) (found []checklist.Finding, renamed map[string]bool) {
	renamed = map[string]bool{}
	for _, other := range others {
		meant, sure := d.Contract.Meant(other)
		key := d.Contract.KeyFor(meant)
		isAppEnv := meant != "" && key == nil
		switch {
		case meant == "":
			continue
		case isAppEnv && (kind == "secret" || r.appEnv != "" || renamed[meant]):
			continue
		case !isAppEnv && (key.Sensitive != (kind == "secret") || r.gives(layer, key.Name) || renamed[key.Name]):
			continue
		}
		f := fail(code, fmt.Sprintf("%s has key %s, expected %s", name, other, meant))
		if isAppEnv {
			renamed[meant] = true
		} else {
			renamed[key.Name] = true
			if !sure && !key.Required {
				f.State = checklist.Warn
			}
			if key.Required {
				f.Explains = []string{"policy/" + resolve.CodeMissing, "policy/" + resolve.CodeDevDefault}
			}
		}
		rename := d.patch(kind, "json", []step{move(other, meant)})
		if f.State == checklist.Warn { // it may be somebody else's
			f = hinted(f, "if it was meant: "+rename.Line)
		} else {
			f = d.mendedIn(r, layer, f, rename)
		}
		found = append(found, f)
	}
	return found, renamed
}

// gives reports whether a layer has a value for a key, be it used or not.
func (r *resolved) gives(layer resolve.Layer, key string) bool {
	return slices.ContainsFunc(r.Get(key).Candidates, func(c resolve.Candidate) bool {
		return c.Layer == layer && !c.Empty
	})
}

// given counts the keys of the contract that a layer gives, of those that belong there.
func (r *resolved) given(layer resolve.Layer) (have, all int) {
	for _, k := range r.Keys {
		if k.Key.Sensitive == (layer == resolve.Secret) {
			all++
			if r.gives(layer, k.Key.Name) {
				have++
			}
		}
	}
	return have, all
}
