package resolve

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/onchange"
)

// contractErrors collects what is wrong with a contract that was read. A place
// is the path of names to it in the file.
type contractErrors struct {
	found   []contractFault
	removed map[string]bool // "keys/NAME" that the file removes
}

type contractFault struct {
	path []string
	text string
}

func (v *contractErrors) addf(place []string, format string, args ...any) {
	v.found = append(v.found, contractFault{place, fmt.Sprintf(format, args...)})
}

// at is a path in a contract file.
func at(names ...string) []string { return names }

// check reports everything that is wrong with the contract at once.
func (v *contractErrors) check(c *Contract) {
	variables, params := map[string]*Key{}, map[string]*Key{}
	for _, k := range c.Keys {
		v.checkKey(c, k)
		v.checkVariables(k, variables)
		v.checkParams(k, params)
	}
	v.checkGroups(c)
	v.checkObjects(&c.Objects)
	v.checkReload(at("reload"), "reload", c.Reload)
	if c.Refresh != "" {
		if _, err := ParseRefresh(c.Refresh); err != nil {
			v.addf(at("refresh"), "refresh %q %v", c.Refresh, err)
		}
	}
	for _, s := range c.Services {
		v.checkService(c, s)
	}
	for _, n := range c.Connections {
		v.checkConnection(c, n)
	}
	for _, s := range c.Stored {
		v.checkStored(c, s)
	}
	for _, r := range c.Policy {
		v.checkRule(r)
	}
}

func (v *contractErrors) checkKey(c *Contract, k *Key) {
	here := at("keys", k.Name)
	v.checkName(here, "key", k.Name)
	switch {
	case k.Type == "":
		v.addf(here, "key %s has no type: write one of %s", k.Name, joinTypes())
		return
	case !slices.Contains(types, k.Type):
		v.addf(at("keys", k.Name, "type"), "key %s: type %q is not one of %s%s", k.Name, k.Type, joinTypes(), didYouMean(string(k.Type), texts(types)))
		return
	}
	if (k.Type == Enum) != (len(k.Values) > 0) {
		v.addf(at("keys", k.Name, "values"), "key %s: values belong to an enum, and an enum needs them", k.Name)
	}
	if k.Sensitive && k.Default != "" {
		v.addf(at("keys", k.Name, "default"), "key %s is sensitive and has a default, which everybody can read: use dev_default, or a Secret", k.Name)
	}
	v.checkReload(at("keys", k.Name, "reload"), "key "+k.Name+": reload", k.Reload)
	v.checkDefault(k, "default", k.Default)
	v.checkDefault(k, "dev_default", k.DevDefault)
	for _, s := range k.Spellings {
		v.checkSpelling(c, k, s)
	}
	v.checkFiles(k, "files", k.Files)
	v.checkFiles(k, "paths", k.Paths)
	if len(k.Paths) > 0 && (k.Type != Text || k.Sensitive) {
		v.addf(at("keys", k.Name, "paths"), "key %s: paths belong to a key of type string that is not sensitive: its value is the path of a file", k.Name)
	}
}

func (v *contractErrors) checkFiles(k *Key, field string, files []string) {
	for _, f := range files {
		if !filepath.IsLocal(f) || strings.HasPrefix(f, "..") {
			v.addf(at("keys", k.Name, field), "key %s: file %q is no path inside a mounted directory", k.Name, f)
		}
	}
}

func (v *contractErrors) checkReload(here []string, what, policy string) {
	if policy == "" {
		return
	}
	if _, err := onchange.Parse(policy); err != nil {
		v.addf(here, "%s %q %v", what, policy, err)
	}
}

func (v *contractErrors) checkDefault(k *Key, field, value string) {
	if value == "" {
		return
	}
	_, err := k.parse(strings.ReplaceAll(value, "${namespace}", "default"))
	switch {
	case err != nil && k.Sensitive:
		v.addf(at("keys", k.Name, field), "key %s: %s %v", k.Name, field, err)
	case err != nil:
		v.addf(at("keys", k.Name, field), "key %s: %s %q %v", k.Name, field, value, err)
	}
}

// checkName refuses what cannot be a variable, and what flts-run reads itself.
func (v *contractErrors) checkName(here []string, what, name string) {
	switch {
	case !isVariableName(name):
		v.addf(here, "%s %q is no name of an environment variable", what, name)
	case name == "APP_ENV" || strings.HasPrefix(name, "FLTS_"):
		v.addf(here, "%s %s: the name is one of flts-run's own settings", what, name)
	}
}

func (v *contractErrors) checkSpelling(c *Contract, k *Key, s Spelling) {
	here := at("keys", k.Name, "spellings", s.Name)
	v.checkName(here, "key "+k.Name+": spelling", s.Name)
	switch {
	case s.As == Same && s.Secure == "":
	case s.As != URL || k.Type != HostPort:
		v.addf(here, "key %s: spelling %s: only a hostport can be written as url", k.Name, s.Name)
	case v.removed["keys/"+s.Secure]:
		v.addf(at("keys", s.Secure), "%s is removed, and %s still needs it for its spelling %s", s.Secure, k.Name, s.Name)
	case c.Key(s.Secure) == nil || c.Key(s.Secure).Type != Bool:
		v.addf(here, "key %s: spelling %s: secure %q is no bool key of this contract", k.Name, s.Name, s.Secure)
	}
}

