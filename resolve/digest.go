package resolve

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Digest is a short name for the configuration without its secrets: equal
// digests mean equal settings, on every machine and with every version of this
// program that writes the same prefix. It is "v1:" and the first 16 hexadecimal
// digits of the SHA-256 of one
//
//	NAME=VALUE NUL
//
// for each key that is set and not sensitive, sorted by name as bytes. Spellings
// are left out, they follow from the keys.
//
// VALUE is the shown form, passed through mask: a password inside a URL is not
// in the digest, which has no key and could be searched for it.
func (r *Resolution) Digest(mask func(string) string) string {
	var entries []string
	for _, k := range r.Keys {
		if k.Set && !k.Key.Sensitive {
			entries = append(entries, k.Key.Name+"="+mask(k.Value.String())+"\x00")
		}
	}
	slices.SortFunc(entries, func(a, b string) int {
		nameA, _, _ := strings.Cut(a, "=")
		nameB, _, _ := strings.Cut(b, "=")
		return strings.Compare(nameA, nameB)
	})
	sum := sha256.Sum256([]byte(strings.Join(entries, "")))
	return "v1:" + hex.EncodeToString(sum[:8])
}
