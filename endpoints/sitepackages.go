package endpoints

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// distribution is a Python package that is installed in the image.
type distribution struct{ name, version string }

// isAtLeast compares the first two numbers of the version.
func (d distribution) isAtLeast(major, minor int) bool {
	var a, b int
	_, err := fmt.Sscanf(d.version, "%d.%d", &a, &b)
	return err == nil && (a > major || a == major && b >= minor)
}

// sitePackages lists the folders in which the task's Python looks for packages,
// in its order: PYTHONPATH, and those that belong to the interpreters of the
// virtual environment and of PATH. No Python is started for it.
func (e Env) sitePackages() []string {
	if e.Files == nil {
		return nil
	}
	var dirs []string
	add := func(dir string) {
		if path.IsAbs(dir) && !slices.Contains(dirs, inRoot(dir)) {
			dirs = append(dirs, inRoot(dir))
		}
	}
	for _, dir := range strings.Split(e.Task["PYTHONPATH"], ":") {
		add(dir)
	}
	prefixes := []string{e.Task["VIRTUAL_ENV"]}
	for _, dir := range strings.Split(e.Task["PATH"], ":") {
		prefixes = append(prefixes, path.Dir(path.Clean(dir)))
	}
	for _, prefix := range prefixes {
		if !path.IsAbs(prefix) {
			continue
		}
		for _, pattern := range []string{
			"lib/python3*/site-packages", "local/lib/python3*/dist-packages", "lib/python3/dist-packages",
		} {
			found, _ := fs.Glob(e.Files, path.Join(inRoot(prefix), pattern)) // a prefix with [ finds nothing
			for _, dir := range found {
				add("/" + dir)
			}
		}
	}
	return dirs
}

// installed finds the first of the packages that the task's Python would import.
func (e Env) installed(dirs []string, names ...string) (distribution, bool) {
	for _, dir := range dirs {
		for _, name := range names {
			found, _ := fs.Glob(e.Files, path.Join(dir, name+"-*.dist-info"))
			for _, info := range found {
				text, _ := e.readFile("/" + path.Join(info, "METADATA"))
				if version := metadataVersion(text); version != "" {
					return distribution{name, version}, true
				}
			}
		}
	}
	return distribution{}, false
}

// lacks reports that the task's Python does not find the package.
func (e Env) lacks(name string) bool {
	_, found := e.installed(e.sitePackages(), name)
	return !found
}

// mayUse reports that the task's Python has another client of S3 beside boto3. Where
// no client at all is found, which it uses is not known, and with time to be
// thorough every one counts.
func (e Env) mayUse(client string) bool {
	return !e.lacks(client) || e.Thorough && e.lacks("botocore")
}

// metadataVersion reads the version out of a package's METADATA: a header as of
// a mail, which ends with the first empty line.
func metadataVersion(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			return ""
		}
		if version, ok := strings.CutPrefix(line, "Version: "); ok && isVersion(version) {
			return version
		}
	}
	return ""
}

// isVersion admits what versions of Python packages look like: 3.5.0, 2.9.3.dev0.
func isVersion(s string) bool {
	return madeOf(s, 32, digits+lower+".+") && strings.Contains(digits, s[:1])
}

// major is the number before the first dot.
func major(version string) string {
	first, _, _ := strings.Cut(version, ".")
	return first
}
