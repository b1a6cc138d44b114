package fakeairflow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Viewer is a token of a user who may look at all and change nothing.
const Viewer = "a-token-of-a-viewer"

// Expired is a token of yesterday.
const Expired = "a-token-of-yesterday"

// admit judges the login.
func (s *Server) admit(q *request, r route) *failure {
	if r.open {
		return nil
	}
	return s.login(s, q)
}

// giveToken answers POST /auth/token of version 3.
func (s *Server) giveToken(q *request) {
	var login map[string]any
	if err := json.NewDecoder(bytes.NewReader(q.body)).Decode(&login); err != nil {
		q.json(http.StatusUnprocessableEntity, map[string]any{"detail": "1 validation error for LoginBody"})
		return
	}
	for _, name := range []string{"username", "password"} {
		if _, have := login[name]; !have {
			q.json(http.StatusUnprocessableEntity, map[string]any{"detail": "1 validation error for LoginBody\n" + name + "\n  Field required"})
			return
		}
	}
	for name := range login {
		if name != "username" && name != "password" {
			q.json(http.StatusUnprocessableEntity, map[string]any{"detail": "1 validation error for LoginBody\n" + name + "\n  Extra inputs are not permitted"})
			return
		}
	}
	if s.o.SessionOnly {
		q.json(http.StatusForbidden, map[string]any{"detail": "Forbidden"})
		return
	}
	if login["username"] != s.o.User || login["password"] != s.o.Password {
		q.json(http.StatusUnauthorized, map[string]any{"detail": "Invalid credentials"})
		return
	}
	token := fmt.Sprintf("a-token-of-%s-%d", s.o.User, len(s.tokens)+1)
	s.tokens[token] = true
	q.json(http.StatusCreated, map[string]any{"access_token": token})
}

// login of version 3 is a token.
func (version3) login(s *Server, q *request) *failure {
	token, ok := strings.CutPrefix(q.r.Header.Get("Authorization"), "Bearer ")
	valid, given := s.tokens[token]
	switch {
	case !ok:
		return fail(http.StatusUnauthorized, "Not authenticated")
	case token == Viewer && q.r.Method != http.MethodGet:
		return fail(http.StatusForbidden, "Forbidden")
	case token == Viewer || given && valid:
		return nil
	case token == Expired || given:
		return fail(http.StatusUnauthorized, "Token Expired")
	}
	return fail(http.StatusForbidden, "Invalid JWT token")
}

// login of version 2 is a user with a password. Who has none is nobody, who may
// do nothing: hence 403, but where no login is taken at all.
func (version2) login(s *Server, q *request) *failure {
	user, password, _ := q.r.BasicAuth()
	switch {
	case s.o.SessionOnly:
		return &failure{status: http.StatusUnauthorized, title: "Unauthorized"}
	case user != s.o.User || password != s.o.Password:
		return &failure{status: http.StatusForbidden, title: "Forbidden"}
	}
	return nil
}