func (v *contractErrors) checkVariables(k *Key, owner map[string]*Key) {
	for i, name := range k.variables() {
		here := at("keys", k.Name)
		if i > 0 {
			here = at("keys", k.Name, "spellings", name)
		}
		switch other := owner[name]; other {
		case nil:
			owner[name] = k
		case k:
			v.addf(here, "key %s has the spelling %s twice", k.Name, name)
		default:
			v.addf(here, "%s is a variable of both %s and %s", name, other.Name, k.Name)
		}
	}
}

// checkParams looks for parameters that two keys claim. A clash of variables
// was said already.
func (v *contractErrors) checkParams(k *Key, owner map[string]*Key) {
	for i, name := range k.params() {
		further := i > len(k.Spellings)
		switch other := owner[name]; {
		case other == nil:
			owner[name] = k
		case other != k && (further || !slices.Contains(other.variables(), k.variables()[i])):
			v.addf(at("keys", k.Name, "params", name), "parameter %s belongs to both %s and %s", name, other.Name, k.Name)
		}
	}
}

// checkGroups wants of each group two keys that it cannot do without: half a
// login is none.
func (v *contractErrors) checkGroups(c *Contract) {
	var order []string
	members := map[string][]*Key{}
	for _, k := range c.Keys {
		switch {
		case k.Group == "" && k.Optional:
			v.addf(at("keys", k.Name, "optional"), "key %s is optional in its group, and has none", k.Name)
		case k.Group == "":
		case members[k.Group] == nil:
			order = append(order, k.Group)
			fallthrough
		default:
			members[k.Group] = append(members[k.Group], k)
		}
	}
	for _, g := range order {
		first, needed := members[g][0], 0
		for _, k := range members[g] {
			if !k.Optional {
				needed++
			}
			if first.Sensitive != k.Sensitive {
				v.addf(at("keys", k.Name, "group"), "group %s: %s and %s must both be sensitive or both not, or they can never come from one layer", g, first.Name, k.Name)
			}
		}
		if needed < 2 {
			v.addf(at("keys", first.Name, "group"), "group %s: half a group: %s has no other key beside it that is not optional", g, first.Name)
		}
	}
}

func (v *contractErrors) checkService(c *Contract, s *Service) {
	here := at("services", s.Name)
	for _, f := range serviceFields {
		if value, ok := f.at(s).(*string); ok && f.one != nil && !slices.Contains(f.one, *value) {
			v.addf(at("services", s.Name, f.name), "service %s: %s %q is not one of %s%s", s.Name, f.name, *value, strings.Join(f.one, ", "), didYouMean(*value, f.one))
		}
	}
	v.checkKind(c, s)
	if s.Endpoint == "" {
		v.addf(here, "service %s has no endpoint", s.Name)
	}
	if (s.AccessKey == "") != (s.SecretKey == "") {
		v.addf(here, "service %s: access_key and secret_key belong together", s.Name)
	}
	if (s.Username == "") != (s.Password == "") {
		v.addf(here, "service %s: username and password belong together", s.Name)
	}
	for _, f := range serviceFields {
		for _, name := range s.keysOf(f) {
			v.checkReference(c, s, f.name, name)
		}
	}
}

// keysOf lists the keys that a field of the service names.
func (s *Service) keysOf(f field[Service]) []string {
	if slices.Contains(literals, f.name) {
		return nil
	}
	switch v := f.at(s).(type) {
	case *string:
		if f.one == nil && *v != "" {
			return []string{*v}
		}
	case *[]string:
		return *v
	}
	return nil
}

func (v *contractErrors) checkReference(c *Contract, s *Service, field, name string) {
	switch {
	case c.Key(name) != nil:
	case v.removed["keys/"+name]:
		v.addf(at("keys", name), "%s is removed, and service %s still uses it as its %s: change the service, or remove it too", name, s.Name, field)
	default:
		v.addf(at("services", s.Name, field, name), "service %s: %s: no key %q in this contract%s", s.Name, field, name, didYouMean(name, c.Names()))
	}
}

func (v *contractErrors) checkRule(r *Rule) {
	for _, f := range levelFields {
		if level := *f.at(r).(*string); !slices.Contains(f.one, level) {
			v.addf(at("policy", r.Name, f.name), "rule %s: %q is not one of %s%s", r.Name, level, strings.Join(f.one, ", "), didYouMean(level, f.one))
			if r.Unset == r.Prod {
				break // it was given once for all
			}
		}
	}
	for _, pattern := range r.Allow {
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" || strings.Contains(pattern, "/") {
			v.addf(at("policy", r.Name, "allow", pattern), "rule %s: allow %q is no pattern of hosts, like *.example.com", r.Name, pattern)
		}
	}
	for i, pair := range r.Pairs {
		if user, password, ok := strings.Cut(pair, ":"); !ok || user == "" || password == "" {
			v.addf(at("policy", r.Name, "pairs", pair), "rule %s: number %d of pairs is not written USER:PASSWORD", r.Name, i+1)
		}
	}
	for _, s := range r.Variables {
		v.checkName(at("policy", r.Name, "variables", s.Name), "rule "+r.Name+": variable", s.Name)
	}
}

func isVariableName(s string) bool {
	for i, r := range s {
		letter := r == '_' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

func joinTypes() string { return strings.Join(texts(types), ", ") }
