package redact

import "encoding/base64"

// base64Forms are what a text gives in base64, in both alphabets: alone, with
// and without padding, and inside something longer. There it gives one of three
// cores, according to what stands before it: the characters that its own bits
// decide. One or two characters at each end are shared with the neighbours; they
// hold less than one byte of the text and are left.
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
	return list
}
