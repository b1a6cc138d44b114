package jsonvalue

import (
	"regexp"
	"sync"
)

// pythonNumbers are the numbers of PyYAML that other readers take for numbers
// too: they need a point in front of an exponent, and a sign in it.
var pythonNumbers = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([-+]?(0|[1-9][0-9_]*|0[0-7_]+|0b[01_]+|0x[0-9a-fA-F_]+)` +
		`|([-+]?[0-9][0-9_]*\.|\.[0-9])[0-9_]*([eE][-+][0-9]+)?` +
		`|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
})

func isPythonNumber(text string) bool { return pythonNumbers().MatchString(text) }
