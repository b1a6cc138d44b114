package doctor

import (
	"fmt"
	"slices"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/resolve"
)

// misnamed finds the names in the object of a layer with which a key of the contract was
// meant that the object does not give, and says which keys those are.
func (d *Doctor) misnamed(r *resolved, layer resolve.Layer) (found []checklist.Finding, renamed map[string]bool) {
	code, others := codeNoKey, r.configOthers
	if layer == resolve.Secret {
		code, others = resolve.CodeNearName, r.secretOthers
	}
	_, object := d.objectOf(layer)
	renamed = map[string]bool{}
	for _, other := range others {
		meant, sure := d.Contract.Meant(other)
		key, wanted := d.Contract.KeyFor(meant), meant
		if key != nil {
			wanted = key.Name
		}
		if meant == "" || renamed[wanted] || !r.lacks(layer, key) {
			continue
		}
		if layer == resolve.Secret && resolve.Prescribes(string(r.secret.Type), other) {
			if key.Required {
				renamed[wanted] = true
				found = append(found, d.unmapped(object, other, key))
			}
			continue
		}
		renamed[wanted] = true
		f := fail(code, fmt.Sprintf("%s has key %s, expected %s", object, other, meant))
		if key != nil && key.Required {
			f.Explains = []string{"policy/" + resolve.CodeMissing, "policy/" + resolve.CodeDevDefault}
		}
		rename := d.patch(layer, "json", []step{move(other, meant)})
		if sure || key.Required {
			f = d.mendedIn(r, layer, f, rename)
		} else { // it may be somebody else's
			f.State = checklist.Warn
			f = hinted(f, "if it was meant: "+rename.Line)
		}
		found = append(found, f)
	}
	return found, renamed
}

// unmapped is the finding of a key that may be meant by a name which the type of the
// Secret prescribes: the object cannot have another, so the contract has to say it.
func (d *Doctor) unmapped(object, name string, key *resolve.Key) checklist.Finding {
	f := fail(resolve.CodeNearName, fmt.Sprintf("%s has key %s, as its type wants it, and the contract does not say that it is %s", object, name, key.Name))
	f.Explains = []string{"policy/" + resolve.CodeMissing, "policy/" + resolve.CodeDevDefault}
	return hinted(f, fmt.Sprintf("mount the Secret, and write into the contract: keys: {%s: {files: [%s]}}", key.Name, name))
}

// lacks reports whether a key belongs into the object of a layer, which does not give it.
// No key is APP_ENV, of the ConfigMap.
func (r *resolved) lacks(layer resolve.Layer, key *resolve.Key) bool {
	if key == nil {
		return layer == resolve.ConfigMap && r.appEnv == ""
	}
	return key.Sensitive == (layer == resolve.Secret) && !r.gives(layer, key.Name)
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
