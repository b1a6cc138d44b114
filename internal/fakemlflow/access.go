package fakemlflow

import (
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
)

const invalidHost = "Invalid Host header - possible DNS rebinding attack detected"

// checkHost refuses a Host header that is not allowed. The port is part of the
// header and so of the match.
func (o Options) checkHost(next http.Handler) http.Handler {
	allowed := o.AllowedHosts
	if o.Before3 {
		return next
	}
	if allowed == nil {
		allowed = defaultHosts()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Exempt are the two paths where the server has them.
		exempt := r.URL.Path == o.root()+"/health" || r.URL.Path == o.root()+"/version"
		if exempt || hostAllowed(allowed, r.Host) {
			next.ServeHTTP(w, r)
			return
		}
		text(w, http.StatusForbidden, "text/plain", invalidHost)
	})
}

func defaultHosts() []string {
	hosts := []string{"192.168.*", "10.*", "fc00:*", "fd00:*"}
	for _, loopback := range []string{"localhost", "127.0.0.1", "[::1]", "0.0.0.0"} {
		hosts = append(hosts, loopback, loopback+":*")
	}
	for i := 16; i < 32; i++ {
		hosts = append(hosts, fmt.Sprintf("172.%d.*", i))
	}
	return hosts
}

func hostAllowed(patterns []string, host string) bool {
	for _, pattern := range patterns {
		if ok, _ := path.Match(strings.ReplaceAll(pattern, "[", `\[`), host); ok {
			return true
		}
	}
	return false
}

// user is who asks; ok is false for nobody that is known.
func (o Options) user(r *http.Request) (u User, ok bool) {
	name, password, _ := r.BasicAuth()
	for _, u := range append([]User{{o.Username, o.Password, "MANAGE"}}, o.Users...) {
		if subtle.ConstantTimeCompare([]byte(name+"\x00"+password), []byte(u.Name+"\x00"+u.Password)) == 1 {
			return u, true
		}
	}
	return User{}, false
}

func (o Options) authenticate(next http.Handler) http.Handler {
	if o.Username == "" && o.Password == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, known := o.user(r)
		switch {
		case r.URL.Path == o.root()+"/health":
		case !known:
			w.Header().Set("WWW-Authenticate", `Basic realm="mlflow"`)
			text(w, http.StatusUnauthorized, "text/html; charset=utf-8", "You are not authenticated. Please see "+
				"https://www.mlflow.org/docs/latest/auth/index.html#authenticating-to-mlflow on how to authenticate.")
			return
		case !u.may(r):
			text(w, http.StatusForbidden, "text/html; charset=utf-8", "Permission denied")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// may reports whether the permission admits the call. Searching is for
// everybody: the real server leaves out of the answer what one may not see.
func (u User) may(r *http.Request) bool {
	writes := r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/search")
	sees := !strings.Contains(r.URL.Path, "/experiments/get") && !strings.Contains(r.URL.Path, "/runs/get") && !strings.Contains(r.URL.Path, "/mlflow-artifacts/")
	switch u.Permission {
	case "MANAGE", "EDIT":
		return true
	case "READ":
		return !writes
	}
	return !writes && sees
}

// limitBody is nginx with client_max_body_size.
func (o Options) limitBody(next http.Handler) http.Handler {
	if o.MaxBody == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength <= o.MaxBody {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Server", "nginx")
		text(w, http.StatusRequestEntityTooLarge, "text/html", "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n</html>\r\n")
	})
}

// text writes a whole answer.
func text(w http.ResponseWriter, status int, mediaType, body string) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func loginPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!doctype html><title>Sign in</title><form method=post><input name=user></form>\n")
}
