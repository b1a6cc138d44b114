package launch

import (
	"fmt"
	"strings"
)

// Unpassable is a word of the command or an entry of the environment that the
// kernel cannot hand to any program. It names the place and never the text,
// which may be a secret.
type Unpassable struct {
	// Where is "argument 2" or "variable NAME".
	Where string
	// Size is the length in bytes, Limit the longest string that passes. Limit
	// is 0 when the trouble is a NUL byte.
	Size, Limit int
}

func (e *Unpassable) Error() string {
	if e.Limit > 0 {
		return fmt.Sprintf("%s is %d bytes long, the kernel passes at most %d in one string", e.Where, e.Size, e.Limit)
	}
	return fmt.Sprintf("%s contains a NUL byte, which no program can be given", e.Where)
}

// Status is that of an invalid configuration.
func (e *Unpassable) Status() int { return 78 }

// Hint says what to do about it.
func (e *Unpassable) Hint() string {
	if e.Limit > 0 {
		return "hand it over as a file: mount it and pass its path"
	}
	return "store binary data base64-encoded, or mount it as a file and pass its path"
}

// Preflight finds what would make exec fail whatever the program is, before
// anything irreversible is done. Its error is an *Unpassable, or ErrNoCommand.
func Preflight(argv, env []string) error {
	if len(argv) == 0 {
		return ErrNoCommand
	}
	for i, word := range argv {
		if err := passable(word, func() string { return fmt.Sprintf("argument %d", i) }); err != nil {
			return err
		}
	}
	for i, entry := range env {
		if err := passable(entry, func() string { return entryLabel(entry, i) }); err != nil {
			return err
		}
	}
	return nil
}

func passable(text string, where func() string) error {
	if strings.IndexByte(text, 0) >= 0 {
		return &Unpassable{Where: where(), Size: len(text)}
	}
	if limit := longestString(); limit > 0 && len(text) > limit {
		return &Unpassable{Where: where(), Size: len(text), Limit: limit}
	}
	return nil
}

// entryLabel names an entry without showing any of its value. A name that is
// not plain is quoted; one of absurd length is more likely a value.
func entryLabel(entry string, index int) string {
	const longestName = 200
	name, _, named := splitEntry(entry)
	if !named || len(name) > longestName {
		return fmt.Sprintf("entry %d of the environment", index)
	}
	return "variable " + quoteOdd(name)
}
