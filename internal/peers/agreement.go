package peers

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Said is what flts-run says of a service.
type Said struct {
	// Refused: the configuration was refused, and no check ran.
	Refused bool
	Results []Result
	// Warnings are the codes of what was found in the configuration.
	Warnings []string
}

// Result is what the comparison reads of a check.
type Result struct {
	ID     string `json:"id"`
	Target string `json:"target"`
	State  string `json:"state"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	// Failed is also set when the check is advisory, and its state warn.
	Failed bool `json:"failed"`
}

// aboutPython are the warnings that speak of Python's clients. All other warnings
// speak of something that keeps no client from working.
var aboutPython = map[string]meaning{
	"FLTS-P02": someFail,
	"FLTS-L09": someFail,
	"FLTS-A07": mayFail, // boto3 and s3fs sign again for the right region, others do not
	"FLTS-A04": mayFail, // it depends on whether the task lists
	"FLTS-H10": mayFail, // some clients follow, some lose the body on the way
	"FLTS-H15": mayFail, // the service answers 500 on the one path that was asked
}

type meaning int

const (
	someFail meaning = iota + 1 // at least one client fails
	mayFail                     // it depends on what the task does
)

// Agree compares what flts-run says of a service with what its clients did, each
// nil when it worked and else what it raised. The rule:
//
//   - a failure keeps a task from starting: it agrees when most clients failed. All of
//     them would be too much to ask: minio-py ignores proxies that stop the others;
//   - a warning that some Python client fails agrees when one did;
//   - a warning that one may fail agrees with everything;
//   - a pass, and any other warning, agrees when all clients worked;
//   - unknown agrees with everything: a scenario that ends so must expect it.
//
// The text of a disagreement says which of these was broken.
func Agree(said Said, python map[string]*string) error {
	worked, failed := 0, 0
	for _, raised := range python {
		if raised == nil {
			worked++
		} else {
			failed++
		}
	}
	switch verdict := said.verdict(); {
	case verdict == "fail" && worked >= failed:
		return fmt.Errorf("flts-run keeps the task from starting, and %d of %d clients work", worked, worked+failed)
	case verdict == "warn: some fail" && failed == 0:
		return fmt.Errorf("flts-run warns that a Python client fails, and all %d work", worked)
	case verdict == "pass" && failed > 0:
		return fmt.Errorf("flts-run lets the task start without a word about Python, and %d of %d clients fail", failed, worked+failed)
	}
	return nil
}

// Unknown reports that flts-run could not look.
func (s Said) Unknown() bool { return s.verdict() == "unknown" }

func (s Said) verdict() string {
	if s.Refused || slices.ContainsFunc(s.Results, func(r Result) bool { return r.Failed || r.State == "fail" }) {
		return "fail"
	}
	if slices.ContainsFunc(s.Results, func(r Result) bool { return r.State == "unknown" }) || len(s.Results) == 0 {
		return "unknown"
	}
	meanings := []meaning{}
	for _, code := range s.Codes() {
		meanings = append(meanings, aboutPython[code])
	}
	switch {
	case slices.Contains(meanings, someFail):
		return "warn: some fail"
	case slices.Contains(meanings, mayFail):
		return "warn: may fail"
	}
	return "pass"
}

// Codes are those of all findings, sorted, each once.
func (s Said) Codes() []string {
	codes := slices.Clone(s.Warnings)
	for _, r := range s.Results {
		if r.Code != "" {
			codes = append(codes, r.Code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// String is the verdict with what it rests on.
func (s Said) String() string {
	lines := []string{strings.TrimSpace(s.verdict() + " " + strings.Join(s.Codes(), " "))}
	for _, r := range s.Results {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%-7s %s: %s %s", r.State, r.ID, r.Detail, r.Code)))
	}
	return strings.Join(lines, "\n")
}

// Behaviour is what the clients did, a line each.
func Behaviour(python map[string]*string) string {
	var lines []string
	for _, client := range slices.Sorted(maps.Keys(python)) {
		text := "works"
		if raised := python[client]; raised != nil {
			text = strings.Join(strings.Fields(*raised), " ")
			text = text[:min(len(text), 240)]
		}
		lines = append(lines, client+": "+text)
	}
	return strings.Join(lines, "\n")
}
