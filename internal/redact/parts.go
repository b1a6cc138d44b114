package redact

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/flts-run/flts-run/internal/secret"
)

// parts are a secret and the texts inside it that are secrets of their own.
func parts(plain string) []string {
	list := append([]string{plain}, layouts(plain)...)
	for next := []string{plain}; len(next) > 0; next = next[1:] {
		for _, inner := range within(next[0]) {
			inner = trimmed(inner)
			if len(inner) < len(next[0]) && worth(inner) == "" && !slices.Contains(list, inner) {
				list = append(list, inner)
				next = append(next, inner)
			}
		}
	}
	return list
}

// within are the parts of a text: the text without what surrounds it, the
// password of an address, and the secret values of a JSON document, or the lines
// and what is assigned in them.
func within(text string) []string {
	list := append([]string{text, unquotedOnce(trimmed(text))}, loginParts(text)...)
	if json.Valid([]byte(text)) {
		return append(list, documentLeaves(text)...)
	}
	for line := range strings.FieldsFuncSeq(text, unicode.IsControl) {
		// The first and the last line of a PEM block are the same in every file.
		if !strings.HasPrefix(strings.TrimSpace(line), "-----") {
			list = append(list, line)
		}
		list = append(list, assigned(line)...)
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

// layouts are other ways to write a secret that is a JSON document: without
// white space, and indented.
func layouts(text string) []string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil || b.Len() < MinLength {
		return nil
	}
	list := []string{b.String()}
	for _, indent := range []string{"  ", "    "} {
		b.Reset()
		if json.Indent(&b, []byte(list[0]), "", indent) == nil {
			list = append(list, b.String())
		}
	}
	return list
}

func documentLeaves(text string) []string {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber() // a number keeps its digits
	var doc any
	if dec.Decode(&doc) != nil {
		return nil
	}
	return leaves("", doc)
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
