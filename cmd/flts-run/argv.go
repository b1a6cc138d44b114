package main

import "slices"

// split parts the arguments at the first "--". What follows is the task's and
// is never looked at as flags or commands of ours, so that "exec -- check" runs
// a program named check and "exec -- -h" one named -h.
func split(args []string) (ours, task []string, found bool) {
	i := slices.Index(args, "--")
	if i < 0 {
		return args, nil, false
	}
	return args[:i], args[i+1:], true
}
