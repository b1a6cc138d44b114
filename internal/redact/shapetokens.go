package redact

// token knows what begins with one text, one of several letters, and another text,
// and goes on with at least so many characters of a kind.
func token(before, letters, after string, is func(byte) bool, least int) func([]byte) (int, bool) {
	return func(text []byte) (int, bool) {
		c := cursor{text: text[:min(len(text), maxShape)]}
		if !c.literal(before) || !c.oneOf(letters) || !c.literal(after) || c.run(is) < least {
			return 0, c.open()
		}
		return c.at, c.open()
	}
}

// startsWith are the starts of a token whose letter is among the first four bytes.
func startsWith(before, letters, after string) []start {
	var list []start
	for _, c := range letters {
		list = append(list, start([]byte(before+string(c)+after)))
	}
	return list
}

// maxLogin is the longest user, and the longest password, that is known by where it
// stands.
const maxLogin = 512

// login knows "://user:password@", the user may be missing. A password of stars
// alone, or one that is a place for one, hides nothing.
func login(text []byte) (int, bool) {
	c := cursor{text: text[:min(len(text), 2*maxLogin)]}
	if !c.literal("://") || c.run(isLogin) > maxLogin || !c.literal(":") {
		return 0, c.ended && len(c.text) == len(text)
	}
	from := c.at
	if c.run(isLogin) == 0 {
		return 0, c.ended && len(c.text) == len(text)
	}
	end := c.at
	if !c.literal("@") || isPlaceholder(c.text[from:end]) {
		return 0, c.ended && len(c.text) == len(text)
	}
	return end, false
}

// loginStarts are "://" and a character of a user, or the colon after none.
func loginStarts() []start {
	list := []start{{':', '/', '/', ':'}}
	for c := range byte(0x7f) {
		if isLogin(c) {
			list = append(list, start{':', '/', '/', c})
		}
	}
	return list
}

// isLogin knows the characters of a user or a password in an address, also those that
// should have been escaped, but for what ends them.
func isLogin(b byte) bool {
	switch b {
	case '/', ':', '@', '?', '#', '"', '\'', '`', '\\', '<', '>', '(', ')', '[', ']', '{', '}', ',', ';', '|':
		return false
	}
	return ' ' < b && b < 0x7f
}

// isPlaceholder knows what others have put in the place of a password.
func isPlaceholder(text []byte) bool {
	for _, b := range text {
		if b != text[0] {
			return false
		}
	}
	return text[0] == '*' || text[0] == 'x'
}

// oneOf reads one of some characters.
func (c *cursor) oneOf(list string) bool {
	if c.at == len(c.text) {
		c.ended = true
		return false
	}
	for i := range len(list) {
		if c.text[c.at] == list[i] {
			c.at++
			return true
		}
	}
	return false
}

func isWord(b byte) bool { return isAlphanumeric(b) || b == '_' }

func isSlack(b byte) bool { return isAlphanumeric(b) || b == '-' }
