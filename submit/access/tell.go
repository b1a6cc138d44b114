package access

import (
	"encoding/base64"
	"strings"
)

// tell says what must not be printed of a header that signs a request: its value,
// and the secrets that it is made of.
func (s *signer) tell(header string) {
	if s.learn == nil {
		return
	}
	s.learn(header)
	for _, text := range secretsIn(header) {
		s.learn(text)
	}
}

// secretsIn takes a header apart: "Bearer TOKEN", "Basic" with a password in it,
// or the cookies "NAME=VALUE; NAME=VALUE".
func secretsIn(header string) []string {
	kind, rest, _ := strings.Cut(header, " ")
	switch kind {
	case "Bearer":
		return []string{rest}
	case "Basic":
		login, err := base64.StdEncoding.DecodeString(rest)
		_, password, ok := strings.Cut(string(login), ":")
		if err != nil || !ok {
			return nil
		}
		return []string{rest, password}
	}
	var values []string
	for cookie := range strings.SplitSeq(header, ";") {
		if _, value, ok := strings.Cut(cookie, "="); ok {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return values
}
