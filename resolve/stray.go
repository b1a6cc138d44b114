package resolve

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean refuses what the key may not hold whatever its type: text that cannot be
// an environment variable, and the extra characters that creep in with echo,
// CR LF files, quotes and copied text, and later look like a wrong password or a
// host that does not exist.
func (k *Key) clean(value string) error {
	if value == "" {
		return nil
	}
	plain := isPlain(value)
	if !plain {
		if err := isText(value); err != nil {
			return err
		}
	}
	first, _ := utf8.DecodeRuneInString(value)
	last, _ := utf8.DecodeLastRuneInString(value)
	for _, end := range []struct {
		r    rune
		verb string
	}{{last, "ends with"}, {first, "begins with"}} {
		if name := stray(end.r); name != "" {
			return &invalid{CodeStray, end.verb + " " + name, rewrite(end.r)}
		}
		// A password may begin with a quote, an address cannot.
		if k.Type != Text && strings.ContainsRune(quotes, end.r) {
			return &invalid{CodeStray, end.verb + " a quote", "leave the inner quotes out: docker --env-file and YAML blocks keep them"}
		}
	}
	if plain || k.Type == Text && !k.Sensitive {
		return nil // prose may hold any character
	}
	if i := strings.IndexFunc(value, isControl); i >= 0 {
		r, _ := utf8.DecodeRuneInString(value[i:])
		return &invalid{CodeNotText, fmt.Sprintf("holds a control character (%U, byte %d)", r, i), "write it as plain text"}
	}
	if i := strings.IndexFunc(value, isInvisible); i >= 0 {
		r, _ := utf8.DecodeRuneInString(value[i:])
		return &invalid{CodeStray, fmt.Sprintf("holds %s inside, at byte %d", stray(r), i), rewrite(r)}
	}
	return nil
}

// isPlain reports printable ASCII, which nearly every value is.
func isPlain(value string) bool {
	for i := range len(value) {
		if value[i] < ' ' || value[i] >= 0x7f {
			return false
		}
	}
	return true
}

// isText refuses bytes that are no text.
func isText(value string) error {
	const convert = "convert the file: iconv -f UTF-16 -t UTF-8 FILE > text, and make the key of that: --from-file=KEY=text"
	if strings.HasPrefix(value, "\xff\xfe") || strings.HasPrefix(value, "\xfe\xff") {
		return &invalid{CodeNotText, "is UTF-16 text, by its byte order mark", convert}
	}
	if i := strings.IndexByte(value, 0); i >= 0 {
		what, want := fmt.Sprintf("holds a NUL byte (byte %d)", i), "write it as plain text, binary data in base64"
		if 3*strings.Count(value, "\x00") >= len(value) {
			what, want = what+", as UTF-16 text does", convert
		}
		return &invalid{CodeNotText, what, want}
	}
	if !utf8.ValidString(value) {
		return &invalid{CodeNotText, "is not UTF-8 text", "convert the file: iconv -f LATIN1 -t UTF-8 FILE > text, and make the key of that: --from-file=KEY=text"}
	}
	return nil
}

const quotes = "\"'`\u2018\u2019\u201c\u201d"

// stray names a character that no value begins or ends with; "" for any other.
func stray(r rune) string {
	switch {
	case r == '\n':
		return "a newline"
	case r == '\r':
		return "a carriage return"
	case r == '\uFEFF':
		return "a byte order mark"
	case r == ' ':
		return "a space"
	case unicode.IsSpace(r):
		return fmt.Sprintf("a space that is none of ASCII (%U)", r)
	case isInvisible(r), isControl(r):
		return fmt.Sprintf("an invisible character (%U)", r)
	}
	return ""
}

// isControl reports a control character that is no white space, which the lines
// of a key file need.
func isControl(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }

// isInvisible reports a character that copied text carries unseen.
func isInvisible(r rune) bool {
	return r > unicode.MaxASCII && (unicode.Is(unicode.Cf, r) || unicode.IsSpace(r))
}

// rewrite says how a value gets into its place without the character.
func rewrite(r rune) string {
	switch {
	case r == '\r':
		return "the file has the line ends of Windows: sed -i 's/\\r$//' FILE"
	case r > unicode.MaxASCII:
		return "type it again by hand: it came along with copied text"
	}
	return "write it without, with printf %s instead of echo"
}
