package redact

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// changes reports whether a text holds one of the characters that some writers
// escape, or one that is not printable ASCII, which most do. Of the others no
// other forms need to be made.
func changes(text, special string) bool { return plainPrefix(text, special) < len(text) }

// plainPrefix is the length of what the text begins with that is printable
// ASCII and not special.
func plainPrefix(text, special string) int {
	for i, c := range []byte(text) {
		if c < ' ' || c >= 0x7f || strings.IndexByte(special, c) >= 0 {
			return i
		}
	}
	return len(text)
}

// invalid stands for a byte that is not part of a UTF-8 character.
const invalid rune = -1

// escaped writes a text with each special character, and each that is not
// printable ASCII, as escape says, or as it is where that returns "".
func escaped(text, special string, escape func(r rune) string) string {
	var b strings.Builder
	for {
		plain := plainPrefix(text, special)
		b.WriteString(text[:plain])
		if text = text[plain:]; text == "" {
			return b.String()
		}
		r, n := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && n == 1 {
			r = invalid
		}
		if e := escape(r); e != "" {
			b.WriteString(e)
		} else {
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
}

// jsonForms are the text inside a JSON string. Writers differ in what they
// escape beyond what they must: nothing (JavaScript), the slash (PHP), the line
// separators of JavaScript and what HTML gives a meaning (Go; more of it Gson),
// all that is not ASCII (Python).
func jsonForms(text string) []string {
	if !changes(text, `"\/<>&='`) {
		return nil
	}
	var list []string
	for _, more := range []string{"", "/", "\u2028\u2029", "<>&\u2028\u2029", "<>&='\u2028\u2029"} {
		for _, ascii := range []bool{false, true} {
			form := escaped(text, `"\`+more, func(r rune) string { return jsonEscape(r, more, ascii) })
			list = append(list, form, upperEscapes(form))
		}
	}
	// A document inside a string of another, as in an executor's input.
	for _, form := range list[:4] {
		list = append(list, escaped(form, `"\`, func(r rune) string { return jsonEscape(r, "", false) }))
	}
	return list
}

func jsonEscape(r rune, more string, ascii bool) string {
	if i := strings.IndexRune("\b\f\n\r\t\"\\", r); i >= 0 {
		return `\` + `bfnrt"\`[i:i+1]
	}
	switch {
	case r == invalid:
		return `\ufffd`
	case r == '/' && more == "/":
		return `\/`
	case r > 0xffff && ascii:
		high, low := utf16.EncodeRune(r)
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	case r < ' ', r >= 0x7f && ascii, strings.ContainsRune(more, r):
		return fmt.Sprintf(`\u%04x`, r)
	}
	return ""
}

// upperEscapes writes \u00e9 as \u00E9.
func upperEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+5 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if b[i+1] == 'u' {
			copy(b[i+2:i+6], strings.ToUpper(s[i+2:i+6]))
		}
		i++ // what follows a backslash starts no escape
	}
	return string(b)
}

// urlForms are the text with percent signs. Writers differ in what they leave:
// the sets are those of Python's quote(safe="") and Go's QueryEscape, Python's
// quote(), encodeURIComponent, a Java form, Go's path and login, encodeURI.
func urlForms(text string) []string {
	if !changes(text, " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~") {
		return nil
	}
	var list []string
	for _, left := range []string{"-_.~", "-_.~/", "-_.~!*'()", "-_.*", "-_.~$&+=:@", "-_.~$&+,;=", "-_.~;/?:@&=+$,#!*'()"} {
		for _, digits := range []string{"0123456789ABCDEF", "0123456789abcdef"} {
			form := percent(text, left, digits)
			list = append(list, form)
			if strings.Contains(text, " ") {
				list = append(list, strings.ReplaceAll(form, "%20", "+"))
			}
		}
	}
	return list
}

func percent(text, left, digits string) string {
	b := make([]byte, 0, len(text)+16)
	for _, c := range []byte(text) {
		if isAlphanumeric(c) || strings.IndexByte(left, c) >= 0 {
			b = append(b, c)
		} else {
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	return string(b)
}

// quotedForms are the text inside the string literals of programs: Go, and
// Python's repr of a str, of bytes, and ascii().
func quotedForms(text string) []string {
	if !changes(text, `"'\`) {
		return nil
	}
	list := []string{strconv.Quote(text), strconv.QuoteToASCII(text)}
	for i, q := range list {
		list[i] = q[1 : len(q)-1]
	}
	for _, quote := range []string{"", "'", `"`} {
		list = append(list,
			escaped(text, `\`+quote, func(r rune) string { return pythonEscape(r, quote, unicode.IsPrint) }),
			escaped(text, `\`+quote, func(r rune) string { return pythonEscape(r, quote, isASCII) }),
			bytesRepr(text, quote))
	}
	return list
}

func pythonEscape(r rune, quote string, prints func(rune) bool) string {
	if i := strings.IndexRune("\n\r\t\\"+quote, r); i >= 0 {
		return `\` + (`nrt\` + quote)[i:i+1]
	}
	switch {
	case r == invalid || prints(r):
		return ""
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

func isASCII(r rune) bool { return ' ' <= r && r < 0x7f }

func bytesRepr(text, quote string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= 0x7f {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else if e := pythonEscape(rune(c), quote, unicode.IsPrint); e != "" {
			b.WriteString(e)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// shellForms are the text on a command line: in single quotes with a quote
// inside as a shell or Python's shlex writes it, in double quotes, with a
// backslash before all that is special, in $'…'; and with a quote written
// twice, as SQL, YAML and CSV do.
func shellForms(text string) []string {
	const words = " !\"#$&'()*,;<>?[\\]^`{|}"
	if !changes(text, words+"~=%+:@") {
		return nil
	}
	list := []string{
		strings.ReplaceAll(text, "'", `'\''`), strings.ReplaceAll(text, "'", `'"'"'`),
		strings.ReplaceAll(text, "'", "''"), strings.ReplaceAll(text, `"`, `""`),
	}
	for _, special := range []string{"\"$`\\", "\"$`\\!", words, words + "~=%+:@", `'\`, "'", `"`} {
		list = append(list, backslashed(text, special))
	}
	return list
}

func backslashed(text, special string) string {
	var b strings.Builder
	for {
		i := strings.IndexAny(text, special)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i] + `\` + text[i:i+1])
		text = text[i+1:]
	}
}

// markupForms are the text in XML and HTML: as text alone, and with the quotes,
// and in attributes white space, written by their several names.
func markupForms(text string) []string {
	if !strings.ContainsAny(text, "&<>\"'\t\n\r") {
		return nil
	}
	var list []string
	for _, w := range [][]string{
		{},
		{`"`, "&quot;"},
		{`"`, "&quot;", "'", "&apos;"},
		{`"`, "&quot;", "'", "&#39;"},
		{`"`, "&quot;", "'", "&#039;"},
		{`"`, "&quot;", "'", "&#x27;"},
		{`"`, "&#34;", "'", "&#39;"},
		{`"`, "&#34;", "'", "&#39;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;"},
		{"\t", "&#9;", "\n", "&#10;", "\r", "&#13;"},
		{`"`, "&quot;", "\t", "&#9;", "\n", "&#10;", "\r", "&#13;"},
	} {
		w = append([]string{"&", "&amp;", "<", "&lt;", ">", "&gt;"}, w...)
		list = append(list, strings.NewReplacer(w...).Replace(text))
	}
	return list
}
