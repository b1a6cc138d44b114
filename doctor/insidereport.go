package doctor

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/resolve"
)

// reportSchema is the form of what "flts-run check -o json" prints. Fields may be added
// under that name.
const reportSchema = "flts-run/v1"

// report is what is read of it.
type report struct {
	Schema   string             `json:"schema"`
	Version  string             `json:"version"`
	AppEnv   string             `json:"app_env"`
	Keys     []json.RawMessage  `json:"keys"`
	Findings []resolve.Finding  `json:"findings"`
	Checks   *checklist.Verdict `json:"checks"`
	Reason   string             `json:"reason"`
	Hint     string             `json:"hint"`
}

// parseReport finds the report in what a program wrote, be it between the lines of
// others. Its error quotes nothing of that.
func parseReport(text []byte) (report, error) {
	var r report
	document := documentIn(text)
	if document == nil {
		return r, errors.New("it printed no report")
	}
	// The schema first: another one may have fields of another kind.
	var form struct{ Schema string }
	if json.Unmarshal(document, &form) != nil {
		return r, errors.New("the report is no valid JSON")
	}
	if form.Schema != reportSchema {
		return r, fmt.Errorf("the report is not of the form %s", reportSchema)
	}
	if json.Unmarshal(document, &r) != nil {
		return r, errors.New("the report has something in it that this fltsctl does not know")
	}
	return r, r.named()
}

// named makes sure that an ID names one result, and none of ours.
func (r report) named() error {
	if r.Checks == nil {
		return nil
	}
	seen := map[string]bool{"": true, insideLook: true, insideConfig: true, insideRemoved: true}
	for _, result := range r.Checks.Results {
		id := insideID(result.ID)
		if seen[id] || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
			return errors.New("the report has results that cannot be told apart")
		}
		seen[id] = true
	}
	return nil
}

// documentIn is the first JSON object that begins and ends with a line of its own, or
// is one. A log has both streams in it, and a line of another program may stand between
// any two: what is neither brace nor indented is no part of the object.
func documentIn(text []byte) []byte {
	var document []byte
	for line := range bytes.Lines(text) {
		bare := bytes.TrimRight(line, "\r\n")
		begun := document != nil
		switch {
		case !begun && len(bare) > 1 && bare[0] == '{' && json.Valid(bare):
			return bare
		case !begun && string(bare) == "{", begun && bytes.HasPrefix(bare, []byte(" ")):
			document = append(document, line...)
		case begun && string(bare) == "}":
			return append(document, line...)
		}
	}
	return nil
}

// result is one that this side gives.
func result(id, target, title string, f checklist.Finding) checklist.Result {
	return checklist.Result{ID: id, Target: target, Title: title, Finding: f, Failed: f.State == checklist.Fail, Attempts: 1}
}

// verdict are the results as they stand beside others: under their vantage, with IDs
// that begin with "inside.".
func (r report) verdict(vantage string) checklist.Verdict {
	var v checklist.Verdict
	v.Results = append(v.Results, result(insideConfig, "config", "the configuration that the component gets is complete and consistent", r.configuration()))
	if r.Checks != nil {
		v.Took = r.Checks.Took
		for _, known := range r.Checks.Known {
			known.ID = insideID(known.ID)
			v.Known = append(v.Known, known)
		}
		for _, seen := range r.Checks.Results {
			v.Results = append(v.Results, renamed(seen))
		}
	}
	for i := range v.Results {
		v.Results[i].Vantage = vantage
	}
	for i := range v.Known {
		v.Known[i].Vantage = vantage
	}
	return v
}

func insideID(id string) string { return "inside." + id }

func renamed(r checklist.Result) checklist.Result {
	r.ID = insideID(r.ID)
	if r.Because != "" {
		r.Because = insideID(r.Because)
	}
	var needs []string
	for _, need := range r.Needs {
		needs = append(needs, insideID(need))
	}
	r.Needs = needs
	r.Failed = r.Failed || r.State == checklist.Fail
	return r
}

// configuration is what flts-run said of the configuration before it looked at any
// service.
func (r report) configuration() checklist.Finding {
	var errs, warnings []resolve.Finding
	for _, f := range r.Findings {
		if f.Severity == resolve.Error {
			errs = append(errs, f)
		} else {
			warnings = append(warnings, f)
		}
	}
	switch {
	case len(errs) > 0:
		return gathered(fail, append(errs, warnings...))
	case r.Checks == nil:
		return hinted(fail("", cmp.Or(r.Reason, "flts-run did not come to look at a service")), r.Hint)
	case len(warnings) > 0:
		return gathered(warn, warnings)
	}
	return pass(fmt.Sprintf("%d keys, APP_ENV %s", len(r.Keys), cmp.Or(r.AppEnv, "not set")))
}

// gathered is the first finding, with the others below it.
func gathered(say func(code, detail string, evidence ...string) checklist.Finding, all []resolve.Finding) checklist.Finding {
	var others []string
	for _, f := range all[1:] {
		others = append(others, strings.TrimSpace(f.Code+" "+f.Message))
	}
	return hinted(say(all[0].Code, all[0].Message, firstTen(others)...), all[0].Hint)
}

// cleaned has passed the masker in every text: a pod is a place where others write.
func cleaned(r checklist.Result, mask func(string) string) checklist.Result {
	clean := func(text string) string { return mask(strings.ReplaceAll(console.Printable(text), "\n", `\n`)) }
	r.ID, r.Target, r.Title, r.Because = clean(r.ID), clean(r.Target), clean(r.Title), clean(r.Because)
	r.Code, r.Detail, r.Hint = clean(r.Code), clean(r.Detail), clean(r.Hint)
	r.Needs, r.Evidence, r.Explains = each(r.Needs, clean), each(r.Evidence, clean), each(r.Explains, clean)
	var fix []checklist.Command
	for _, c := range r.Fix {
		fix = append(fix, checklist.Command{Line: clean(c.Line), Input: clean(c.Input)})
	}
	r.Fix = fix
	return r
}

func each(texts []string, f func(string) string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, f(text))
	}
	return all
}

// lastWord is the last line that flts-run itself said, "" when it said nothing. Only its
// own lines are quoted: it masks them.
func lastWord(text []byte) string {
	var last string
	for line := range strings.Lines(string(text)) {
		if said, ok := strings.CutPrefix(strings.TrimSpace(line), "flts-run: error: "); ok {
			last = said
		}
	}
	const most = 300
	if runes := []rune(last); len(runes) > most {
		last = string(runes[:most]) + "…"
	}
	return last
}
