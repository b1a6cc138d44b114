package resolve

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// fileSuffix makes of the name of a variable that of one which holds the path of
// a file with the value, as the official images of databases and Docker's
// secrets have it.
const fileSuffix = "_FILE"

// ReadKeyFiles reads the files that variables like MINIO_SECRET_KEY_FILE name.
// vars is the environment by name. Such a variable stands for the one without
// "_FILE": the name of a key or of one of its spellings, in the layer of plain
// variables of its class. A name that the contract knows as it stands, such as
// SSL_CERT_FILE, is no such variable.
//
// It returns the names of the variables that it read. A variable and its _FILE
// with different values are an error, a finding of the source.
func (s *EnvironSources) ReadKeyFiles(c *Contract, vars map[string]string) (read []string, err error) {
	paths, read := keyFiles(c, vars)
	if len(paths) == 0 {
		return nil, nil
	}
	values := map[string]Value{}
	err = inOneGeneration(func(g generations) error {
		for name, path := range paths {
			values[name] = readNamed(g, name, path)
		}
		return nil
	})
	if err != nil {
		return read, err
	}
	s.putAll(c, values)
	return read, nil
}

// TakeKeyFiles is ReadKeyFiles with files that are known otherwise: open returns what
// the path in a variable names, and false where there is no such file.
func (s *EnvironSources) TakeKeyFiles(c *Contract, vars map[string]string, open func(variable, path string) (Value, bool)) {
	paths, _ := keyFiles(c, vars)
	values := map[string]Value{}
	for name, path := range paths {
		v, found := open(name+fileSuffix, path)
		if !found {
			v = Value{Err: noKeyFile(name), Origin: "env " + name + fileSuffix}
		}
		values[name] = v
	}
	s.putAll(c, values)
}

// noKeyFile is that a variable names no file. The path is not quoted: often enough it
// is the value itself.
func noKeyFile(name string) error {
	return &invalid{CodeNoFile, "names a file that is not there", name + fileSuffix + " takes a path, not the value: mount the file, or unset it"}
}

// keyFiles are the paths in variables that name a file, by the variable that each
// stands for, and the names of the variables.
func keyFiles(c *Contract, vars map[string]string) (paths map[string]string, read []string) {
	paths = map[string]string{}
	for name, path := range vars {
		bare, ok := strings.CutSuffix(name, fileSuffix)
		if ok && path != "" && c.KeyFor(bare) != nil && c.KeyFor(name) == nil {
			paths[bare] = path
			read = append(read, name)
		}
	}
	slices.Sort(read)
	return paths, read
}

func (s *EnvironSources) putAll(c *Contract, values map[string]Value) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		s.put(c.KeyFor(name), name, values[name])
	}
}

func readNamed(g generations, name, path string) Value {
	v := readValue(g.pin(path))
	if v.Err != nil {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			v.Err = noKeyFile(name)
		}
	}
	v.Origin = "env " + name + fileSuffix
	return v
}

// put sets a value beside or in place of the plain variable of that name.
func (s *EnvironSources) put(k *Key, name string, v Value) {
	src := &s.Plain
	if k.Sensitive {
		src = &s.Sensitive
	}
	plain := src.Values[name].Text.Reveal()
	if plain != "" && v.Err == nil && !v.Text.IsEmpty() && plain != v.Text.Reveal() {
		src.Findings = append(src.Findings, Finding{
			Severity: Error, Code: CodeFileDiffers, Key: k.Name,
			Message: fmt.Sprintf("%s and %s%s are both set, with different values", name, name, fileSuffix),
			Hint:    "unset one of them",
		})
	}
	if v.Err == nil && v.Text.IsEmpty() && plain != "" {
		return // an empty file does not take the place of a value
	}
	src.Values[name] = v
}
