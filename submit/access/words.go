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
		quote rune // ' or ", 0 outside
		skip  bool // after a backslash
	)
	for _, r := range command {
		switch {
		case skip && quote == '"' && !strings.ContainsRune("$`\"\\\n", r):
			word.WriteRune('\\')
			word.WriteRune(r)
			skip = false
		case skip:
			if r != '\n' {
				word.WriteRune(r)
			}
			skip = false
		case r == '\\' && quote != '\'':
			skip, in = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != '\'' && strings.ContainsRune("$`", r):
			return nil, errShellWord
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, in = r, true
		case strings.ContainsRune(" \t\n", r):
			if in {
				words = append(words, word.String())
			}
			word.Reset()
			in = false
		case strings.ContainsRune("|&;<>()*?[#~", r) && !(in && strings.ContainsRune("#~", r)):
			return nil, errShellWord
		default:
			word.WriteRune(r)
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
