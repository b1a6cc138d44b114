package container

import (
	"fmt"
	"os"
	"path/filepath"
)

// Machine lays out, in an empty directory, an image that stands on this machine's
// /usr, as far as Debian's packages filled it: /usr/local is the image's own, and so is
// all of /etc.
func Machine(root string) (Image, error) {
	for _, dir := range []string{"dev", "etc", "proc", "root", "tmp", "usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "usr/share", "usr/local/bin", "var/tmp"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return Image{}, fmt.Errorf("container: %w", err)
		}
	}
	for _, dir := range []string{"tmp", "var/tmp"} {
		if err := os.Chmod(filepath.Join(root, dir), 0o1777); err != nil {
			return Image{}, fmt.Errorf("container: %w", err)
		}
	}
	for _, name := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.Symlink("usr/"+name, filepath.Join(root, name)); err != nil {
			return Image{}, fmt.Errorf("container: %w", err)
		}
	}
	for name, text := range map[string]string{
		"passwd": "root:x:0:0:root:/root:/bin/sh\n", "group": "root:x:0:\n", "hosts": "", "resolv.conf": "",
	} {
		if err := os.WriteFile(filepath.Join(root, "etc", name), []byte(text), 0o644); err != nil {
			return Image{}, fmt.Errorf("container: %w", err)
		}
	}
	return Image{Root: root, Machine: true, Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}}, nil
}
