package redact

import "bytes"

// shape is a kind of credential that is known by its looks.
type shape struct {
	name   string
	key    key
	starts []string // the first bytes of its kind, window of each
	// look returns the length of what the text begins with, 0 if it is no such
	// credential, and whether the text ends before that can be told.
	look func(text []byte) (n int, open bool)
}

// maxShape is the longest credential that is known by its looks, in bytes. Of a
// longer one the rest is shown.
const maxShape = 16 << 10

func knownShapes() []shape {
	return []shape{
		{name: "AWS access key id", starts: []string{"AKIA", "ASIA"}, look: awsKeyID},
		{name: "JSON web token", starts: tokenStarts(), look: webToken},
		{name: "private key", starts: []string{"----"}, look: privateKey},
	}
}

// awsKeyID knows AKIA or ASIA and sixteen more capitals and digits, not those
// inside a longer word.
func awsKeyID(text []byte) (int, bool) {
	const length = 20
	c := cursor{text: text}
	if !c.literal("AKIA") && !c.literal("ASIA") {
		return 0, c.ended
	}
	if c.run(isCapitalOrDigit) != length-len("AKIA") {
		return 0, c.ended && len(text) <= length
	}
	if !c.ended && isBase64URL(text[length]) {
		return 0, false
	}
	return length, c.ended
}

// tokenStarts are how a JSON document that begins with a name in small letters
// begins in base64: {"a… to {"z….
func tokenStarts() []string {
	var list []string
	for _, c := range "hijklmnopqrstuvwxyz0123456" {
		list = append(list, "eyJ"+string(c))
	}
	return list
}

// webToken knows a signed JSON web token: a header and claims, which are JSON,
// and a signature.
func webToken(text []byte) (int, bool) {
	c := cursor{text: text}
	for _, next := range []string{"eyJ", ".eyJ"} {
		if !c.literal(next) || c.run(isBase64URL) < 8 {
			return 0, c.ended && len(text) < maxShape
		}
	}
	if c.literal(".") {
		c.run(isBase64URL)
	}
	return c.at, c.ended && len(text) < maxShape
}

// privateKey knows a private key in PEM, also one whose line breaks are escaped
// or have become spaces, and one whose end is missing. The header of a key that
// is encrypted in the old way ends it.
func privateKey(text []byte) (int, bool) {
	c := cursor{text: text}
	if !c.literal("-----BEGIN ") {
		return 0, c.ended
	}
	for _, kind := range []string{"RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED "} {
		if c.literal(kind) {
			break
		}
	}
	if !c.literal("PRIVATE KEY-----") {
		return 0, c.ended
	}
	const line = 32 // shorter ones are the last, or no key
	found := 0
	for {
		c.breaks()
		n := c.run(isBase64)
		if n > 0 && (n >= line || found > 0) {
			found = c.at
		}
		if n < line {
			break
		}
	}
	if found == 0 {
		return 0, c.ended
	}
	c.breaks()
	if c.literal("-----END ") {
		c.run(func(b byte) bool { return isCapitalOrDigit(b) || b == ' ' })
		c.literal("-----")
		found = c.at
	}
	return found, c.ended && len(text) < maxShape
}

// cursor reads a text from its start. The limit of maxShape is that of its runs.
type cursor struct {
	text  []byte
	at    int
	ended bool // the text ended where more was to be read
}

func (c *cursor) literal(s string) bool {
	rest := c.text[c.at:]
	if bytes.HasPrefix(rest, []byte(s)) {
		c.at += len(s)
		return true
	}
	c.ended = c.ended || len(rest) < len(s) && s[:len(rest)] == string(rest)
	return false
}

func (c *cursor) run(is func(byte) bool) int {
	from := c.at
	for ; c.at < min(len(c.text), maxShape); c.at++ {
		if !is(c.text[c.at]) {
			return c.at - from
		}
	}
	c.ended = c.at == len(c.text)
	return c.at - from
}

// breaks passes over white space and escaped line breaks.
func (c *cursor) breaks() {
	for c.at < min(len(c.text), maxShape) {
		n := lineBreak(c.text[c.at:])
		if b := c.text[c.at]; n == 0 && (b == ' ' || b == '\t') {
			n = 1
		}
		if n == 0 {
			return
		}
		c.at += n
	}
	c.ended = c.at == len(c.text)
}

func isCapitalOrDigit(b byte) bool { return 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' }

func isAlphanumeric(b byte) bool { return isCapitalOrDigit(b) || 'a' <= b && b <= 'z' }

func isBase64(b byte) bool { return isAlphanumeric(b) || b == '+' || b == '/' || b == '=' }

func isBase64URL(b byte) bool { return isAlphanumeric(b) || b == '-' || b == '_' }
