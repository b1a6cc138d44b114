package checklist_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

// suites is what a CI system reads.
type suites struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Suites   []struct {
		Name  string      `xml:"name,attr"`
		Tests int         `xml:"tests,attr"`
		Cases []junitCase `xml:"testcase"`
	} `xml:"testsuite"`
}

type junitCase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Failure *problem `xml:"failure"`
	Error   *problem `xml:"error"`
	Skipped *problem `xml:"skipped"`
	Output  string   `xml:"system-out"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func read(t *testing.T, text string) suites {
	t.Helper()
	var got suites
	require.NoError(t, xml.Unmarshal([]byte(text), &got), text)
	return got
}

func TestWhatACISystemSees(t *testing.T) {
	bad := func(state checklist.State) checklist.Finding {
		return checklist.Finding{State: state, Code: "FLTS-T01", Detail: "refused", Evidence: []string{`DB = "a<b>&c"`}, Hint: "look"}
	}
	ran := checklist.Runner{}.Run(t.Context(), []checklist.Check{
		check("pass", pass), check("warn", bad(checklist.Warn)), check("fail", bad(checklist.Fail)), check("unknown", unknown), check("skip", notHere),
		advisory(check("optional.fail", bad(checklist.Fail))), advisory(check("optional.unknown", unknown)),
	})
	ran.Results = append(ran.Results, checklist.Result{ID: "cut", Target: "late", Title: "title of cut", Interrupted: true, Finding: checklist.Finding{State: checklist.Skip, Detail: "interrupted before it started"}})
	got := read(t, checklist.JUnit(ran))
	require.Equal(t, []int{8, 1, 2, 2}, []int{got.Tests, got.Failures, got.Errors, got.Skipped})
	require.Equal(t, "t", got.Suites[0].Name)
	require.Equal(t, 7, got.Suites[0].Tests)
	const below = "DB = \"a<b>&c\"\nhint: look\n"
	require.Equal(t, []junitCase{
		{Class: "t", Name: "pass"},
		{Class: "t", Name: "warn", Output: "FLTS-T01 refused\n" + below},
		{Class: "t", Name: "fail", Failure: &problem{"FLTS-T01 refused", "FLTS-T01", below}},
		{Class: "t", Name: "unknown", Error: &problem{Message: "no tool"}},
		{Class: "t", Name: "skip", Skipped: &problem{Message: "not applicable here"}},
		{Class: "t", Name: "optional.fail", Output: "FLTS-T01 refused\n" + below},
		{Class: "t", Name: "optional.unknown", Skipped: &problem{Message: "no tool"}},
	}, got.Suites[0].Cases)
	require.Equal(t, []junitCase{{Class: "late", Name: "cut", Error: &problem{Message: "title of cut: interrupted before it started"}}}, got.Suites[1].Cases)
}

func FuzzJUnit(f *testing.F) {
	f.Add("minio", "a]]>b\x00\x1b[31m", "\"<&'>\r\n\t", "\xff\xfe\ufffe\U0010ffff")
	f.Fuzz(func(t *testing.T, target, detail, evidence, hint string) {
		v := checklist.Verdict{Results: []checklist.Result{
			{ID: hint, Target: target, Finding: checklist.Finding{State: checklist.Fail, Detail: detail, Evidence: []string{evidence}, Hint: hint}},
			{ID: detail, Target: target, Finding: checklist.Finding{State: checklist.Warn, Detail: detail, Evidence: []string{evidence}, Hint: hint}},
			{ID: evidence, Target: detail, Finding: checklist.Finding{State: checklist.Skip, Detail: evidence}},
		}}
		text := checklist.JUnit(v)
		dec := xml.NewDecoder(strings.NewReader(text))
		for {
			_, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, text)
		}
		got := read(t, text)
		require.Equal(t, valid(detail), got.Suites[0].Cases[1].Name)
		below := valid(evidence) + "\n"
		if hint != "" {
			below += "hint: " + valid(hint) + "\n"
		}
		require.Equal(t, below, got.Suites[0].Cases[0].Failure.Text)
	})
}

// valid is a text without what XML cannot hold.
func valid(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 {
			b.WriteRune(r)
		}
	}
	return b.String()
}
