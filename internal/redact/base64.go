package redact

import "encoding/base64"

// base64Forms are what a text gives in base64, in both alphabets: alone, with
// and without padding, and inside something longer. There it gives one of three
// cores, according to what stands before it: the characters that its own bits
// decide. One or two characters at each end are shared with the neighbours; they
// hold less than one byte of the text and are left.
//
// Where base64 is broken into lines, the first characters of a form may be the
// last ones of a line. A trie does not look for a form that begins so (see
// rooted.look), so that what is left of it is a form as well.
func base64Forms(text string) []string {
	var list []string
	for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		list = append(list, alphabet.EncodeToString([]byte(text)), alphabet.WithPadding(base64.NoPadding).EncodeToString([]byte(text)))
		for pad := range 3 {
			enc := alphabet.EncodeToString(append(make([]byte, pad), text...))
			first := (pad*8 + 5) / 6
			last := (pad + len(text)) * 8 / 6
			list = append(list, enc[first:last])
		}
	}
	for _, form := range list {
		for i := 1; i < window && len(form)-i >= MinLength; i++ {
			list = append(list, form[i:])
		}
	}
	return list
}
