package main

import (
	"os"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/flts-run/flts-run/internal/wholefile"
)

// report writes the document where --report says. That it cannot is said and
// stops nothing.
func (r *runner) report(s *settings, d *document) {
	if err := writeReport(s, d); err != nil {
		r.out.Line("warning", "the report was not written: "+err.Error(), "")
	}
}

// reportEnding writes the report anew once the task has ended, and says nothing,
// not even into a report that is a stream: the last line is the task's.
func reportEnding(s *settings, d *document) {
	if info, err := os.Stat(s.value(reportOption)); err == nil && info.Mode().IsRegular() {
		_ = writeReport(s, d)
	}
}

func writeReport(s *settings, d *document) error {
	file := s.value(reportOption)
	if file == "" {
		return nil
	}
	text, err := encode(d, "  ")
	if err != nil {
		return err
	}
	return wholefile.Write(file, text)
}

// maxTermination is the most that Kubernetes keeps of a termination message.
const maxTermination = 4096

// leaveReason writes why there is no task to the termination log, which is what
// "kubectl describe pod" and the page of a pipeline run show. The file is made
// by the kubelet; where it is not there, nobody reads it. A pipe is not waited for.
func (r *runner) leaveReason(f *failure) {
	text := f.Error() + "\n"
	if f.hint != "" {
		text += "hint: " + f.hint + "\n"
	}
	r.leaveText(text)
}

func (r *runner) leaveText(text string) {
	if r.termination == "" {
		return
	}
	file, err := os.OpenFile(r.termination, os.O_WRONLY|os.O_TRUNC|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer file.Close()
	// It was said on stderr already; a full disk here changes nothing.
	_, _ = file.WriteString(clip(r.out.Mask.Mask("flts-run: "+text), maxTermination))
}

// clip shortens a text to max bytes without cutting a character.
func clip(text string, max int) string {
	if len(text) <= max {
		return text
	}
	const more = "…\n"
	cut := max - len(more)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strings.TrimRight(text[:cut], "\n") + more
}
