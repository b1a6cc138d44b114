package airflowconn

import (
	"errors"
	"strconv"
	"strings"
)

// parseURI reads conn-type://login:password@host:port/schema?key=value. Every part is
// percent-encoded. A host may have a scheme of its own, as in
// http://https://host:443/: then the text has two "://".
func parseURI(text string) (c Connection, err error) {
	schemes := strings.Count(text, "://")
	if schemes > 2 {
		return c, errors.New(`has more than two "://"`)
	}
	kind := split(text).scheme
	c.Type = normalType(kind)
	instead := "//"
	if schemes == 2 {
		instead = ""
	}
	// As there: what a URI repeats of its own scheme goes, too.
	remains := strings.ReplaceAll(text, kind+"://", instead)
	if schemes == 2 {
		if front, _, _ := strings.Cut(remains, "://"); strings.ContainsAny(front, "@:") {
			return c, errors.New(`has a second "://" that does not begin its host`)
		}
	}
	parts := split(remains)
	if err := parts.check(); err != nil {
		return c, err
	}
	login, password := parts.userinfo()
	c.Login, c.Password = unquote(login), unquote(password)
	if c.Host = parts.host(); c.Host != "" && schemes == 2 {
		c.Host = parts.scheme + "://" + c.Host
	}
	if parts.path != "" {
		c.Schema = unquote(parts.path[1:])
	}
	if c.Port, err = parts.port(); err != nil {
		return c, err
	}
	c.Extra, err = queryExtra(parts.query)
	return c, err
}

// uriParts is what Python's urllib.parse.urlsplit makes of a URL.
type uriParts struct{ scheme, netloc, path, query string }

// split is urlsplit. It knows less than net/url does, and forgives more: a raw '%', a
// blank in a password, a port that is no number.
func split(text string) (p uriParts) {
	text = strings.TrimLeft(text, c0AndSpace)
	text = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(text)
	if i := strings.IndexByte(text, ':'); i > 0 && isScheme(text[:i]) {
		p.scheme, text = strings.ToLower(text[:i]), text[i+1:]
	}
	if after, ok := strings.CutPrefix(text, "//"); ok {
		end := strings.IndexAny(after, "/?#")
		if end < 0 {
			end = len(after)
		}
		p.netloc, text = after[:end], after[end:]
	}
	text, _, _ = strings.Cut(text, "#")
	p.path, p.query, _ = strings.Cut(text, "?")
	return p
}

const c0AndSpace = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f "

func isScheme(s string) bool {
	for i, c := range []byte(s) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || strings.IndexByte("+-.", c) >= 0)) {
			return false
		}
	}
	return true
}

// check refuses what Python refuses.
func (p uriParts) check() error {
	if strings.Contains(p.netloc, "[") != strings.Contains(p.netloc, "]") {
		return errors.New("has half a pair of brackets around its host")
	}
	return nil
}

// userinfo is what stands before the last '@'.
func (p uriParts) userinfo() (login, password string) {
	i := strings.LastIndexByte(p.netloc, '@')
	if i < 0 {
		return "", ""
	}
	login, password, _ = strings.Cut(p.netloc[:i], ":")
	return login, password
}

// hostPort is what stands behind it.
func (p uriParts) hostPort() (host, port string) {
	text := p.netloc[strings.LastIndexByte(p.netloc, '@')+1:]
	if _, bracketed, ok := strings.Cut(text, "["); ok {
		host, after, _ := strings.Cut(bracketed, "]")
		_, port, _ = strings.Cut(after, ":")
		return host, port
	}
	host, port, _ = strings.Cut(text, ":")
	return host, port
}

// host is in small letters, but for what follows a '%' in it, and but for one with an
// encoded '/', which Airflow takes for a path.
func (p uriParts) host() string {
	raw, _ := p.hostPort()
	front, rest, _ := strings.Cut(raw, "%")
	host := strings.ToLower(front) + raw[len(front):len(raw)-len(rest)] + rest
	if unquoted := unquote(host); !strings.Contains(unquoted, "/") {
		return unquoted
	}
	raw, _, _ = strings.Cut(p.netloc[strings.LastIndexByte(p.netloc, '@')+1:], ":")
	return unquote(raw)
}

func (p uriParts) port() (int, error) {
	_, text := p.hostPort()
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || strings.Trim(text, "0123456789") != "" || n > 65535 {
		return 0, errors.New("has a port that is no number from 0 to 65535")
	}
	return n, nil
}

// queryExtra reads extra as a query, or as the JSON in its __extra__.
func queryExtra(query string) (Extra, error) {
	if query == "" {
		return nil, nil
	}
	extra := Extra{}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		extra[unquotePlus(name)] = unquotePlus(value)
	}
	if text, ok := extra["__extra__"]; ok {
		return extraOf(text)
	}
	return extra, nil
}

func unquotePlus(s string) string { return unquote(strings.ReplaceAll(s, "+", " ")) }

// unquote undoes percent-encoding. What is no encoding stays, and bytes that are no
// UTF-8 become U+FFFD.
func unquote(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}
