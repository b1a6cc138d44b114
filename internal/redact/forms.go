package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// forms lists how a secret may be written. None is shorter than MinLength-1:
// base64 at an odd alignment keeps one character less than the secret has.
func forms(plain string) []string {
	var list []string
	for _, text := range parts(plain) {
		list = append(list, text, jsonEscaped(text, true), jsonEscaped(text, false),
			unquoted(strconv.Quote(text)), unquoted(strconv.QuoteToASCII(text)),
			strings.ReplaceAll(text, "'", `'\''`), strings.ReplaceAll(text, "'", "''"),
			hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text))))
		list = append(list, urlEscaped(text)...)
		list = append(list, base64Cores(text)...)
	}
	return list
}

// parts are the text, the text without white space and control characters around
// it, and each stretch
// between control characters: the lines of a key file, and a value without the
// NUL or newline that made it invalid. Lines that are the same in every file of
// their kind are left out.
func parts(plain string) []string {
	list := []string{plain}
	add := func(part string) {
		part = strings.TrimSpace(part)
		if part != plain && len(part) >= MinLength && !strings.HasPrefix(part, "-----") {
			list = append(list, part)
		}
	}
	add(strings.TrimFunc(plain, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }))
	for part := range strings.FieldsFuncSeq(plain, unicode.IsControl) {
		add(part)
	}
	return list
}

func jsonEscaped(text string, html bool) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(html)
	if enc.Encode(text) != nil {
		return text
	}
	return unquoted(strings.TrimSuffix(b.String(), "\n"))
}

func unquoted(quoted string) string { return quoted[1 : len(quoted)-1] }

func urlEscaped(text string) []string {
	query, path := url.QueryEscape(text), url.PathEscape(text)
	every := strings.ReplaceAll(query, "+", "%20")
	slash := strings.ReplaceAll(every, "%2F", "/") // Python's quote()
	return []string{query, path, every, slash, lowerEscapes(query), lowerEscapes(every), lowerEscapes(slash)}
}

// lowerEscapes writes %2F as %2f.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
			i += 2
		}
	}
	return string(b)
}

// base64Cores are the characters that the text gives in base64 whatever stands
// before and after it: one for each of the three alignments, without the
// characters that neighbours have a part in, in both alphabets.
func base64Cores(text string) []string {
	var list []string
	for pad := range 3 {
		enc := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", pad) + text))
		first := (pad*8 + 5) / 6          // the first character made of the text's bits alone
		last := (pad + len(text)) * 8 / 6 // behind the last such character
		if core := enc[first:last]; len(core) >= MinLength-1 {
			list = append(list, core, strings.NewReplacer("+", "-", "/", "_").Replace(core))
		}
	}
	return list
}
