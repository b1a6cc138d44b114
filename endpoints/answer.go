package endpoints

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// mediaType is the content type without its parameters.
func (a answer) mediaType() string {
	t, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	return t
}

func (a answer) isHTML() bool { return a.mediaType() == "text/html" }

// isJSON reports a body that is JSON, as far as it was read.
func (a answer) isJSON() bool {
	if !a.cut {
		return json.Valid(a.body)
	}
	tokens := json.NewDecoder(bytes.NewReader(a.body))
	for {
		if _, err := tokens.Token(); err != nil {
			return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		}
	}
}

// says looks for a text that a known program writes.
func (a answer) says(text string) bool { return bytes.Contains(a.body, []byte(text)) }

// seen is the evidence of an answer.
func (a answer) seen() string {
	line := fmt.Sprintf("got %d", a.status)
	if t := a.mediaType(); madeOf(t, 40, lower+"/.+-") {
		line += " " + t
	}
	if s := a.server(); s != "" {
		line += " from " + s
	}
	if id := a.header.Get("X-Amz-Request-Id"); madeOf(id, 20, digits+"ABCDEF") {
		line += ", request " + id
	}
	return line
}

// server is the product in the Server header without its version. Only words
// are let through: the header may hold anything.
func (a answer) server() string {
	name, _, _ := strings.Cut(a.header.Get("Server"), "/")
	name = strings.TrimSpace(name)
	if !madeOf(name, 24, lower+upper+"3 -") {
		return ""
	}
	return name
}

// madeOf reports a text of at most so many characters, all out of a set: the
// shape of a token that may be quoted although a server sent it.
func madeOf(s string, most int, set string) bool {
	return s != "" && len(s) <= most && strings.Trim(s, set) == ""
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

func (a answer) isRedirect() bool {
	return a.status >= 300 && a.status < 400 && a.status != http.StatusNotModified
}

// location is where a redirect leads, nil when it cannot be read. It may be
// relative.
func (a answer) location() *url.URL {
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	return u
}

// isLogin reports a redirect to the login of Dex, oauth2-proxy or the like.
func (a answer) isLogin() bool {
	if !a.isRedirect() {
		return false
	}
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		return false
	}
	for _, part := range []string{"/dex/", "/oauth2/", "/login", "/signin", "/sign_in", "/oauth/", "/authorize", "/saml"} {
		if strings.Contains(strings.ToLower(u.Path)+"/", part) {
			return true
		}
	}
	return false
}

// ahead is how far our clock is ahead of the server's; ok is false when the
// server does not say its time.
func (a answer) ahead() (d time.Duration, ok bool) {
	theirs, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return a.at.Sub(theirs).Round(time.Second), true
}

// retryAfter is how long a server asks to be left alone; 0 when it does not say
// or the words are not known.
func (a answer) retryAfter() time.Duration {
	text := a.header.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil && n > 0 && n < 1e6 {
		return time.Duration(n) * time.Second
	}
	if until, err := http.ParseTime(text); err == nil && until.After(a.at) {
		return until.Sub(a.at).Round(time.Second)
	}
	return 0
}
