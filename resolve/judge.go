package resolve

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/redact"
)

// judge says what there is to say about one key after it was settled.
func (r *Resolution) judge(k *Resolved, sources []Source) {
	if k.Winner < 0 {
		r.judgeMissing(k, sources)
	}
	r.judgeDisagreement(k)
	if !k.Key.Sensitive {
		return
	}
	for _, c := range k.Candidates {
		switch {
		case c.Empty:
		case c.Layer == Parameters:
			r.breach(r.policy.rule(ruleSensitiveParameter), CodeSensParam, []*Resolved{k}, "give it in a Secret: parameters are stored and shown in clear by the pipeline server",
				"%s is sensitive and was given as a pipeline parameter (%s)", k.Key.Name, c.Origin)
		case c.Layer == Defaults && c.source < len(sources) && sources[c.source].Params:
			r.breach(r.policy.rule(ruleSensitiveParameter), CodeSensParam, []*Resolved{k}, "give it in a Secret: the defaults of a component are stored with the pipeline, in clear",
				"%s is sensitive and its value is part of the pipeline (%s)", k.Key.Name, c.Origin)
		case c.Layer == ConfigMap:
			r.breach(r.policy.rule(ruleSensitiveConfigMap), CodeSensConfig, []*Resolved{k}, "move it to a Secret: a ConfigMap is readable by everybody in the namespace",
				"%s is sensitive and was found in a ConfigMap (%s)", k.Key.Name, c.Origin)
		}
	}
	if k.Set && !k.Value.IsEmpty() && len(k.Value.Reveal()) < redact.MinLength {
		r.add(Warning, CodeShort, k.Key, "use a longer value",
			"%s (%s) is shorter than %d characters: it cannot be told from ordinary text and is not masked inside other output", k.Key.Name, k.Origin(), redact.MinLength)
	}
}

func (r *Resolution) judgeMissing(k *Resolved, sources []Source) {
	switch {
	case !k.Key.Required || k.half:
		return
	case r.hasIdentity(k.Key):
		return // the identity of the pod takes its place
	}
	hint := "pass --param " + k.Key.params()[0] + "=VALUE, or put " + k.Key.Name + " into the ConfigMap"
	if k.Key.Sensitive {
		hint = "put " + k.Key.Name + " into the Secret that the pod mounts or reads"
	}
	// Where this much is missing nobody reads on for typing errors, and looking
	// for them costs the product of both numbers.
	const worthAHint = 50
	if r.missing++; r.missing > worthAHint {
		// no further search
	} else if where, file := nearFile(k.Key, sources); file != "" {
		r.misnamed(Error, k, where, file, fmt.Sprintf("%s is required and has no value", k.Key.Name))
		return
	} else if near := nearNames(k.Key, sources); near != "" {
		hint = near + "; " + hint
	}
	r.add(Error, CodeMissing, k.Key, hint, "%s is required and has no value; searched: %s", k.Key.Name, searched(k.Key, sources))
}

// searched lists the places where the key could have been.
func searched(k *Key, sources []Source) string {
	var places []string
	for i := range sources {
		s := &sources[i]
		if !s.supplies(k) {
			continue
		}
		name := s.Name
		if s.Params {
			name += " " + k.params()[0]
		}
		if s.Note != "" {
			name += " (" + s.Note + ")"
		} else if why := s.Spared[k.Name]; why != "" {
			name += " (not asked, " + why + ")"
		}
		places = append(places, name)
	}
	return strings.Join(append(places, "default"), ", ")
}

func nearNames(k *Key, sources []Source) string {
	for i := range sources {
		if near := sources[i].near(k); sources[i].supplies(k) && len(near) > 0 {
			return fmt.Sprintf("%s holds %s: did you mean %s?", sources[i].Name, strings.Join(near, ", "), k.Name)
		}
	}
	return ""
}

// judgeDisagreement warns about different values inside one layer.
func (r *Resolution) judgeDisagreement(k *Resolved) {
	for i := range k.Candidates {
		c := &k.Candidates[i]
		if c.Empty || c.Err != nil {
			continue
		}
		for j := range i {
			before := &k.Candidates[j]
			if before.place() == c.place() && !before.Empty && before.Err == nil && !before.agrees(c) {
				r.add(Warning, CodeDisagree, k.Key, "keep one of them",
					"%s has two values in layer %s: %s wins over %s", k.Key.Name, c.Layer, before.quoted(k.Key), c.quoted(k.Key))
				break
			}
		}
	}
}

