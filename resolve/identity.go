package resolve

// AmbientIdentity names an AWS identity that a pod has without keys, as its
// environment says: "web identity"; "" is none.
func AmbientIdentity(vars map[string]string) string {
	for _, a := range []struct{ variable, name string }{
		{"AWS_WEB_IDENTITY_TOKEN_FILE", "web identity"},
		{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "container credentials"},
		{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "container credentials"},
		{"AWS_PROFILE", "profile"},
	} {
		if vars[a.variable] != "" {
			return a.name
		}
	}
	return ""
}
