package access

import (
	"errors"
	"strings"
)

var (
	errOpenQuote = errors.New("a quote is not closed")
	errShellWord = errors.New("it has something in it that only a shell can do")
)

// splitWords splits a command into words as a POSIX shell does: at spaces, with
// '…', "…" and \. Pipes, redirections and expansions are not done, and refused, so
// that nobody takes them for done.
func splitWords(command string) ([]string, error) {
	var (
		words []string
		word  strings.Builder
		in    bool // a word has begun, if only by a quote
		quote byte // ' or ", 0 outside
		skip  bool // after a backslash
	)
	for _, c := range []byte(command) {
		switch {
		case skip && quote == '"' && !is(c, "$`\"\\\n"):
			word.WriteByte('\\')
			word.WriteByte(c)
			skip = false
		case skip:
			if c != '\n' {
				word.WriteByte(c)
			}
			skip = false
		case c == '\\' && quote != '\'':
			skip, in = true, true
		case quote != 0 && c == quote:
			quote = 0
		case quote != '\'' && is(c, "$`"):
			return nil, errShellWord
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, in = c, true
		case is(c, " \t\n"):
			if in {
				words = append(words, word.String())
			}
			word.Reset()
			in = false
		case is(c, "|&;<>()*?[") || !in && is(c, "#~"):
			return nil, errShellWord
		default:
			word.WriteByte(c)
			in = true
		}
	}
	if quote != 0 || skip {
		return nil, errOpenQuote
	}
	if in {
		words = append(words, word.String())
	}
	return words, nil
}

func is(c byte, one string) bool { return strings.IndexByte(one, c) >= 0 }
