// Package wholefile writes files of which nobody ever sees a part.
package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// Write replaces a file, so that whoever reads it finds the old text or the new one and
// never a part. What is there and no regular file, such as /dev/stdout, is written to as
// it is, and not waited for. mode is that of the text from now on, as far as the umask lets
// it. An error names the file.
func Write(file, text string, mode fs.FileMode) error {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(file, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString(text)
		return errors.Join(err, f.Close())
	}
	temp := fmt.Sprintf("%s.%d.tmp", file, os.Getpid())
	err := writeNew(temp, text, mode)
	if err == nil {
		err = os.Rename(temp, file)
	}
	if err != nil {
		_ = os.Remove(temp)
		if inner := errors.Unwrap(err); inner != nil { // without the name of the temporary file
			err = inner
		}
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// writeNew writes a file that was not there: one that somebody left has a mode of its own,
// and may be a link to elsewhere.
func writeNew(file, text string, mode fs.FileMode) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
