package resolve

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// validate reports everything that is wrong with the contract at once.
func (c *Contract) validate() error {
	v := &contractErrors{}
	owner := map[string]string{}
	groups := map[string]*Key{}
	for _, k := range c.Keys {
		c.validateKey(k, v)
		for _, name := range k.variables() {
			if other := owner[name]; other != "" {
				v.addf("%s is a variable of both %s and %s", name, other, k.Name)
			}
			owner[name] = k.Name
		}
		if first := groups[k.Group]; k.Group != "" && first == nil {
			groups[k.Group] = k
		} else if k.Group != "" && first.Sensitive != k.Sensitive {
			v.addf("group %s: %s and %s must both be sensitive or both not, or they can never come from one layer", k.Group, first.Name, k.Name)
		}
	}
	for _, s := range c.Services {
		c.validateService(s, v)
	}
	return errors.Join(*v...)
}

func (c *Contract) validateKey(k *Key, v *contractErrors) {
	if !isVariableName(k.Name) {
		v.addf("key %q is no name of an environment variable", k.Name)
	}
	if !slices.Contains(types, k.Type) {
		v.addf("key %s: type %q is not one of %s", k.Name, k.Type, joinTypes())
		return
	}
	if (k.Type == Enum) != (len(k.Values) > 0) {
		v.addf("key %s: values belong to an enum, and an enum needs them", k.Name)
	}
	for _, d := range []string{k.Default, k.DevDefault} {
		if _, err := k.parse(strings.ReplaceAll(d, "${namespace}", "default")); d != "" && err != nil {
			v.addf("key %s: default %q %w", k.Name, d, err)
		}
	}
	for _, s := range k.Spellings {
		c.validateSpelling(k, s, v)
	}
	for _, f := range k.Files {
		if !filepath.IsLocal(f) || strings.HasPrefix(f, "..") {
			v.addf("key %s: file %q is no path inside a mounted directory", k.Name, f)
		}
	}
}

func (c *Contract) validateSpelling(k *Key, s Spelling, v *contractErrors) {
	switch {
	case !isVariableName(s.Name):
		v.addf("key %s: spelling %q is no name of an environment variable", k.Name, s.Name)
	case s.As == Same && s.Secure == "":
	case s.As != URL || k.Type != HostPort:
		v.addf("key %s: spelling %s: only a hostport can be written as url", k.Name, s.Name)
	case c.Key(s.Secure) == nil || c.Key(s.Secure).Type != Bool:
		v.addf("key %s: spelling %s: secure %q is no bool key of this contract", k.Name, s.Name, s.Secure)
	}
}

func (c *Contract) validateService(s *Service, v *contractErrors) {
	if !slices.Contains([]string{"s3", "mlflow", "http", "tcp"}, s.Kind) {
		v.addf("service %s: kind %q is not one of s3, mlflow, http, tcp", s.Name, s.Kind)
	}
	if !slices.Contains([]Strictness{Enforce, Warn, Off}, s.Check) {
		v.addf("service %s: check %q is not one of enforce, warn, off", s.Name, s.Check)
	}
	if s.Endpoint == "" {
		v.addf("service %s: no endpoint", s.Name)
	}
	for _, name := range s.Refers() {
		if c.Key(name) == nil {
			v.addf("service %s: no key %q in this contract%s", s.Name, name, didYouMean(name, c.Names()))
		}
	}
}

// contractErrors collects what is wrong.
type contractErrors []error

func (e *contractErrors) addf(format string, args ...any) {
	*e = append(*e, fmt.Errorf(format, args...))
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

func joinTypes() string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}
