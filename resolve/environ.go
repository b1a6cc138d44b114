package resolve

import (
	"strings"
)

// Prefixes of variables whose origin is exact, because the pod says so:
// envFrom: [{prefix: FLTS_FROM_CONFIGMAP_, configMapRef: …}]. They are
// bootstrap material and are not handed on to the task.
const (
	ConfigMapPrefix = "FLTS_FROM_CONFIGMAP_"
	SecretPrefix    = "FLTS_FROM_SECRET_"
)

// EnvironSources are the sources that an environment holds.
type EnvironSources struct {
	ConfigMapPrefixed Source
	SecretPrefixed    Source
	Plain             Source // of keys that are not sensitive: layer ConfigMap
	Sensitive         Source // of sensitive keys: layer Secret
}

// ReadEnviron sorts an environment into sources. Of a name that is there twice
// the first counts, as for getenv in C and os.environ in Python.
func ReadEnviron(c *Contract, environ []string) EnvironSources {
	s := EnvironSources{
		ConfigMapPrefixed: Source{Name: "configmap env", Layer: ConfigMap, Values: map[string]Value{}},
		SecretPrefixed:    Source{Name: "secret env", Layer: Secret, Values: map[string]Value{}},
		Plain:             Source{Name: "env", Layer: ConfigMap, Class: PlainKeys, Values: map[string]Value{}},
		Sensitive:         Source{Name: "env", Layer: Secret, Class: SensitiveKeys, Values: map[string]Value{}},
	}
	for _, entry := range environ {
		name, text, ok := strings.Cut(entry, "=")
		if !ok {
			continue
		}
		if bare, ok := strings.CutPrefix(name, ConfigMapPrefix); ok {
			s.ConfigMapPrefixed.add(c, bare, text)
		} else if bare, ok := strings.CutPrefix(name, SecretPrefix); ok {
			s.SecretPrefixed.add(c, bare, text)
		} else if k := c.KeyFor(name); k != nil && k.Sensitive {
			s.Sensitive.add(c, name, text)
		} else {
			s.Plain.add(c, name, text)
		}
	}
	s.Sensitive.Others = s.Plain.Others
	return s
}

func (s *Source) add(c *Contract, name, text string) {
	if name == "APP_ENV" {
		s.AppEnv = Plain(text)
		return
	}
	if c.KeyFor(name) == nil {
		s.Others = append(s.Others, name)
		return
	}
	if _, have := s.Values[name]; !have {
		s.Values[name] = Plain(text)
	}
}
