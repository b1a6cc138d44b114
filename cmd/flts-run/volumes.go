package main

import (
	"os"
	"path/filepath"
	"slices"
)

// watched lists the directories whose files are configuration and may change under
// a running task: the mounted ConfigMap and Secret, and the volumes of the other
// files that were read. Any other directory is left alone: things happen there all
// the time.
func (p *plan) watched(s *settings) []string {
	var dirs []string
	add := func(dir string) {
		if dir != "" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	for _, o := range []option{configDirOption, secretDirOption, vaultDirOption} {
		if info, err := os.Stat(s.value(o)); err == nil && info.IsDir() {
			add(s.value(o))
		}
	}
	add(volumeAbove(s.value(yamlDirOption)))
	for _, name := range p.keyFiles {
		add(volumeAbove(filepath.Dir(s.vars[name])))
	}
	return dirs
}

// volumeAbove is the nearest directory that the kubelet has mounted, from this one
// upwards, or "".
func volumeAbove(dir string) string {
	for {
		if _, err := os.Readlink(filepath.Join(dir, "..data")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			return ""
		}
		dir = above
	}
}
