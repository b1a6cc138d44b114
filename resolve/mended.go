package resolve

import "strings"

// mended is the address or the name that was meant by a refused value, as far as
// it can be told; "" when it cannot. It is for hints that are pasted into a
// shell, so it holds nothing that a shell takes for more than a word.
func (k *Key) mended(value string, as Form) string {
	value = strings.TrimFunc(value, func(r rune) bool { return stray(r) != "" || strings.ContainsRune(quotes, r) })
	_, rest, isURL := strings.Cut(value, "://")
	if !isURL {
		rest = value
	}
	server := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		server = rest[:i]
	}
	if as == URL || k.Type == HostPort || k.Type == Web {
		if !plainWord(server) || !strings.ContainsAny(server, ":.") || checkHostPort(server) != nil || isLink(value) {
			return ""
		}
	}
	switch {
	case as == URL:
		return schemeOf(value) + server
	case k.Type == HostPort:
		return server
	case k.Type == Web && strings.HasPrefix(strings.ToLower(value), "http"):
		path, _, _ := strings.Cut(rest[len(server):], "#")
		path, _, _ = strings.Cut(path, "?")
		return plainOr(schemeOf(value) + server + strings.TrimRight(path, "/"))
	case k.Type == Web:
		return schemeOf(value) + server
	case k.Type == Bucket && checkBucket(server) == nil:
		return server
	}
	return ""
}

// mendedScheme says with the key that stands for the scheme what a mended host and
// port has lost: https. The other is what nobody has to say.
func (k *Key) mendedScheme(value string, as Form) string {
	if k.Type != HostPort || as == URL || schemeOf(value) != "https://" {
		return ""
	}
	for _, s := range k.Spellings {
		if s.Secure != "" {
			return " " + s.Secure + "=true"
		}
	}
	return ""
}

// schemeOf is the scheme that is kept of a value.
func schemeOf(value string) string {
	if strings.HasPrefix(strings.ToLower(value), "https://") {
		return "https://"
	}
	return "http://"
}

func plainOr(word string) string {
	if plainWord(word) {
		return word
	}
	return ""
}

// plainWord reports a text of which no shell takes a part for anything else.
func plainWord(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:/[]") == ""
}
