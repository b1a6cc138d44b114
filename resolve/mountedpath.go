package resolve

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// takePaths reads the files of keys whose contract says where they are inside
// the mount: nested directories, projected volumes, names that other tools chose.
// A file named as the key itself counts before them.
func (s *Source) takePaths(c *Contract, open opener) {
	for _, k := range c.Keys {
		for _, path := range k.Files {
			v, found := open(path)
			if !found {
				continue
			}
			s.Others = slices.DeleteFunc(s.Others, func(name string) bool { return name == path || strings.HasPrefix(path, name+"/") })
			v.Origin = s.Name + " " + path
			first, have := s.Values[k.Name]
			if !have {
				s.Values[k.Name] = v
				continue
			}
			if first.Err == nil && v.Err == nil && first.Text.Reveal() != v.Text.Reveal() {
				s.addFinding(Warning, CodeTwoFiles, k, "keep one of them", "%s has two values in one mount: %s wins over %s",
					k.Name, cmp.Or(first.Origin, fmt.Sprint(s.Name, " ", k.Name)), v.Origin)
			}
		}
	}
}
