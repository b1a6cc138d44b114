package cluster

import (
	"bytes"
	"encoding/json"
	"errors"
)

var (
	errNotKubernetes = errors.New("what answers is no Kubernetes API")
	errSpeaksTLS     = errors.New("the port speaks TLS")
)

// wantsTLS knows how servers of Go, and nginx, answer to plain HTTP where they expect
// TLS.
func wantsTLS(text []byte) bool {
	return bytes.Contains(text, []byte("HTTP request to an HTTPS server")) || bytes.Contains(text, []byte("HTTP request was sent to HTTPS port"))
}

// versionOf reads the answer of /version. Managed clusters write "29+" as the minor.
func versionOf(text []byte) (major, minor string, err error) {
	var v struct{ Major, Minor string }
	if json.Unmarshal(text, &v) != nil || !isNumber(v.Major) || !isNumber(v.Minor) {
		return "", "", &Fault{Cause: Broken, Verb: "get", Resource: "/version", Err: errNotKubernetes}
	}
	return v.Major, v.Minor, nil
}

// isNumber keeps out what some other server may answer there.
func isNumber(s string) bool {
	if len(s) == 0 || len(s) > 8 {
		return false
	}
	for i, c := range s {
		if (c < '0' || c > '9') && (c != '+' || i == 0) {
			return false
		}
	}
	return true
}
