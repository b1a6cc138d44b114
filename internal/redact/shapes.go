package redact

import "bytes"

// shape is a kind of credential that is known by its looks.
type shape struct {
	name   string
	key    key
	starts []start
	// look returns the length of what the text begins with, 0 if it is no such
	// credential, and whether the text ends before that can be told.
	look func(text []byte) (n int, open bool)
	lead int // how many bytes at its start are no part of the credential
}

// maxShape is the longest credential that is known by its looks, in bytes. Of a
// longer one the rest is shown.
const maxShape = 16 << 10

func knownShapes() []shape {
	return []shape{
		{name: "AWS access key id", starts: []start{start([]byte("AKIA")), start([]byte("ASIA"))}, look: awsKeyID},
		{name: "JSON web token", starts: tokenStarts(), look: webToken},
		{name: "private key", starts: []start{start([]byte("----"))}, look: privateKey},
		{name: "GitHub token", starts: startsWith("gh", "opsur", "_"), look: token("gh", "opsur", "_", isAlphanumeric, 36)},
		{name: "GitHub token", starts: []start{start([]byte("gith"))}, look: token("github_pat", "_", "", isWord, 59)},
		{name: "Slack token", starts: startsWith("xox", "abprs", ""), look: token("xox", "abprs", "-", isSlack, 20)},
		{name: "Google API key", starts: []start{start([]byte("AIza"))}, look: token("AIz", "a", "", isBase64URL, 35)},
		{name: "login in a URL", starts: loginStarts(), look: login, lead: len("://")},
	}
}

// awsKeyID knows AKIA or ASIA and sixteen more capitals and digits, not those
// inside a longer word.
func awsKeyID(text []byte) (int, bool) {
	const length = 20
	c := cursor{text: text[:min(len(text), maxShape)]}
	if !c.literal("AKIA") && !c.literal("ASIA") {
		return 0, c.open()
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
func tokenStarts() []start {
	var list []start
	for _, c := range []byte("hijklmnopqrstuvwxyz0123456") {
		list = append(list, start{'e', 'y', 'J', c})
	}
	return list
}

// webToken knows a signed JSON web token: a header and claims, which are JSON,
// and a signature.
func webToken(text []byte) (int, bool) {
	c := cursor{text: text[:min(len(text), maxShape)]}
	for _, next := range []string{"eyJ", ".eyJ"} {
		if !c.literal(next) || c.run(isBase64URL) < 8 {
			return 0, c.open()
		}
	}
	if c.literal(".") {
		c.run(isBase64URL)
	}
	return c.at, c.open()
}

// privateKey knows a private key in PEM, also one whose line breaks are escaped
// or have become spaces, and one whose end is missing. The header of a key that
// is encrypted in the old way ends it.
func privateKey(text []byte) (int, bool) {
	c := cursor{text: text[:min(len(text), maxShape)]}
	if !c.literal("-----BEGIN ") {
		return 0, c.open()
	}
	for _, kind := range []string{"RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED "} {
		if c.literal(kind) {
			break
		}
	}
	if !c.literal("PRIVATE KEY-----") {
		return 0, c.open()
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
		return 0, c.open()
	}
	c.breaks()
	if c.literal("-----END ") {
		c.run(func(b byte) bool { return isCapitalOrDigit(b) || b == ' ' })
		c.literal("-----")
		found = c.at
	}
	return found, c.open()
}

// cursor reads a text from its start.
type cursor struct {
	text  []byte // maxShape of it
	at    int
	ended bool // the text ended where more was to be read
}

// open reports whether more text could change what was read.
func (c *cursor) open() bool { return c.ended && len(c.text) < maxShape }

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
	for c.at < len(c.text) && is(c.text[c.at]) {
		c.at++
	}
	c.ended = c.ended || c.at == len(c.text)
	return c.at - from
}

// breaks passes over white space and escaped line breaks.
func (c *cursor) breaks() {
	for c.at < len(c.text) {
		n := lineBreak(c.text[c.at:])
		if b := c.text[c.at]; n == 0 && (b == ' ' || b == '\t') {
			n = 1
		}
		if n == 0 {
			return
		}
		c.at += n
	}
	c.ended = true
}

func isCapitalOrDigit(b byte) bool { return 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' }

func isAlphanumeric(b byte) bool { return isCapitalOrDigit(b) || 'a' <= b && b <= 'z' }

func isBase64(b byte) bool { return isAlphanumeric(b) || b == '+' || b == '/' || b == '=' }

func isBase64URL(b byte) bool { return isAlphanumeric(b) || b == '-' || b == '_' }
