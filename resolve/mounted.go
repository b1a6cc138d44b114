package resolve

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/secret"
)

// noteEmpty is the note of a directory without a file.
const noteEmpty = "empty"

// maxFile is the most that a ConfigMap or a Secret can hold.
const maxFile = 1 << 20

// ReadMounted reads a mounted ConfigMap or Secret: a directory with a file for
// every key, named as the key or one of its spellings. name is the source's
// name. A directory that is not there gives an empty source with a note; a file
// that cannot be used gives a Value with its Err, so that it is judged with the
// key it belongs to.
//
// The kubelet replaces a volume as a whole by swapping the symlink "..data", so
// all files are read from the directory that "..data" names now, and read again
// if it was swapped meanwhile: a key pair is never torn.
func ReadMounted(c *Contract, name string, layer Layer, dir string) (Source, error) {
	s := Source{Name: name, Layer: layer, Dir: dir}
	for range 10 {
		data := filepath.Join(dir, "..data")
		target, err := os.Readlink(data)
		base := dir
		if err == nil {
			base = filepath.Join(dir, target)
			if filepath.IsAbs(target) {
				base = target
			}
		}
		readErr := s.read(c, base)
		if again, _ := os.Readlink(data); again != target {
			continue
		}
		if err == nil && errors.Is(readErr, fs.ErrNotExist) {
			return s, &invalid{CodeNoFile, fmt.Sprintf("%s points to %s, which is not there", data, target), ""}
		}
		return s, readErr
	}
	return s, fmt.Errorf("%s is being replaced again and again", dir)
}

func (s *Source) read(c *Contract, base string) error {
	s.Values, s.Others, s.Note, s.Findings = map[string]Value{}, nil, "", nil
	entries, err := os.ReadDir(base)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.Note = "not mounted"
		return fmt.Errorf("%w: %w", &invalid{CodeNotMounted, base + " is not mounted", ""}, fs.ErrNotExist)
	case err != nil:
		return &invalid{CodeUnreadable, fmt.Sprintf("%s cannot be read: %s", base, reason(err, base)), ""}
	case len(entries) == 0:
		s.Note = noteEmpty
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	s.take(c, names, func(path string) (Value, bool) {
		file := filepath.Join(base, path)
		if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
			return Value{}, false
		}
		return readValue(file), true
	})
	return nil
}

// opener reads a file of a mounted directory by its path there; false says that there
// is none.
type opener func(path string) (Value, bool)

// take sorts the files at the top of a directory, whose names these are, and then
// looks for those that the contract has elsewhere.
func (s *Source) take(c *Contract, names []string, open opener) {
	for _, name := range names {
		switch {
		case name == "APP_ENV":
			s.AppEnv, _ = open(name)
		case c.wantsPath(name): // takePaths
		case c.KeyFor(name) != nil:
			if v, ok := open(name); ok {
				s.Values[name] = v
			}
		case !strings.HasPrefix(name, ".."):
			s.Others = append(s.Others, name)
		}
	}
	s.takePaths(c, open)
}

// wantsPath reports the name of a key whose value is the path of the file of its name.
func (c *Contract) wantsPath(file string) bool {
	k := c.Key(file)
	return k != nil && slices.Contains(k.Paths, file)
}

// NoteNewline says of a value that a file ended with a newline that is not part
// of it.
const NoteNewline = "1 trailing newline removed"

// readValue reads one file and removes exactly one trailing newline, which is
// what editors and echo add.
func readValue(path string) Value {
	text, err := readFile(path)
	if err != nil {
		return Value{Err: err}
	}
	v := FileValue(path, text)
	if info, err := os.Stat(path); err == nil {
		v.Mode = info.Mode()
	}
	return v
}

// FileValue is what a file with this text holds.
func FileValue(path, text string) Value {
	v := Plain(text)
	v.File = path
	if cut, ok := strings.CutSuffix(text, "\n"); ok {
		v.Text = secret.New(cut)
		v.Notes = []string{NoteNewline}
	}
	return v
}

func readFile(path string) (string, error) {
	// Stat comes first: opening a FIFO would wait for its writer.
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", &invalid{CodeNoFile, "is a link to a file that is not there", "mount it again, or remove it"}
	case err != nil:
		return "", &invalid{CodeUnreadable, "cannot be read: " + reason(err, path), readableHint()}
	case info.IsDir():
		return "", &invalid{CodeNoFile, "is a directory, not a file", "mount the key itself, without a path below it"}
	case !info.Mode().IsRegular():
		return "", &invalid{CodeNoFile, fmt.Sprintf("is no regular file (%s)", info.Mode().Type()), ""}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", &invalid{CodeUnreadable, "cannot be read: " + reason(err, path), readableHint()}
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return "", &invalid{CodeUnreadable, "cannot be read: " + reason(err, path), ""}
	case len(text) > maxFile:
		return "", &invalid{CodeTooLong, "is longer than 1 MiB", "that is more than a ConfigMap or a Secret holds: mount it as a file of its own"}
	}
	return string(text), nil
}

// reason is an error of the file system without the path in front of it. Of one
// about permissions it says who may and who asked.
func reason(err error, path string) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrPermission) {
		if who := denied(path); who != "" {
			return fmt.Sprintf("%v (%s)", err, who)
		}
	}
	return err.Error()
}

// Near returns the names in the source that look like the variable without
// being one that the contract knows.
func (s *Source) near(k *Key) []string {
	var like []string
	for _, v := range k.variables() {
		if n := near.Name(v, s.Others); n != "" && !slices.Contains(like, n) {
			like = append(like, n)
		}
	}
	return like
}
