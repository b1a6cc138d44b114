package redact

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"unicode"

	"github.com/flts-run/flts-run/internal/secret"
)

// parts are the texts inside a secret that are secrets of their own: the secret
// as it is, without what surrounds it, each of its lines, what it holds as a
// JSON document or as assignments, and the password of an address.
func parts(plain string) []string {
	list := []string{plain}
	add := func(part string) {
		part = trimmed(part)
		if part != plain && worth(part) == "" {
			list = append(list, part)
		}
	}
	add(plain)
	add(unquotedOnce(trimmed(plain)))
	for line := range strings.FieldsFuncSeq(plain, unicode.IsControl) {
		// The first and the last line of a PEM block are the same in every file.
		if !strings.HasPrefix(strings.TrimSpace(line), "-----") {
			add(line)
		}
		for _, value := range assigned(line) {
			add(value)
		}
	}
	for _, part := range documentParts(plain) {
		add(part)
	}
	for _, part := range loginParts(plain) {
		add(part)
	}
	return list
}

// trimmed is a text without the white space and the control characters around it.
func trimmed(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

func unquotedOnce(text string) string {
	if n := len(text); n >= 2 && text[0] == text[n-1] && (text[0] == '"' || text[0] == '\'') {
		return text[1 : n-1]
	}
	return text
}

// documentParts are the other ways to lay out a secret that is a JSON document,
// and the secret values in it.
func documentParts(text string) []string {
	if !json.Valid([]byte(text)) {
		return nil
	}
	var list []string
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) == nil {
		list = append(list, b.String())
	}
	for _, indent := range []string{"  ", "    "} {
		b.Reset()
		if json.Indent(&b, []byte(text), "", indent) == nil {
			list = append(list, b.String())
		}
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var doc any
	if dec.Decode(&doc) == nil {
		list = append(list, leaves("", doc)...)
	}
	return list
}

// leaves are the values in a document whose names say that they are secret, and
// those without a name.
func leaves(name string, value any) []string {
	var list []string
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			list = append(list, leaves(name, inner)...)
		}
	case []any:
		for _, inner := range v {
			list = append(list, leaves(name, inner)...)
		}
	case string:
		if name == "" || saysSecret(name, v) {
			list = append(list, v)
			list = append(list, loginParts(v)...)
		}
	case json.Number:
		if name == "" || saysSecret(name, v.String()) {
			list = append(list, v.String())
		}
	}
	return list
}

// assigned are the secret values in a line of assignments: "token = abc" of a
// credentials file, "host=db password=abc" of a database address.
func assigned(line string) []string {
	var list []string
	add := func(assignment, sign string) {
		name, value, ok := strings.Cut(assignment, sign)
		if value = unquotedOnce(trimmed(value)); ok && saysSecret(name, value) {
			list = append(list, value)
		}
	}
	add(line, "=")
	add(line, ":")
	for field := range strings.FieldsFuncSeq(line, func(r rune) bool { return unicode.IsSpace(r) || r == ';' || r == '&' || r == '?' }) {
		add(field, "=")
	}
	return list
}

// saysSecret reports whether a value with this name is a secret. An address
// without a login is none ("token_uri").
func saysSecret(name, value string) bool {
	if strings.Contains(value, "://") && secret.Userinfo(value) == "" {
		return false
	}
	name = strings.ToLower(name)
	for _, word := range []string{"pass", "pwd", "secret", "token", "auth", "credential", "private", "key"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// loginParts are the login in an address and its password, as they are written
// and decoded, which is what a client sends.
func loginParts(address string) []string {
	login := secret.Userinfo(address)
	if login == "" || !strings.Contains(address, "://") && !strings.Contains(login, ":") {
		return nil
	}
	user, password, _ := strings.Cut(login, ":")
	list := []string{login, password}
	user, errUser := url.PathUnescape(user)
	password, errPassword := url.PathUnescape(password)
	if errUser == nil && errPassword == nil {
		list = append(list, password)
		if password != "" {
			list = append(list, user+":"+password)
		}
	}
	return list
}
