package redact

import (
	"encoding/base64"
	"strings"
)

// base64Forms are what a text gives in base64, in both alphabets: alone, with
// and without padding, and inside something longer. There it gives one of three
// cores, according to what stands before it: the characters that its own bits
// decide. One or two characters at each end are shared with the neighbours; they
// hold less than one byte of the text and are left.
func base64Forms(text string) []string {
	list := []string{base64.StdEncoding.EncodeToString([]byte(text)), base64.RawStdEncoding.EncodeToString([]byte(text))}
	for pad := range 3 {
		enc := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", pad) + text))
		first := (pad*8 + 5) / 6
		last := (pad + len(text)) * 8 / 6
		list = append(list, enc[first:last])
	}
	for _, form := range list {
		list = append(list, strings.NewReplacer("+", "-", "/", "_").Replace(form))
	}
	return list
}
