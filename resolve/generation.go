package resolve

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// generations reads files of mounted volumes so that those of one volume belong
// together. The kubelet replaces a volume as a whole, by swapping the symlink
// "..data" in its root: whichever generation that names when the first file of a
// volume is read, all others are read from it too.
type generations map[string]string // root of a volume → what its ..data named

// inOneGeneration calls read, and calls it again when a volume was swapped
// meanwhile, which removes the files that were being read.
func inOneGeneration(read func(g generations) error) error {
	for range 10 {
		g := generations{}
		err := read(g)
		if root := g.swapped(); root == "" {
			return err
		}
	}
	return fmt.Errorf("the files of a mounted volume are being replaced again and again")
}

// pin returns the path of the same file in the generation that is being read.
// A file that is in no volume keeps its path.
func (g generations) pin(path string) string {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		target, pinned := g[dir]
		if !pinned {
			target, _ = os.Readlink(filepath.Join(dir, "..data"))
		}
		if target != "" {
			g[dir] = target
			inside, err := filepath.Rel(dir, path)
			inside = strings.TrimPrefix(inside, "..data/")
			if err != nil || strings.HasPrefix(inside, "..") { // it names a generation itself
				return path
			}
			if filepath.IsAbs(target) {
				return filepath.Join(target, inside)
			}
			return filepath.Join(dir, target, inside)
		}
		if dir == filepath.Dir(dir) {
			return path
		}
	}
}

// swapped returns the root of a volume that names another generation by now.
func (g generations) swapped() string {
	for root, target := range g {
		if now, _ := os.Readlink(filepath.Join(root, "..data")); now != target {
			return root
		}
	}
	return ""
}
