package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
)

// judgeMisnamed looks through mounted directories for files that are nearly named
// like a key, and that would count under its name: such a key has no value, or
// only a default that hides the mistake.
func (r *Resolution) judgeMisnamed(c *Contract, sources []Source) {
	const worthAHint = 200 // files; a directory with more is no Secret of one component
	var names []string
	for i := range sources {
		s := &sources[i]
		if s.Dir == "" || len(s.Others) > worthAHint {
			continue
		}
		for _, file := range s.Others {
			if isPrescribed(file) {
				continue
			}
			if names == nil {
				names = c.Names()
			}
			k := r.keyLike(c, file, names)
			if k == nil || k.Key.Required && k.Winner < 0 || k.half {
				continue // none, or it is said with what is missing
			}
			r.misnamed(Warning, k, s, file, k.Key.Name+" is not given there")
		}
	}
}

// keyLike returns the key that a file was meant for, if there is one that could
// use it.
func (r *Resolution) keyLike(c *Contract, file string, names []string) *Resolved {
	key := c.KeyFor(near.Name(file, names))
	if key == nil {
		i := slices.IndexFunc(c.Keys, func(k *Key) bool { return k.endsLike(file) })
		if i < 0 {
			return nil
		}
		key = c.Keys[i]
	}
	k := r.byName[key.Name]
	if k.Winner >= 0 && k.Candidates[k.Winner].Layer != Defaults {
		return nil
	}
	return k
}

// nearFile returns the first mounted directory with a file that is nearly named
// like the key.
func nearFile(k *Key, sources []Source) (where *Source, file string) {
	for i := range sources {
		s := &sources[i]
		if s.Dir == "" || !s.supplies(k) {
			continue
		}
		if like := s.near(k); len(like) > 0 {
			return s, like[0]
		}
		if i := slices.IndexFunc(s.Others, k.endsLike); i >= 0 {
			return s, s.Others[i]
		}
	}
	return nil, ""
}

// endsLike reports a name that is the end of the key's or of a spelling's, without
// regard to case and to what joins the words: accesskey and access-key are
// MINIO_ACCESS_KEY. KFP's own Secret is written so.
func (k *Key) endsLike(file string) bool {
	const shortest = len("password")
	short := letters(file)
	if len(short) < shortest {
		return false
	}
	return slices.ContainsFunc(k.variables(), func(v string) bool { return strings.HasSuffix(letters(v), short) })
}

// letters is a name in small letters, without what joins its words.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("_-.", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// misnamed says that a file has another name than the key.
func (r *Resolution) misnamed(sev Severity, k *Resolved, where *Source, file, what string) {
	volume := "secret"
	if where.Layer == ConfigMap {
		volume = "configMap"
	}
	hint := fmt.Sprintf("name it so where it is made, or in the pod: volumes[].%s.items: [{key: %s, path: %s}], with the other keys", volume, file, k.Key.Name)
	if isPrescribed(file) {
		hint = fmt.Sprintf("if it is meant, say so in the contract: keys: {%s: {files: [%s]}}", k.Key.Name, file)
	}
	r.add(sev, CodeNearName, k.Key, hint,
		"%s: present in %s: %s; expected: %s", what, where.Name, file, k.Key.Name)
}
