package resolve

import (
	"encoding/base64"
	"strings"
)

// judgeTwice looks for a credential that is base64 of itself: a Secret holds its
// data in base64, and who encodes it first has it twice. Many ordinary words
// decode too ("minio123", "password"), to bytes that are no text, so a second
// proof is asked for.
func (r *Resolution) judgeTwice(k *Resolved, text string, known *Rule) {
	if proof := proofOfBase64(text, known); proof != "" {
		r.add(Warning, CodeTwice, k.Key, "put the value itself under stringData: of the Secret, or use kubectl create secret --from-literal, which encodes it",
			"%s looks like base64 of the value instead of the value: %s", k.evidence(), proof)
	}
}

// proofOfBase64 says what makes it certain enough that a text is base64 of
// another, or "".
func proofOfBase64(text string, known *Rule) string {
	const shortest = 8 // four letters: anything shorter is a coincidence
	if len(text) < shortest || len(text)%4 != 0 {
		return ""
	}
	plain, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		plain, err = base64.URLEncoding.Strict().DecodeString(text)
	}
	if err != nil {
		return ""
	}
	inner, newline := strings.CutSuffix(string(plain), "\n")
	switch {
	case inner == "" || strings.ContainsFunc(inner, func(r rune) bool { return r < ' ' || r > '~' }):
		return ""
	case newline:
		return "it decodes to text that ends with a newline"
	case strings.HasSuffix(text, "="):
		return "it ends with '=' and decodes to text"
	case known.mentions(inner) || isMadeKeyID(inner):
		return "it decodes to a known name or to an access key"
	}
	return ""
}

// mentions reports a half of one of the pairs.
func (r *Rule) mentions(half string) bool {
	for _, pair := range r.Pairs {
		if user, password, _ := strings.Cut(pair, ":"); half == user || half == password {
			return true
		}
	}
	return false
}
