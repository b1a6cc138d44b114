package resolve

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
)

// ReadVault reads the files that a Vault agent writes, a source for each in the order
// of their names: those whose name is a variable of the contract, lines NAME=VALUE with
// or without export, and JSON objects. They are parsed, and never run by a shell. What
// is of no such form, such as a certificate, belongs to the task and is left alone.
//
// A directory that is not there is fs.ErrNotExist. Other errors hold everything that is
// wrong, by file and line, and quote nothing.
func ReadVault(c *Contract, dir string) ([]Source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", &invalid{CodeUnreadable, fmt.Sprintf("%s cannot be read: %s", dir, reason(err, dir)), ""}, err)
	}
	var sources []Source
	var problems []error
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if info, err := os.Stat(path); strings.HasPrefix(e.Name(), ".") || err == nil && !info.Mode().IsRegular() {
			continue // the agent's own, and what it is still writing
		}
		s, err := readVaultFile(c, path)
		problems = append(problems, err)
		if len(s.Values) > 0 {
			sources = append(sources, s)
		}
	}
	return sources, errors.Join(problems...)
}

func readVaultFile(c *Contract, path string) (Source, error) {
	s := Source{Name: "vault " + path, Layer: Secret, Values: map[string]Value{}}
	if name := filepath.Base(path); c.KeyFor(name) != nil {
		s.Values[name] = readValue(path)
		return s, nil
	}
	text, err := readFile(path)
	if err != nil {
		return s, fmt.Errorf("%s %w", path, err)
	}
	var found map[string]Value
	var wrong error
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		found, wrong = vaultObject(c, path, text)
	} else {
		var lines Source
		lines, wrong = ParseDotenv(c, path, text)
		found = lines.Values
	}
	info, err := os.Stat(path)
	for name, v := range found {
		if v.File = path; err == nil {
			v.Mode = info.Mode()
		}
		v.Origin = s.Name + " " + name
		s.Values[name] = v
	}
	if len(found) == 0 && !c.mentionedIn(text) {
		return s, nil // it is of another program
	}
	return s, wrong
}

// vaultObject reads a JSON object whose names are variables, in any case.
func vaultObject(c *Contract, path, text string) (map[string]Value, error) {
	values := map[string]json.RawMessage{}
	if err := decodeOne([]byte(text), &values); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s := Source{Name: path, Values: map[string]Value{}}
	err := s.addJSON(c, values)
	found := map[string]Value{}
	for name, v := range s.Values {
		variable := strings.ToUpper(near.Folded(name))
		if c.KeyFor(variable) == nil {
			variable = c.KeyForParam(name).Name
		}
		found[variable] = v
	}
	return found, err
}

// mentionedIn reports whether a text that could not be read was meant for us.
func (c *Contract) mentionedIn(text string) bool {
	text = strings.ToUpper(text)
	return slices.ContainsFunc(c.Names(), func(name string) bool { return strings.Contains(text, name) })
}
