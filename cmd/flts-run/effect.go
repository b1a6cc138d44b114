package main

import (
	"slices"

	"github.com/flts-run/flts-run/internal/onchange"
	"github.com/flts-run/flts-run/resolve"
)

// effect is what another configuration means for the task.
type effect struct {
	keys     []string // of which the task would get another value
	shadowed []string // of which only a value differs that it does not get
}

// effectOf compares two configurations of one contract.
func (p *plan) effectOf(q *plan) effect {
	var e effect
	if p.appEnv != q.appEnv {
		e.keys = append(e.keys, appEnvOption.variable)
	}
	for i, k := range p.resolution.Keys {
		switch other := q.resolution.Keys[i]; {
		case k.Set != other.Set || k.Value.Reveal() != other.Value.Reveal():
			e.keys = append(e.keys, k.Key.Name)
		case !slices.EqualFunc(k.Candidates, other.Candidates, sameCandidate):
			e.shadowed = append(e.shadowed, k.Key.Name)
		}
	}
	return e
}

func sameCandidate(a, b resolve.Candidate) bool {
	return a.Origin == b.Origin && a.Empty == b.Empty && a.Value.Reveal() == b.Value.Reveal()
}

// policyFor is what is to be done when a key changes: what was said for this run,
// or else the contract, for the key or for all.
func (p *plan) policyFor(name string, o orders) onchange.Policy {
	if o.onChange != nil {
		return *o.onChange
	}
	text := p.contract.Reload
	if k := p.contract.Key(name); k != nil && k.Reload != "" {
		text = k.Reload
	}
	policy, _ := onchange.Parse(text) // the contract was checked; "" is to ignore it
	return policy
}

// strongest are the policies that are carried out when several keys change at once:
// of the strongest kind, and each signal once.
func (p *plan) strongest(keys []string, o orders) []onchange.Policy {
	var all []onchange.Policy
	for _, name := range keys {
		all = append(all, p.policyFor(name, o))
	}
	slices.SortFunc(all, onchange.Compare)
	last := all[len(all)-1].Kind
	all = slices.DeleteFunc(all, func(one onchange.Policy) bool { return one.Kind != last })
	return slices.Compact(all)
}
