package submit

import (
	"bytes"
	"strings"
)

// How much of a log is kept: lines, and bytes of a line.
const (
	tailLines   = 20
	longestLine = 2000
)

// LogEnd is the end of a log, and what flts-run said in it.
type LogEnd struct {
	Verdict Verdict
	Lines   []string // the last ones, without those of a blank end
}

// Verdict is the first error of flts-run in a log: the line, its finding code and
// the hint below it, the latter two where there are any.
type Verdict struct{ Line, Code, Hint string }

// LogTail keeps the end of a log that is written to it, however long that is.
type LogTail struct {
	rest      []byte // of a line that has not ended
	lines     []string
	verdict   Verdict
	wantsHint bool // the last line was the verdict
}

// Write never fails.
func (t *LogTail) Write(p []byte) (int, error) {
	n := len(p)
	for {
		line, rest, ended := bytes.Cut(p, []byte("\n"))
		t.rest = append(t.rest, line[:min(len(line), longestLine-len(t.rest))]...)
		if !ended {
			return n, nil
		}
		t.line(string(t.rest))
		t.rest, p = t.rest[:0], rest
	}
}

func (t *LogTail) line(text string) {
	text = strings.TrimRight(text, " \t\r")
	t.judge(text)
	if t.lines = append(t.lines, text); len(t.lines) > 4*tailLines {
		t.lines = append(t.lines[:0], t.lines[len(t.lines)-2*tailLines:]...)
	}
}

// How flts-run speaks; a platform may put its own words in front.
const (
	errorMark = "flts-run: error: "
	hintMark  = "flts-run: hint: "
	codeMark  = "[FLTS-"
)

// judge looks for flts-run's words. An error with a code is more than one without;
// a hint belongs to the error in front of it.
func (t *LogTail) judge(line string) {
	wantsHint := t.wantsHint
	t.wantsHint = false
	if i := strings.Index(line, errorMark); i >= 0 {
		v := Verdict{Line: line[i:], Code: codeIn(line[i:])}
		if t.verdict.Line == "" || t.verdict.Code == "" && v.Code != "" {
			t.verdict, t.wantsHint = v, true
		}
	}
	if i := strings.Index(line, hintMark); i >= 0 && wantsHint {
		t.verdict.Hint = line[i:]
	}
}

// codeIn finds "[FLTS-E08]" at the end of a line, and is "" where there is none.
func codeIn(line string) string {
	i := strings.LastIndex(line, codeMark)
	if i < 0 || !strings.HasSuffix(line, "]") {
		return ""
	}
	code := line[i+1 : len(line)-1]
	letter, digits := code[len(codeMark)-1:], ""
	if len(letter) == 3 {
		letter, digits = letter[:1], letter[1:]
	}
	if letter < "A" || letter > "Z" || len(digits) != 2 || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return code
}

// End is what there is so far.
func (t *LogTail) End() LogEnd {
	if len(t.rest) > 0 {
		t.line(string(t.rest))
		t.rest = nil
	}
	lines := t.lines
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return LogEnd{t.verdict, lines[max(len(lines)-tailLines, 0):]}
}
