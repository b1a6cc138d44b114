package pipeline

import "path"

// StartsWithRunner reports whether flts-run is the first word of the task's command. A
// shim in the image, which stands before sh and python3 in PATH, is not to be seen in a
// pipeline.
func (t Task) StartsWithRunner() bool {
	return len(t.Command) > 0 && path.Base(t.Command[0]) == "flts-run"
}
