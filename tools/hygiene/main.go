// Command hygiene reads every file that is tracked, or would be, and refuses the
// ones that name something which is true of one machine only: the host of a
// package registry, or a path in somebody's home. Such a line works where it was
// written and nowhere else.
//
// Run it in the root of the repository.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
)

func main() {
	if err := check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check() error {
	files, err := repositoryFiles()
	if err != nil {
		return fmt.Errorf("hygiene: list the files: %w", err)
	}
	var failed []error
	for _, path := range files {
		text, err := readTracked(path)
		if err != nil {
			return fmt.Errorf("hygiene: %w", err)
		}
		for _, f := range find(text) {
			failed = append(failed, fmt.Errorf("%s:%d: %s: %s", path, f.line, f.what, f.text))
		}
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	fmt.Printf("ok  hygiene: %d files\n", len(files))
	return nil
}

// repositoryFiles lists what the next commit could hold.
func repositoryFiles() ([]string, error) {
	out, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, err
	}
	var files []string
	for name := range bytes.SplitSeq(bytes.TrimSuffix(out, []byte{0}), []byte{0}) {
		files = append(files, string(name))
	}
	if len(files) < 2 {
		return nil, errors.New("git names no files")
	}
	return files, nil
}

// readTracked reads a file. One that is tracked and was removed, and a link to
// somewhere else, hold no text.
func readTracked(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil, nil
	}
	return os.ReadFile(path)
}