// place is where values must agree and where a group must be whole: a layer,
// but in the layer of defaults each source, because there every one is meant to
// be overridden by the one above.
type place struct {
	layer  Layer
	source int
}

func (c *Candidate) place() place {
	if c.Layer == Defaults {
		return place{c.Layer, c.source}
	}
	return place{layer: c.Layer}
}

func (c *Candidate) agrees(o *Candidate) bool {
	sameScheme := c.secure == nil || o.secure == nil || *c.secure == *o.secure
	return sameScheme && c.Value.Reveal() == o.Value.Reveal()
}

func (c *Candidate) quoted(k *Key) string {
	if k.Sensitive {
		return c.Origin
	}
	if c.secure != nil { // the scheme is part of what was said
		return fmt.Sprintf("%q (%s)", toURL(c.Value.String(), *c.secure), c.Origin)
	}
	return fmt.Sprintf("%q (%s)", c.Value, c.Origin)
}

// judgeDevDefaults says once that development credentials are in use without
// anybody having asked for them.
func (r *Resolution) judgeDevDefaults() {
	if r.AppEnv != "" {
		return
	}
	var names []string
	var first *Key
	for _, k := range r.Keys {
		if k.IsDevDefault() {
			names = append(names, k.Key.Name)
			if first == nil {
				first = k.Key
			}
		}
	}
	if first != nil {
		r.add(Warning, CodeDevDefault, first, "set APP_ENV=dev if this is meant, or mount the Secret",
			"development credentials are used for %s, because APP_ENV is not set", strings.Join(names, " and "))
	}
}

// refuse reports a candidate that won and cannot be used.
func (r *Resolution) refuse(k *Key, c Candidate) {
	if u := (*unfetched)(nil); errors.As(c.Err, &u) {
		return // its secret has said so
	}
	code, what, want := CodeType, c.Err.Error(), ""
	var inv *invalid
	if errors.As(c.Err, &inv) {
		code, what, want = inv.code, inv.what, strings.ReplaceAll(inv.want, "=KEY=", "="+k.Name+"=")
	}
	origin := c.Origin
	if c.at != "" {
		origin += ":" + c.at
	}
	switch {
	case k.Sensitive:
		r.refuseSensitive(k, c, code, origin, what, want)
	case c.Value.IsEmpty():
		r.add(Error, code, k, want, "%s (%s) %s", k.Name, origin, what)
	default:
		name, as := k.variable(c.spelling)
		if r.tracks[k.Name] && isLocalStore(c.Value.Reveal()) {
			code, what, want = CodeLocalStore, notAServer(c.Value.Reveal()), "set "+name+"=http://mlflow."+r.Namespace+".svc.cluster.local:5000"
		}
		if meant := k.mended(c.Value.Reveal(), as); meant != "" && code != CodeLocalStore {
			want = "set " + name + "=" + meant + k.mendedScheme(c.Value.Reveal(), as) + also(want, code)
		}
		r.add(Error, code, k, want, "%s = %s (%s) %s", k.Name, quoteShort(c.Value), origin, what)
	}
}

// also keeps of a hint what the mended value does not say: where the character
// came from.
func also(want, code string) string {
	if code == CodeStray {
		return "; " + want
	}
	return ""
}

// variable is the name under which a candidate was found, and the form of the
// value there.
func (k *Key) variable(spelling int) (string, Form) {
	if spelling == 0 {
		return k.Name, Same
	}
	return k.Spellings[spelling-1].Name, k.Spellings[spelling-1].As
}

// refuseSensitive says the length of a credential with an extra character, which
// tells it from the one that was meant, and nothing else of it.
func (r *Resolution) refuseSensitive(k *Key, c Candidate, code, origin, what, want string) {
	if code == CodeStray {
		code = CodeStraySecret
		if r.proves[k.Name] {
			code = CodeStrayProof
		}
		what += fmt.Sprintf(" (%d bytes in all)", len(c.Value.Reveal()))
		if slices.Contains(c.Notes, NoteNewline) {
			what += ", after " + NoteNewline
		}
		if c.Layer == Secret && !c.fetched {
			want = "write it again without: " + hint.PatchSecret(r.podNamespace, k.Name)
		}
	}
	r.add(Error, code, k, want, "%s (%s) %s", k.Name, origin, what)
}

// quoteShort quotes a value for a sentence; the middle of a long one is left
// out.
func quoteShort(v interface{ String() string }) string {
	s := v.String()
	if len(s) > 200 {
		return fmt.Sprintf("%q… (%d bytes)", s[:80], len(s))
	}
	return fmt.Sprintf("%q", s)
}
