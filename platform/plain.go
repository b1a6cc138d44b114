package platform

import (
	"io"
	"io/fs"
	"unicode"
	"unicode/utf8"
)

// maxName is the longest name that Kubernetes and Airflow give to anything we
// ask for.
const maxName = 253

// plain returns a name that can be printed anywhere, and "" for anything else:
// it was written by others, and goes into lines and documents of ours.
func plain(name string) string {
	if len(name) > maxName || !utf8.ValidString(name) {
		return ""
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return ""
		}
	}
	return name
}

// read returns what a file holds, at most max bytes, and nothing for one that
// cannot be read or is longer: half of it would mean something else.
func read(files fs.FS, name string, max int64) []byte {
	if files == nil {
		return nil
	}
	f, err := files.Open(name)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // read only
	text, err := io.ReadAll(io.LimitReader(f, max+1))
	if err != nil || int64(len(text)) > max {
		return nil
	}
	return text
}

func exists(files fs.FS, name string) bool {
	if files == nil {
		return false
	}
	_, err := fs.Stat(files, name)
	return err == nil
}
