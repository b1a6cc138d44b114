package inject

import (
	"fmt"
	"strings"
)

// Problem is one thing that stands against a change.
type Problem struct {
	Message string
	Hint    string // what to do about it, or ""
}

// Refusal is all that stands against a change. Nothing was changed.
type Refusal struct{ Problems []Problem }

func (r *Refusal) Error() string {
	messages := make([]string, len(r.Problems))
	for i, p := range r.Problems {
		messages[i] = p.Message
	}
	return strings.Join(messages, "; ")
}

// Status is the exit status: what was asked for cannot be done.
func (r *Refusal) Status() int { return 64 }

func (i *injection) refuse(hint, format string, args ...any) {
	i.problems = append(i.problems, Problem{fmt.Sprintf(format, args...), hint})
}
