package resolve

import "strings"

// Objects are the names of the objects of Kubernetes that pods get the keys from. Tools
// that look at a cluster read them; a component is given whatever its pod says.
type Objects struct {
	ConfigMap string
	Secret    string
}

var objectsFields = []field[Objects]{
	{"configmap", "name of the ConfigMap", func(o *Objects) any { return &o.ConfigMap }, nil},
	{"secret", "name of the Secret", func(o *Objects) any { return &o.Secret }, nil},
}

func (v *contractErrors) checkObjects(o *Objects) {
	for _, f := range objectsFields {
		if !IsObjectName(*f.at(o).(*string)) {
			v.addf(at("objects", f.name), "objects: %s: want a name of Kubernetes, of a-z, 0-9, '-' and '.'", f.name)
		}
	}
}

// IsObjectName holds to the rule for names of objects, a subdomain of DNS.
func IsObjectName(name string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789-."
	return name != "" && len(name) <= 253 && strings.Trim(name, allowed) == "" && strings.Trim(name, "-.") == name
}
