package resolve

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
)

// ReadObject makes a source of the keys of a ConfigMap or a Secret as envFrom gives
// them to a process: nothing is taken away from a value. name is the source's name.
//
// A key whose contract says where it is inside a mount is looked for there as well: under
// the last name of that path, which the object itself has as a rule. Where a volume puts
// the key of an object elsewhere, only its pod can tell.
func ReadObject(c *Contract, name string, layer Layer, data map[string][]byte) Source {
	s := Source{Name: name, Layer: layer, Values: map[string]Value{}}
	for _, key := range slices.Sorted(maps.Keys(data)) {
		s.add(c, key, string(data[key]))
	}
	s.takePaths(c, func(file string) (Value, bool) {
		text, found := data[path.Base(file)]
		if !found || file != path.Base(file) && len(c.mapped(path.Base(file))) > 1 {
			return Value{}, false
		}
		return FileValue("", string(text)), true
	})
	return s
}

// Maps reports whether the contract has a key in a file of that name, somewhere inside a
// mount.
func (c *Contract) Maps(name string) bool { return len(c.mapped(name)) > 0 }

// mapped are the keys with a file of that name.
func (c *Contract) mapped(name string) []*Key {
	var keys []*Key
	for _, k := range c.Keys {
		if slices.ContainsFunc(slices.Concat(k.Files, k.Paths), func(file string) bool { return path.Base(file) == name }) {
			keys = append(keys, k)
		}
	}
	return keys
}

// Variable is the name under which the value in use was found: the key's own or that of
// a spelling.
func (k *Resolved) Variable() string {
	if k.Winner < 0 {
		return k.Key.Name
	}
	name, _ := k.Key.variable(k.Candidates[k.Winner].spelling)
	return name
}

// Meant is the variable that was meant by a name which the contract does not know, ""
// when it is like none. It is sure of a typing error, and not of a name that is the end
// of a longer one: "username" may well be somebody else's.
func (c *Contract) Meant(name string) (variable string, sure bool) {
	if variable := near.Name(name, append(c.Names(), "APP_ENV")); variable != "" {
		return variable, true
	}
	for _, k := range c.Keys {
		if k.endsLike(name) {
			return k.Name, false
		}
	}
	return "", false
}

// Takes reports whether a value under a variable of the key is usable.
func (k *Key) Takes(variable, value string) bool {
	var as Spelling
	for _, s := range k.Spellings {
		if s.Name == variable {
			as = s
		}
	}
	return candidate(k, "", ConfigMap, Plain(value), as).Err == nil
}

// Mended are the values, by variable, that were meant by one that the key does not take;
// nil when that cannot be told. It is never told of a sensitive key or of an address
// with a login.
func (k *Key) Mended(variable, value string) map[string]string {
	if k.Sensitive || k.shown(value).Hidden() {
		return nil
	}
	bare := strings.TrimFunc(value, func(r rune) bool { return stray(r) != "" })
	if bare != "" && k.Takes(variable, bare) {
		return map[string]string{variable: bare}
	}
	as := Same
	if i := slices.IndexFunc(k.Spellings, func(s Spelling) bool { return s.Name == variable }); i >= 0 {
		as = k.Spellings[i].As
	}
	meant := k.mended(value, as)
	if meant == "" || !k.Takes(variable, meant) {
		return nil
	}
	settings := map[string]string{variable: meant}
	if name, secure, ok := strings.Cut(strings.TrimSpace(k.mendedScheme(value, as)), "="); ok {
		settings[name] = secure
	}
	return settings
}

// CredentialInConfigMap is how seriously the policy takes one; false where it does not
// mind.
func (r *Resolution) CredentialInConfigMap() (Severity, bool) {
	return r.policy.rule(ruleSensitiveConfigMap).severity(r.AppEnv)
}
