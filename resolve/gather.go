package resolve

import (
	"cmp"
	"slices"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/secret"
)

// gather appends what the sources hold for a key, in the order of precedence.
func gather(found []Candidate, sources []Source, k *Key) []Candidate {
	for rank := range sources {
		s := &sources[rank]
		if !s.supplies(k) {
			continue
		}
		add := func(name string, v Value, spelling int) {
			var sp Spelling
			if spelling > 0 {
				sp = k.Spellings[spelling-1]
			}
			cand := candidate(k, cmp.Or(v.Origin, s.origin(k, name)), s.Layer, v, sp)
			cand.source, cand.spelling, cand.fetched = rank, spelling, s.Fetched
			found = append(found, cand)
		}
		if s.Params {
			s.param(k, add)
		} else {
			s.named(k, add)
		}
	}
	slices.SortStableFunc(found, byPrecedence)
	return found
}

// byPrecedence orders candidates: by layer, inside a layer the contract's own
// default last, the key's own name before its spellings, and then by the rank of
// the source. In the layer of defaults the source counts before the name: each is
// meant to override the next, an overlay its base.
func byPrecedence(a, b Candidate) int {
	if a.Layer == Defaults && b.Layer == Defaults {
		return cmp.Or(falseFirst(a.builtin, b.builtin), cmp.Compare(a.source, b.source), cmp.Compare(a.spelling, b.spelling))
	}
	return cmp.Or(cmp.Compare(a.Layer, b.Layer), falseFirst(a.builtin, b.builtin), cmp.Compare(min(a.spelling, 1), min(b.spelling, 1)),
		cmp.Compare(a.source, b.source), cmp.Compare(a.spelling, b.spelling))
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// named calls f for each variable of the key that the source holds. spelling is
// 0 for the key's own name, else 1 + the index of the spelling.
func (s *Source) named(k *Key, f func(name string, v Value, spelling int)) {
	if v, ok := s.Values[k.Name]; ok {
		f(k.Name, v, 0)
	}
	for i, sp := range k.Spellings {
		if v, ok := s.Values[sp.Name]; ok {
			f(sp.Name, v, i+1)
		}
	}
}

// param does the same for pipeline parameters, whose names differ in case and
// in '-' and '_'. A parameter is found by the names it could have, not by going
// through all parameters, so that large inputs stay linear.
func (s *Source) param(k *Key, f func(name string, v Value, spelling int)) {
	if s.byParam == nil {
		s.byParam = make(map[string][]string, len(s.Values))
		for name := range s.Values {
			s.byParam[near.Folded(name)] = append(s.byParam[near.Folded(name)], name)
		}
		for _, names := range s.byParam {
			slices.Sort(names)
		}
	}
	for i, p := range k.params() {
		spelling := i
		if i > len(k.Spellings) {
			spelling = 0 // a further name of the key itself
		}
		for _, name := range s.byParam[p] {
			f(name, s.Values[name], spelling)
		}
	}
}

// candidate judges one value: its form, and how it would be exported.
func candidate(k *Key, origin string, layer Layer, v Value, s Spelling) Candidate {
	c := Candidate{Origin: origin, Layer: layer, Notes: v.Notes, Err: v.Err, mode: v.Mode, file: v.File, at: v.At}
	text := v.Text.Reveal()
	switch {
	case v.Err != nil:
		return c
	case text == "" && !k.AllowEmpty:
		c.Empty = true
		return c
	case text == "":
		return c // allowed, whatever the type
	case s.As == URL:
		var secure bool
		if c.Err = k.clean(text); c.Err != nil {
			break
		}
		if text, secure, c.Err = fromURL(text); c.Err == nil {
			c.secure = &secure
			text, c.Err = k.parse(text)
		}
	default:
		var parsed string
		if parsed, c.Err = k.parse(text); c.Err == nil && parsed != text {
			c.Notes = append(slices.Clone(c.Notes), "written as "+parsed)
			text = parsed
		}
	}
	if c.Err == nil {
		c.Err = k.fits(text)
	}
	if c.Err != nil {
		text = v.Text.Reveal()
	}
	c.Value = k.shown(text)
	return c
}

// shown is the text as it may be shown for this key.
func (k *Key) shown(text string) secret.String {
	switch {
	case k.Sensitive:
		return secret.New(text)
	case k.Type == Web || k.Type == HostPort:
		return secret.Address(text)
	}
	return secret.Open(text)
}
