package main

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/jsonvalue"
)

// maxParams is the largest file of parameters, in bytes: more than a server takes.
const maxParams = 4 << 20

// readParams reads a file of parameters, or stdin for "-": a mapping of names to
// values, in YAML or JSON.
func (r *runner) readParams(path string) ([]form.Given, error) {
	origin := filepath.Base(path)
	switch {
	case path == "-":
		origin = "stdin"
	case strings.HasPrefix(path, "/dev/"): // of <(a command): its last part is a number
		origin = path
	}
	data, err := r.readInput(path)
	switch {
	case err != nil:
		return nil, usage("", "cannot read --params-file %s: %w", path, err)
	case len(data) > maxParams:
		return nil, usage("", "--params-file %s is larger than %d MiB", path, maxParams>>20)
	}
	value, err := jsonvalue.Reader{File: origin}.One(data)
	if err != nil {
		return nil, usage(asFailure(err).hint, "--params-file: %w", err)
	}
	values, ok := value.(map[string]any)
	if !ok {
		return nil, usage("write a mapping, like dataset: ElBorn", "--params-file %s is no mapping of names to values", path)
	}
	var list []form.Given
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, form.Given{Name: name, Value: values[name], IsValue: true, Origin: origin})
	}
	return list, nil
}

// readInput reads a file, or stdin for "-", as far as a file of parameters goes.
func (r *runner) readInput(path string) ([]byte, error) {
	in := r.stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, withoutPath(err)
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, maxParams+1))
	return data, withoutPath(err)
}

// withoutPath is an error of a file without the name that is said already.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
