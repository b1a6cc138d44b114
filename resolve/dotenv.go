package resolve

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

const (
	// dotenvLines is how far a value in quotes may go on; the longest that people
	// keep there is a private key.
	dotenvLines = 100

	// noExpansion stands for '$' while the text is parsed, so that nothing is
	// expanded. It is the one character that no value may hold anyway.
	noExpansion = "\x00"
)

// ParseDotenv reads the text of a .env file: NAME=VALUE lines, comments, "export"
// in front, values in single or double quotes over several lines, \n and \r in
// double quotes. Nothing is expanded: '$' is a character like any other, because
// the library's idea of it turns the password pa$WORD into pa. Names that the
// contract does not know are left alone. file stands for the file in errors,
// which give the line and never quote the text.
func ParseDotenv(c *Contract, file, text string) (Source, error) {
	s := Source{Name: "env-file " + file, Layer: Secret, Values: map[string]Value{}}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\uFEFF"), "\r\n", "\n")
	if strings.Contains(text, noExpansion) {
		return s, fmt.Errorf("%s: holds a NUL byte", file)
	}
	lines := strings.SplitAfter(text, "\n")
	var problems []error
	for at := 0; at < len(lines); {
		found, n := dotenvStatement(lines[at:])
		if n == 0 {
			problems = append(problems, fmt.Errorf("%s:%d:1: is no line NAME=VALUE, or a quote is not closed", file, at+1))
			n = 1
		}
		for name, value := range found {
			if name == "APP_ENV" {
				continue // it was settled before this file could be read
			}
			if c.KeyFor(name) == nil {
				s.Others = append(s.Others, name)
				continue
			}
			v := Plain(strings.ReplaceAll(value, noExpansion, "$"))
			v.At = fmt.Sprintf("%d:1", at+1)
			if s.has(name) && s.Values[name].Text.Reveal() != v.Text.Reveal() {
				problems = append(problems, fmt.Errorf("%s:%d:1: %s is given again with another value, after line %s", file, at+1, name, strings.TrimSuffix(s.Values[name].At, ":1")))
			}
			s.Values[name] = v
			s.judgeExpansion(c.KeyFor(name), file, at+1, name, lines[at:at+n])
		}
		at += n
	}
	slices.Sort(s.Others)
	return s, errors.Join(problems...)
}

// dotenvStatement parses the statement that begins in the first line and returns
// how many lines it has, 0 when it is none. Errors of the library quote the text,
// so they are not passed on.
func dotenvStatement(lines []string) (map[string]string, int) {
	for n := 1; n <= min(dotenvLines, len(lines)); n++ {
		text := strings.ReplaceAll(strings.Join(lines[:n], ""), "$", noExpansion)
		found, err := godotenv.Unmarshal(text)
		if err == nil && validNames(found) {
			return found, n
		}
	}
	return nil, 0
}

func validNames(found map[string]string) bool {
	for name := range found {
		if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") != "" || name == "" {
			return false
		}
	}
	return true
}

// judgeExpansion warns where another reader of the file would put in the value of
// a variable. In single quotes none does.
func (s *Source) judgeExpansion(k *Key, file string, line int, name string, statement []string) {
	text := strings.Join(statement, "")
	if _, value, _ := strings.Cut(text, "="); strings.Contains(value, "${") && !strings.HasPrefix(strings.TrimSpace(value), "'") {
		s.Findings = append(s.Findings, Finding{
			Severity: Warning, Code: CodeNotExpanded, Key: k.Name,
			Message: fmt.Sprintf("%s:%d:1: %s holds ${…}, which is not expanded", file, line, name),
			Hint:    "write the value itself, or put it in single quotes if this is meant",
		})
	}
}
