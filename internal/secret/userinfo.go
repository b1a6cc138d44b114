package secret

import "strings"

// Userinfo returns the user information of an address: what stands before the
// last '@', behind the scheme if there is one. It is "" when there is none. The
// text is not parsed as a URL, because a value that does not parse is just the
// one that ends up in an error message, and the last '@' counts, because a
// password may hold anything, another '@' included.
func Userinfo(address string) string {
	start, end := userinfo(address)
	return address[start:end]
}

func userinfo(address string) (start, end int) {
	if i := strings.Index(address, "://"); i >= 0 {
		start = i + len("://")
	}
	if at := strings.LastIndexByte(address[start:], '@'); at > 0 {
		return start, start + at
	}
	return start, start
}

func maskUserinfo(address string) string {
	start, end := userinfo(address)
	if start == end {
		return address
	}
	return address[:start] + Mask + address[end:]
}

// maskAddress masks the query too: an endpoint has none, and one that was copied
// out of a presigned URL is as good as a password.
func maskAddress(address string) string {
	shown, _, query := strings.Cut(maskUserinfo(address), "?")
	if query {
		shown += "?" + Mask
	}
	return shown
}

// maskLogin masks user information only where it can be told from an e-mail
// address: behind a scheme, or with a colon in it.
func maskLogin(plain string) string {
	if strings.Contains(plain, "://") || strings.Contains(Userinfo(plain), ":") {
		return maskUserinfo(plain)
	}
	return plain
}
