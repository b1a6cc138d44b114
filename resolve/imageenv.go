package resolve

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/internal/secret"
)

// ImageEnv is the record of what an image sets in its environment. A variable
// that still has the value of the image is a default and nothing that somebody
// configured.
//
// It is a text, a line for every variable, sorted by name:
//
//	# flts-run image environment v1, salt 5f0c…
//	MINIO_ENDPOINT="minio:9000"
//	MINIO_SECRET_KEY=sha256:9b1f…
//
// A value in quotes is written as Go writes strings, so it may hold anything.
// Only values of keys that are not sensitive, and that hold no secret, are in it. All others, those of
// variables that the contract does not know among them (a build sees its
// arguments as variables), are the HMAC-SHA256 of NAME=VALUE under the salt, in
// hexadecimal: enough to see that a value has not changed. A short secret can be
// guessed from it, though not faster than from the image, which holds it in clear.
type ImageEnv struct {
	salt  []byte
	lines map[string]string // what stands behind NAME=
}

const (
	imageEnvHeader = "# flts-run image environment v1, salt "
	hashPrefix     = "sha256:"
)

// RecordImageEnv records an environment. salt should be random, 16 bytes.
func RecordImageEnv(c *Contract, environ []string, salt []byte) ImageEnv {
	e := ImageEnv{salt: salt, lines: map[string]string{}}
	env := ReadEnviron(c, environ)
	var secrets redact.Masker
	for _, v := range env.Sensitive.Values {
		secrets.Add(v.Text.Reveal())
	}
	for _, entry := range environ {
		name, text, ok := strings.Cut(entry, "=")
		if _, have := e.lines[name]; !ok || have || !isVariableName(name) {
			continue
		}
		k := c.KeyFor(name)
		if k == nil || k.Sensitive || secret.Open(text).Hidden() || secrets.Mask(text) != text {
			e.lines[name] = e.hash(name, text)
		} else {
			e.lines[name] = strconv.Quote(text)
		}
	}
	return e
}

// String is the record as a text.
func (e ImageEnv) String() string {
	var b strings.Builder
	b.WriteString(imageEnvHeader + hex.EncodeToString(e.salt) + "\n")
	for _, name := range slices.Sorted(maps.Keys(e.lines)) {
		b.WriteString(name + "=" + e.lines[name] + "\n")
	}
	return b.String()
}

// ParseImageEnv reads the record. name stands for the file in errors.
func ParseImageEnv(name, text string) (ImageEnv, error) {
	e := ImageEnv{lines: map[string]string{}}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSuffix(line, "\n")
		if number == 1 {
			salt, ok := strings.CutPrefix(line, imageEnvHeader)
			var err error
			if e.salt, err = hex.DecodeString(salt); !ok || err != nil {
				return ImageEnv{}, fmt.Errorf("%s:1:1: is no record of flts-run image-env: the first line must be %q and hexadecimal digits", name, imageEnvHeader)
			}
			continue
		}
		variable, value, ok := strings.Cut(line, "=")
		if !ok || !isVariableName(variable) {
			return ImageEnv{}, fmt.Errorf("%s:%d:1: is no line NAME=VALUE", name, number)
		}
		if _, err := strconv.Unquote(value); err != nil && !strings.HasPrefix(value, hashPrefix) {
			return ImageEnv{}, fmt.Errorf("%s:%d:%d: is neither a text in quotes nor %s…", name, number, len(variable)+2, hashPrefix)
		}
		e.lines[variable] = value
	}
	if number == 0 {
		return ImageEnv{}, fmt.Errorf("%s:1:1: is empty: it is made by flts-run image-env", name)
	}
	return e, nil
}

// holds reports whether the image sets the variable to that text.
func (e ImageEnv) holds(name, text string) bool {
	line, have := e.lines[name]
	if !have {
		return false
	}
	if strings.HasPrefix(line, hashPrefix) {
		return hmac.Equal([]byte(line), []byte(e.hash(name, text)))
	}
	value, err := strconv.Unquote(line)
	return err == nil && value == text
}

func (e ImageEnv) hash(name, text string) string {
	h := hmac.New(sha256.New, e.salt)
	h.Write([]byte(name + "=" + text))
	return hashPrefix + hex.EncodeToString(h.Sum(nil))
}

// SplitImage moves the plain variables that still have the value of the image
// into a source of their own, in the layer of defaults. A credential in an image
// is a finding, because whoever can pull the image can read it.
func (s *EnvironSources) SplitImage(c *Contract, image ImageEnv, env AppEnv) Source {
	severity, on := c.Policy.rule(ruleSensitiveConfigMap).severity(env)
	found := Source{Name: "image env", Layer: Defaults, Values: map[string]Value{}}
	for _, src := range []*Source{&s.Plain, &s.Sensitive} {
		for _, name := range slices.Sorted(maps.Keys(src.Values)) {
			v := src.Values[name]
			if !image.holds(name, v.Text.Reveal()) {
				continue
			}
			found.Values[name] = v
			delete(src.Values, name)
			if k := c.KeyFor(name); on && k.Sensitive && !v.Text.IsEmpty() {
				found.Findings = append(found.Findings, Finding{
					Severity: severity, Code: CodeSensImage, Key: k.Name,
					Message: fmt.Sprintf("%s is sensitive and is set by the image (%s)", k.Name, name),
					Hint:    "remove ENV " + name + " from the Dockerfile and give it in a Secret: whoever can pull the image can read it",
				})
			}
		}
	}
	return found
}
