package redact

import (
	"encoding/hex"
	"strings"
)

// forms are the needles of a secret: each of its parts in every way in which
// output carries it. None is shorter than MinLength.
func forms(plain string) (needles, wrapped []string) {
	for _, text := range parts(plain) {
		code := hex.EncodeToString([]byte(text))
		needles = append(needles, code, strings.ToUpper(code))
		wrapped = append(wrapped, base64Forms(text)...)
		if inner := trimmed(text); text != inner && len(inner) >= MinLength {
			continue // inner is a part as well, and what is around it need not be hidden
		}
		needles = append(needles, text)
		for _, write := range []func(string) []string{jsonForms, urlForms, quotedForms, shellForms, markupForms} {
			needles = append(needles, write(text)...)
		}
	}
	return needles, wrapped
}
