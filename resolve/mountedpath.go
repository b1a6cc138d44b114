package resolve

import (
	"cmp"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/secret"
)

// takePaths reads the files of keys whose contract says where they are inside
// the mount: nested directories, projected volumes, names that other tools and the
// types of Secrets prescribe. A file named as the key itself counts before them.
func (s *Source) takePaths(c *Contract, open opener) {
	for _, k := range c.Keys {
		for _, file := range k.Files {
			if v, found := open(file); found {
				s.takePath(k, file, v)
			}
		}
		for _, file := range k.Paths {
			if v, found := open(file); found {
				s.takePathOf(k, file, v)
			}
		}
	}
}

// takePathOf takes the path of a file that was found. It leads through the mount and
// not through one generation of it, so that the task goes on finding the file. In an
// object that is mounted nowhere it has none.
func (s *Source) takePathOf(k *Key, file string, v Value) {
	if s.Dir == "" {
		s.claim(file)
		return
	}
	if v.Err == nil {
		v.Text, v.Notes = secret.New(filepath.Join(s.Dir, file)), nil
	}
	s.takePath(k, file, v)
}

// claim says that the contract knows a file after all. In an object it has the
// last name of its path.
func (s *Source) claim(file string) {
	s.Others = slices.DeleteFunc(s.Others, func(name string) bool {
		return name == file || strings.HasPrefix(file, name+"/") || s.Dir == "" && name == path.Base(file)
	})
}

// takePath takes what was found at a path of a key.
func (s *Source) takePath(k *Key, file string, v Value) {
	s.claim(file)
	if s.Dir == "" {
		file = path.Base(file)
	}
	v.Origin = s.Name + " " + file
	first, have := s.Values[k.Name]
	if !have {
		s.Values[k.Name] = v
		return
	}
	if first.Err == nil && v.Err == nil && first.Text.Reveal() != v.Text.Reveal() {
		s.addFinding(Warning, CodeTwoFiles, k, "keep one of them", "%s has two values in one mount: %s wins over %s",
			k.Name, cmp.Or(first.Origin, fmt.Sprint(s.Name, " ", k.Name)), v.Origin)
	}
}
