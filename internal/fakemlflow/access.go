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
	if allowed == nil {
		allowed = defaultHosts()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The exemption is for the paths at the root only, on the real server too.
		exempt := r.URL.Path == "/health" || r.URL.Path == "/version"
		if exempt || hostAllowed(allowed, r.Host) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, invalidHost)
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

func (o Options) authenticate(next http.Handler) http.Handler {
	if o.Username == "" && o.Password == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, password, _ := r.BasicAuth()
		known := subtle.ConstantTimeCompare([]byte(name+"\x00"+password), []byte(o.Username+"\x00"+o.Password)) == 1
		// Below a prefix /health is not exempt: the real server compares the
		// beginning of the whole path.
		if known || r.URL.Path == "/health" {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="mlflow"`)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "You are not authenticated.")
	})
}

func loginPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!doctype html><title>Sign in</title><form method=post><input name=user></form>\n")
}
