package resolve

import (
	"slices"
	"strings"
)

const codePrefix = "FLTS-"

// Explained are the findings about a service that a finding of the configuration
// accounts for, as a root cause names them: "minio/FLTS-A03". None when it is not about
// that service, or accounts for nothing.
func (c *Contract) Explained(f Finding, s *Service) []string {
	if !f.about(s) || !c.mayExplain(f) {
		return nil
	}
	var explained []string
	for _, code := range consequences(strings.TrimPrefix(f.Code, codePrefix)) {
		explained = append(explained, s.Name+"/"+codePrefix+code)
	}
	return explained
}

// consequences says which findings of checks a finding of the configuration
// accounts for, when both are about the same service: a secret key that was
// encoded twice is refused as a wrong one, and that is one thing to mend. Only what
// is sure is here; a cause that merely may be one belongs into the text of the code.
// All codes are without their prefix.
func consequences(code string) []string {
	switch code {
	case "C02": // localhost in a pod: nothing listens there
		return []string{"T01"}
	case "C21": // a session token left over from another login
		return []string{"A08"}
	case "C25": // development credentials that nobody asked for
		return []string{"A01", "A03"}
	case "S04": // the secret key ends with a newline
		return []string{"A03"}
	case "C08", "C30", "S05": // in quotes, a stand-in, base64 twice
		return []string{"A01", "A03", "A10", "Q02"}
	}
	return nil
}

// mayExplain leaves out what is odd about a value that nobody logs in with: quotes
// around a name do not make a login wrong.
func (c *Contract) mayExplain(f Finding) bool {
	k := c.Key(f.Key)
	return k == nil || k.Sensitive || f.Code != CodeStray && f.Code != CodePlaceholder
}

// about reports whether a finding is about a key that describes the service.
func (f Finding) about(s *Service) bool {
	keys := s.Refers()
	return slices.Contains(keys, f.Key) || slices.ContainsFunc(f.Keys, func(key string) bool { return slices.Contains(keys, key) })
}
