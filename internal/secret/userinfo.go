package secret

import "strings"

// Userinfo returns the user information of every scheme://userinfo@host in the
// text, in order, as written: "user:password" of a URL or a DSN. It looks at
// the text instead of parsing a URL, because a value that does not parse is
// just the one that ends up in an error message.
func Userinfo(plain string) []string {
	var found []string
	eachUserinfo(plain, func(start, end int) { found = append(found, plain[start:end]) })
	return found
}

func maskUserinfo(plain string) string {
	if !strings.Contains(plain, "://") {
		return plain
	}
	var b strings.Builder
	last := 0
	eachUserinfo(plain, func(start, end int) {
		b.WriteString(plain[last:start])
		b.WriteString(Mask)
		last = end
	})
	return b.String() + plain[last:]
}

// eachUserinfo calls f with the bounds of each user information. The authority
// ends at the first '/', '?', '#', space or quote; its last '@' ends the user
// information, so a password with an '@' in it is covered whole. A password
// with an unescaped '/' is covered too when an '@' follows before a space.
func eachUserinfo(s string, f func(start, end int)) {
	for from := 0; ; {
		i := strings.Index(s[from:], "://")
		if i < 0 {
			return
		}
		start := from + i + len("://")
		rest := s[start:]
		if stop := strings.IndexAny(rest, " \t\r\n\"'<>"); stop >= 0 {
			rest = rest[:stop]
		}
		if next := strings.Index(rest, "://"); next >= 0 {
			rest = rest[:next]
		}
		if at := strings.LastIndexByte(rest, '@'); at > 0 {
			f(start, start+at)
			start += at
		}
		from = start
	}
}
