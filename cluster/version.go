package cluster

import (
	"encoding/json"
	"errors"
)

// versionOf reads the answer of /version. Managed clusters write "29+" as the minor.
func versionOf(text []byte) (major, minor string, err error) {
	var v struct{ Major, Minor string }
	if json.Unmarshal(text, &v) != nil || v.Major == "" {
		return "", "", &Fault{Cause: Broken, Verb: "get", Resource: "/version", Err: errors.New("what answers is no Kubernetes API")}
	}
	return v.Major, v.Minor, nil
}
