package resolve

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// MountedFiles makes a source of a mounted directory whose files are known otherwise:
// what ReadMounted would make of them. name is the source's name, and files are those
// below the directory by their paths there.
func MountedFiles(c *Contract, name string, layer Layer, dir string, files map[string]Value) Source {
	s := Source{Name: name, Layer: layer, Dir: dir, Values: map[string]Value{}}
	if len(files) == 0 {
		s.Note = noteEmpty
	}
	var top []string
	for _, file := range slices.Sorted(maps.Keys(files)) {
		first, _, _ := strings.Cut(file, "/")
		if !slices.Contains(top, first) {
			top = append(top, first)
		}
	}
	s.take(c, top, func(file string) (Value, bool) {
		v, ok := files[path.Clean(file)]
		return v, ok
	})
	return s
}
