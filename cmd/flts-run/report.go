package main

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"
)

// writeReport writes the document where --report says.
func (r *runner) writeReport(s *settings, d *document) error {
	file := s.value(reportOption)
	if file == "" {
		return nil
	}
	text, err := encode(d, "  ")
	if err == nil {
		err = os.WriteFile(file, []byte(text), 0o644)
	}
	if err != nil {
		return fmt.Errorf("the report was not written: %w", err)
	}
	return nil
}

// maxTermination is the most that Kubernetes keeps of a termination message.
const maxTermination = 4096

// leaveReason writes why there is no task to the termination log, which is what
// "kubectl describe pod" and the page of a pipeline run show. The file is made
// by the kubelet; where it is not there, nobody reads it.
func (r *runner) leaveReason(f *failure) {
	if r.termination == "" {
		return
	}
	file, err := os.OpenFile(r.termination, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return
	}
	defer file.Close()
	text := "flts-run: " + f.Error() + "\n"
	if f.hint != "" {
		text += "hint: " + f.hint + "\n"
	}
	// It was said on stderr already; a full disk here changes nothing.
	_, _ = file.WriteString(clip(r.out.mask.Mask(text), maxTermination))
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
