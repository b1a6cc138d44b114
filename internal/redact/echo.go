package redact

import "bytes"

// search looks at the places of one text, from its start to its end.
type search struct {
	m    *matcher
	text []byte
	echo echo
}

// next returns the first place at or behind from where a secret stands or where
// the text ends before that can be said, and len(text) if there is none.
func (s *search) next(from int) (int, hit) {
	if len(s.m.filter.bits) == 0 {
		return len(s.text), hit{}
	}
	for i := from; i < len(s.text); i++ {
		if i = s.m.filter.skip(s.text, i); i == len(s.text) {
			break
		}
		if h := s.look(i); h.n > 0 || h.open {
			return i, h
		}
	}
	return len(s.text), hit{}
}

// look says what stands at one place.
func (s *search) look(at int) hit {
	h, known := s.echo.of(s.text, at)
	if !known {
		var seen int
		h, seen = s.m.needles(s.text[at:])
		if seen >= longLook {
			s.echo.remember(s.text, look{at, seen, h})
		}
	}
	for _, shape := range s.m.shapes {
		n, open := shape.look(s.text[at:])
		h.add(hit{n: n, lead: shape.lead, key: shape.key, open: open, begun: none})
	}
	return h
}

// longLook is how many bytes a look must have taken to be worth remembering.
const longLook = 16

// look is what was found at one place, by looking at so many bytes from there on.
type look struct {
	at, seen int
	hit      hit
}

// echo keeps a text that repeats itself, like the needles that are searched for,
// from being looked at as often as it does: where the same bytes stood before, the
// same was found. It knows of one repetition at a time.
type echo struct {
	latest [8]look // in a ring
	count  int     // of all there were
	period int     // of the repetition, 0 for none
	same   int     // from the place looked at last up to here, all is as a period before
}

// of returns what is at a place where the text is as it was a period before.
func (e *echo) of(text []byte, at int) (h hit, known bool) {
	if e.period == 0 {
		return hit{}, false
	}
	for i := range min(e.count, len(e.latest)) {
		before := e.back(i)
		if before.at != at-e.period || at+before.seen > len(text) {
			continue
		}
		for e.same = max(e.same, at); e.same < at+before.seen; e.same++ {
			if text[e.same] != text[e.same-e.period] {
				return hit{}, false
			}
		}
		h = before.hit
		e.add(look{at, before.seen, h})
		return h, true
	}
	return hit{}, false
}

// remember takes note of a look, and of the period when it is the repetition of one
// before.
func (e *echo) remember(text []byte, l look) {
	if l.at+l.seen > len(text) { // the end of the text has a part in it
		return
	}
	seen := text[l.at : l.at+l.seen]
	for i := range min(e.count, len(e.latest)) {
		before := e.back(i)
		if before.seen == l.seen && bytes.Equal(seen, text[before.at:before.at+l.seen]) {
			e.period, e.same = l.at-before.at, l.at+l.seen
			break
		}
	}
	e.add(l)
}

// back is the latest look, the one before that, and so forth.
func (e *echo) back(i int) *look { return &e.latest[(e.count-1-i)%len(e.latest)] }

func (e *echo) add(l look) {
	e.latest[e.count%len(e.latest)] = l
	e.count++
}
