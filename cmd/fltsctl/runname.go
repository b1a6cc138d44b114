package main

import (
	"crypto/rand"
	"encoding/base32"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

// The names of runs. With a key they say the key, so that the same order has the
// same name.
const (
	defaultRunName = "{pipeline}-{date}-{time}-{rand}"
	keyedRunName   = "{pipeline}-{key}"
)

// nameParts is what a template of a run's name is filled with.
type nameParts struct {
	flag                string // that has the template, for messages
	pipeline, user, key string
	now                 time.Time
	parameters          map[string]any
}

// fillName fills a template. All that is wrong with it is said at once.
func fillName(template string, p nameParts) (string, []error) {
	words := map[string]func() string{
		"pipeline": func() string { return p.pipeline },
		"date":     func() string { return p.now.UTC().Format("20060102") },
		"time":     func() string { return p.now.UTC().Format("150405") },
		"user":     func() string { return p.user },
		"key":      func() string { return p.key },
		"rand":     func() string { return strings.ToLower(base32.StdEncoding.EncodeToString(randomBytes()))[:5] },
	}
	var b strings.Builder
	var problems []error
	for rest := template; ; {
		text, behind, found := strings.Cut(rest, "{")
		b.WriteString(text)
		if !found {
			break
		}
		word, after, closed := strings.Cut(behind, "}")
		rest = after
		parameter, isParameter := strings.CutPrefix(word, "param:")
		switch f := words[word]; {
		case !closed:
			problems = append(problems, usage("close it with }", "%s: {%s has no end", p.flag, word))
		case isParameter:
			value, err := p.parameter(parameter)
			if err != nil {
				problems = append(problems, err)
			}
			b.WriteString(value)
		case f == nil:
			list := strings.Join(slices.Sorted(maps.Keys(words)), ", ")
			problems = append(problems, usage("there are "+list+" and param:NAME", "%s: no {%s}", p.flag, word))
		default:
			b.WriteString(f())
		}
	}
	switch name := b.String(); {
	case len(problems) > 0:
	case strings.TrimSpace(name) == "":
		problems = append(problems, usage("", "%s: the name is empty", p.flag))
	case strings.ContainsFunc(name, unicode.IsControl):
		problems = append(problems, usage("", "%s: a control character would be in the name", p.flag))
	}
	return b.String(), problems
}

// parameter is the value of a parameter as a part of a name.
func (p nameParts) parameter(name string) (string, error) {
	value, ok := p.parameters[name]
	if !ok {
		return "", usage("only parameters with a value can be in it", "%s: {param:%s} has no value", p.flag, name)
	}
	text := word(value)
	if looksSecret(name, text) {
		return "", usage("names of runs are for everybody to see", "%s: {param:%s} may be a secret", p.flag, name)
	}
	return text, nil
}

func randomBytes() []byte {
	b := make([]byte, 5)
	_, _ = rand.Read(b) // it never fails
	return b
}
