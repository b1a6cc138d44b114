package resolve

import (
	"slices"
	"strings"
)

// Ask is what a resolution still wants of a stored secret. It names no value: whoever
// fetches does so by IDs, and only when something is Wanted.
type Ask struct {
	Secret *StoredSecret
	IDs    []string          // the first that is there counts
	Wanted []string          // variables of keys that nothing else supplies
	Spared map[string]string // by key that it could supply: why it is not asked for it

	contract *Contract
}

// Asks lists what the stored secrets of the contract could add, in the order of their
// precedence, to a resolution of the sources that rank above them: a key that one of
// these supplies is not wanted.
func (r *Resolution) Asks(c *Contract) []Ask {
	var asks []Ask
	for _, s := range c.Stored {
		a := Ask{Secret: s, Spared: map[string]string{}, contract: c}
		if s.in(r.AppEnv) || !strings.Contains(s.ID, appEnvPlaceholder) {
			a.IDs = s.ids(c, r.AppEnv)
		} else {
			a.IDs = []string{s.ID}
		}
		for _, name := range s.variables(c) {
			k := r.byName[c.KeyFor(name).Name]
			if why := r.spared(s, k); why != "" {
				a.Spared[k.Key.Name] = why
			} else if !slices.Contains(a.Wanted, name) {
				a.Wanted = append(a.Wanted, name)
			}
		}
		asks = append(asks, a)
	}
	return asks
}

// spared says why a secret need not be asked for a key, "" if it must.
func (r *Resolution) spared(s *StoredSecret, k *Resolved) string {
	if !s.in(r.AppEnv) {
		return "because " + r.appEnvText() + " and it is asked for with " + strings.Join(s.environments(), " or ")
	}
	if i := k.given(); i >= 0 {
		return "because " + k.Candidates[i].Origin + " supplies it"
	}
	if k.Key.Group == "" {
		return ""
	}
	complete := ""
	for _, m := range r.Keys {
		if m.Key.Group != k.Key.Group || m.Key.Optional {
			continue
		}
		i := m.given()
		switch {
		case i >= 0 && m.Candidates[i].Layer < Secret:
			return "because group " + k.Key.Group + " comes from layer " + m.Candidates[i].Layer.String()
		case i < 0:
			return "" // another member is wanted
		}
		complete = m.Candidates[i].Origin
	}
	return "because group " + k.Key.Group + " comes from " + complete
}

// given is the index of the first candidate that somebody gave, or -1.
func (k *Resolved) given() int {
	return slices.IndexFunc(k.Candidates, func(c Candidate) bool { return !c.Empty && !c.builtin })
}

func (s *StoredSecret) environments() []string {
	if len(s.Environments) == 0 {
		return texts([]AppEnv{Staging, Prod})
	}
	return s.Environments
}

func (r *Resolution) appEnvText() string {
	if r.AppEnv == "" {
		return "APP_ENV is not set"
	}
	return "APP_ENV is " + string(r.AppEnv)
}
