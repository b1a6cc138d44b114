package resolve

import (
	"slices"
	"strings"
)

// kind is a kind of service: the type of its endpoint, and the fields that it has
// beside kind, check and endpoint.
type kind struct {
	name     string
	endpoint []Type
	fields   []string
}

var kinds = []kind{
	{"s3", []Type{HostPort, Web}, []string{"secure", "access_key", "secret_key", "session_token", "region", "addressing", "ca", "buckets"}},
	{"mlflow", []Type{Web}, []string{"username", "password", "token", "experiment", "ca"}},
	{"http", []Type{Web}, []string{"username", "password", "token", "path", "status", "json", "ca"}},
	{"tcp", []Type{HostPort}, nil},
	{"postgres", []Type{HostPort}, []string{"secure", "username", "password", "database", "ca"}},
	{"kfp", []Type{Web}, []string{"token", "ca"}},
}

func kindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// literals are the fields that hold the thing itself and no names of keys.
var literals = []string{"path", "status"}

// checkKind refuses fields that the kind of the service does not read, because
// they would be there and do nothing, and values that cannot be right.
func (v *contractErrors) checkKind(c *Contract, s *Service) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == s.Kind })
	if i < 0 {
		return
	}
	has := append([]string{"kind", "check", "endpoint"}, kinds[i].fields...)
	for _, f := range serviceFields {
		if given := valueNode(f.at(s)); given != nil && !isUnset(given) && !slices.Contains(has, f.name) {
			v.addf(at("services", s.Name, f.name), "service %s: %s is no field of kind %s, which has %s", s.Name, f.name, s.Kind, strings.Join(has[1:], ", "))
		}
	}
	if k := c.Key(s.Endpoint); k != nil && slices.Contains(types, k.Type) && k.Type != Text && !slices.Contains(kinds[i].endpoint, k.Type) {
		v.addf(at("services", s.Name, "endpoint"), "service %s: the endpoint of kind %s is of type %s, and %s is of type %s", s.Name, s.Kind, strings.Join(texts(kinds[i].endpoint), " or "), k.Name, k.Type)
	}
	if s.Path != "" && (!strings.HasPrefix(s.Path, "/") || strings.ContainsAny(s.Path, "?# ")) {
		v.addf(at("services", s.Name, "path"), "service %s: path %q is no path: write /health", s.Name, s.Path)
	}
	for _, text := range s.Status {
		if _, _, ok := statusRange(text); !ok {
			v.addf(at("services", s.Name, "status", text), "service %s: status %q is none: write 200 or 200-299", s.Name, text)
		}
	}
}
