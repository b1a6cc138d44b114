package resolve

import "slices"

// prescribed are the names of files that the types of Secrets prescribe, and those of
// the volumes that Kubernetes itself mounts. Nobody could have called them otherwise, so
// none of them is a misnamed key; a key that wants one says so with files or paths.
var prescribed = map[string][]string{
	"kubernetes.io/basic-auth":            {"username", "password"},
	"kubernetes.io/tls":                   {"tls.crt", "tls.key", "ca.crt"},
	"kubernetes.io/ssh-auth":              {"ssh-privatekey"},
	"kubernetes.io/dockerconfigjson":      {".dockerconfigjson"},
	"kubernetes.io/dockercfg":             {".dockercfg"},
	"kubernetes.io/service-account-token": {"token", "namespace", "ca.crt", "service-ca.crt"},
}

// Prescribes reports whether a type of Secrets has keys of this name, whoever uses them.
func Prescribes(secretType, name string) bool {
	return slices.Contains(prescribed[secretType], name)
}

// isPrescribed reports a name that some type prescribes: a mounted Secret does not say of
// which it is.
func isPrescribed(name string) bool {
	for secretType := range prescribed {
		if Prescribes(secretType, name) {
			return true
		}
	}
	return false
}
