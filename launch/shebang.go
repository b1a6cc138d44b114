package launch

import "bytes"

// headSize is how much of a file the kernel looks at.
const headSize = 256

// parseShebang reads the #! line as the kernel does: spaces and tabs around the
// interpreter, which ends at the next one, at a NUL or at the end of the line. A
// carriage return is none of these and so becomes part of the name. The
// interpreter is "" when there is none, or when it does not end within the part
// of the file that the kernel looks at.
func parseShebang(head []byte) (interpreter string, script bool) {
	line, script := bytes.CutPrefix(head[:min(len(head), headSize)], []byte("#!"))
	if !script {
		return "", false
	}
	line, _, ended := bytes.Cut(line, []byte("\n"))
	line = bytes.TrimLeft(line, " \t")
	if end := bytes.IndexAny(line, " \t\x00"); end >= 0 {
		return string(line[:end]), true
	}
	if !ended && len(head) >= headSize {
		return "", true
	}
	return string(line), true
}
