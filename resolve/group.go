package resolve

import (
	"fmt"
	"slices"
	"strings"
)

// groupsOf lists the keys of each group, in the order of the contract.
func groupsOf(keys []*Resolved) [][]*Resolved {
	var order []string
	members := map[string][]*Resolved{}
	for _, k := range keys {
		if g := k.Key.Group; g != "" {
			if members[g] == nil {
				order = append(order, g)
			}
			members[g] = append(members[g], k)
		}
	}
	groups := make([][]*Resolved, len(order))
	for i, g := range order {
		groups[i] = members[g]
	}
	return groups
}

// chooseGroup takes all members from one layer: the highest in which any of
// those that the group needs is given. Half a group is never completed from a
// lower layer, where the other half belongs to another login.
func (r *Resolution) chooseGroup(group []*Resolved, sources []Source) {
	from := place{}
	for _, k := range group {
		if p := k.topPlace(); !k.Key.Optional && p.layer != 0 && (from.layer == 0 || p.above(from)) {
			from = p
		}
	}
	if from.layer == Defaults && r.hasIdentity(group[0].Key) {
		from = place{} // default credentials are not put over an identity of the pod
	}
	layer, source := from.layer, -1
	var missing []*Resolved
	for _, k := range group {
		if k.Key.Optional {
			continue
		}
		if i := k.firstIn(from); i >= 0 {
			r.settle(k, i)
			source = k.Candidates[i].source
		} else if layer != 0 {
			missing = append(missing, k)
		}
	}
	for _, k := range group {
		if k.Key.Optional {
			r.chooseOptional(k, from, source)
		}
	}
	for _, k := range missing {
		r.reportHalf(group, k, layer, sources)
	}
	if layer != 0 && len(missing) == 0 {
		r.judgeMixed(group)
	}
}

// chooseOptional takes a session token only from the very source of its keys. A
// token that another source of the layer holds is left over from another login:
// mounted keys and a token in the environment do not belong together.
func (r *Resolution) chooseOptional(k *Resolved, from place, source int) {
	i := slices.IndexFunc(k.Candidates, func(c Candidate) bool { return c.place() == from && c.source == source && !c.Empty })
	if i < 0 {
		r.leaveStale(k)
		return
	}
	r.settle(k, i)
}

// hasIdentity reports whether the pod's own identity can take the place of the
// key's group: an AWS identity does for the credentials of an object store, and
// for nothing else.
func (r *Resolution) hasIdentity(k *Key) bool { return r.Ambient != "" && r.ambientFor[k.Group] }

// topPlace is the highest place in which the key is given, or the zero place.
func (k *Resolved) topPlace() place {
	for _, c := range k.Candidates {
		if !c.Empty {
			return c.place()
		}
	}
	return place{}
}

func (p place) above(q place) bool {
	return p.layer < q.layer || p.layer == q.layer && p.source < q.source
}

func (k *Resolved) firstIn(p place) int {
	return slices.IndexFunc(k.Candidates, func(c Candidate) bool { return c.place() == p && !c.Empty })
}

func (r *Resolution) reportHalf(group []*Resolved, k *Resolved, layer Layer, sources []Source) {
	var have, all []string
	for _, m := range group {
		if m.Winner >= 0 {
			have = append(have, fmt.Sprintf("%s (%s)", m.Key.Name, m.Origin()))
		}
		if !m.Key.Optional {
			all = append(all, m.Key.Name)
		}
	}
	note := ""
	if lower := k.topPlace(); lower.layer != 0 {
		note = fmt.Sprintf("; the value in layer %s is not used, because halves of different logins do not fit", lower.layer)
	}
	advice := "give " + strings.Join(all, " and ") + " in the same place"
	if where, file := nearFile(k.Key, sources); file != "" {
		advice = fmt.Sprintf("%s holds %s: name it %s, or %s", where.Name, file, k.Key.Name, advice)
	}
	r.add(Error, CodeHalfPair, k.Key, advice,
		"half a pair: %s is missing in layer %s, where %s is given%s", k.Key.Name, layer, strings.Join(have, ", "), note)
	k.half = true
}

// leaveStale reports an optional member, such as a session token, that belongs
// to another login than the group.
func (r *Resolution) leaveStale(k *Resolved) {
	for _, c := range k.Candidates {
		if c.Empty {
			continue
		}
		r.Stale = append(r.Stale, k.Key.variables()...)
		r.add(Warning, CodeStale, k.Key, "unset "+k.Key.Name+", or run with --fix-env",
			"%s (%s) does not belong to the credentials in use: it is not taken", k.Key.Name, c.Origin)
		return
	}
}

// judgeMixed warns when the members come from different places of one layer.
func (r *Resolution) judgeMixed(group []*Resolved) {
	places := map[int]bool{}
	var from []string
	for _, k := range group {
		if k.Winner >= 0 {
			places[k.Candidates[k.Winner].source] = true
			from = append(from, fmt.Sprintf("%s (%s)", k.Key.Name, k.Origin()))
		}
	}
	if len(places) > 1 {
		r.add(Warning, CodeDisagree, group[0].Key, "give them in one place",
			"one login from different places: %s", strings.Join(from, ", "))
	}
}
