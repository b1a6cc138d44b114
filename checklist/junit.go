package checklist

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// JUnit prints the verdict as the XML that CI systems read: a test suite for each
// target, a test case for each check. A failure of an enforced check is a failure,
// one that could not look an error; what is optional never turns a build red. A
// warning passes, with what was found as its output.
//
// It is written by hand: encoding/xml would be a tenth of a megabyte in every image,
// for this one format.
func JUnit(v Verdict) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	b.WriteString("<testsuites" + attributes("name", "flts-run check") + totals(v.Results, v.Took) + ">\n")
	for _, suite := range byTarget(v.Results) {
		took := time.Duration(0)
		for _, r := range suite {
			took = max(took, r.ended())
		}
		b.WriteString("  <testsuite" + attributes("name", place(suite[0])) + totals(suite, took) + ">\n")
		for _, r := range suite {
			junitCase(&b, r)
		}
		b.WriteString("  </testsuite>\n")
	}
	b.WriteString("</testsuites>\n")
	return b.String()
}

// junitElement is what stands in a test case: "failure", "error", "skipped",
// "system-out", or nothing for a plain pass.
func junitElement(r Result) string {
	switch {
	case r.State == Fail:
		return "failure"
	case r.State == Warn:
		return "system-out"
	case r.State == Pass:
		return ""
	case !r.Advisory && (r.State == Unknown || r.Interrupted):
		return "error"
	}
	return "skipped"
}

func totals(results []Result, took time.Duration) string {
	n := map[string]int{}
	for _, r := range results {
		n[junitElement(r)]++
	}
	return attributes(
		"tests", strconv.Itoa(len(results)), "failures", strconv.Itoa(n["failure"]), "errors", strconv.Itoa(n["error"]),
		"skipped", strconv.Itoa(n["skipped"]), "time", seconds(took),
	)
}

func junitCase(b *strings.Builder, r Result) {
	b.WriteString("    <testcase" + attributes("classname", place(r), "name", r.ID, "time", seconds(r.Waited+r.Took)))
	found := strings.TrimSpace(r.Code + " " + tableText(r))
	var below strings.Builder
	support(&below, r, "")
	switch element := junitElement(r); element {
	case "":
		b.WriteString("/>\n")
		return
	case "system-out":
		b.WriteString(">\n      <system-out>" + escaped(found+"\n"+below.String(), false) + "</system-out>\n")
	case "skipped":
		b.WriteString(">\n      <skipped" + attributes("message", r.Detail) + "/>\n")
	default:
		fmt.Fprintf(b, ">\n      <%s%s>%s</%[1]s>\n", element, attributes("message", found, "type", r.Code), escaped(below.String(), false))
	}
	b.WriteString("    </testcase>\n")
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// attributes writes pairs of name and value.
func attributes(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, ` %s="%s"`, pairs[i], escaped(pairs[i+1], true))
	}
	return b.String()
}

// escaped is a text as it stands between tags, or in quotes, where a line break
// would be read as a blank. What no XML document may hold is left out.
func escaped(text string, quoted bool) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '\r', quoted && (r == '"' || r == '\n' || r == '\t'):
			fmt.Fprintf(&b, "&#%d;", r)
		case r == '\n', r == '\t', r >= ' ' && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000:
			b.WriteRune(r)
		}
	}
	return b.String()
}
