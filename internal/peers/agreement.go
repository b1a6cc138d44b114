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

// aboutPython are the warnings that speak of Python's clients, and of which. All
// other warnings speak of something that keeps no client from working.
var aboutPython = map[string]meaning{
	"FLTS-C60": someFail,
	"FLTS-C61": someFail,
	"FLTS-L09": someFail,
	"FLTS-A07": "minio-py", // boto3 and s3fs sign again for the right region
	"FLTS-L02": "minio-py", // boto3 and s3fs go by the common name
	"FLTS-L15": "minio-py",
	"FLTS-C62": "s3fs", // capitals; with a final dot it is a failure
	"FLTS-L12": "s3fs", // over plain http, where the list of authorities is not needed

	"FLTS-A04": mayFail, // it depends on whether the task lists
	"FLTS-H14": mayFail, // clients with patience ask again
	"FLTS-H15": mayFail, // the service answers 500 on the one path that was asked
	"FLTS-H21": mayFail, // it depends on whether the task logs
	"FLTS-X06": mayFail, // it may be allowed to write what it may not list
	"FLTS-X09": mayFail, // it depends on how large its artifacts are
}

// meaning is the client that a warning says will fail, or one of these.
type meaning string

const (
	someFail meaning = "some" // at least one client fails
	mayFail  meaning = "may"  // it depends on what the task does
)

// Agree compares what flts-run says of a service with what its clients did, each
// nil when it worked and else what it raised. The rule:
//
//   - a failure keeps a task from starting: it agrees when most clients failed. All of
//     them would be too much to ask: minio-py ignores proxies that stop the others;
//   - a warning that some Python client fails agrees when one did;
//   - a warning that a certain client fails agrees when that one did, where the
//     scenario has it, and no other;
//   - a warning that one may fail agrees with everything;
//   - a pass, and any other warning, agrees when all clients worked;
//   - unknown agrees with everything: a scenario that ends so must expect it.
//
// The text of a disagreement says which of these was broken.
func Agree(said Said, python map[string]*string) error {
	var worked, failed []string
	for client, raised := range python {
		if raised == nil {
			worked = append(worked, client)
		} else {
			failed = append(failed, client)
		}
	}
	of := fmt.Sprintf("of %d clients", len(python))
	switch said.state() {
	case "fail":
		if len(worked) >= len(failed) {
			return fmt.Errorf("flts-run keeps the task from starting, and %d %s work", len(worked), of)
		}
	case "pass":
		return agreeWarned(said.meanings(), worked, failed)
	}
	return nil
}

func agreeWarned(said []meaning, worked, failed []string) error {
	if slices.Contains(said, mayFail) {
		return nil
	}
	if slices.Contains(said, someFail) {
		if len(failed) == 0 {
			return fmt.Errorf("flts-run warns that a Python client fails, and all %d work", len(worked))
		}
		return nil
	}
	for _, client := range worked {
		if slices.Contains(said, meaning(client)) {
			return fmt.Errorf("flts-run warns that %s fails, and it works", client)
		}
	}
	for _, client := range failed {
		if !slices.Contains(said, meaning(client)) {
			return fmt.Errorf("flts-run lets the task start without a word about %s, which fails", client)
		}
	}
	return nil
}

// Unknown reports that flts-run could not look.
func (s Said) Unknown() bool { return s.state() == "unknown" }

// state is fail, unknown, or pass with or without warnings.
func (s Said) state() string {
	switch {
	case s.Refused || slices.ContainsFunc(s.Results, func(r Result) bool { return r.Failed || r.State == "fail" }):
		return "fail"
	case slices.ContainsFunc(s.Results, func(r Result) bool { return r.State == "unknown" }) || len(s.Results) == 0:
		return "unknown"
	}
	return "pass"
}

// meanings are those of the warnings about Python, sorted.
func (s Said) meanings() []meaning {
	var all []meaning
	for _, code := range s.Codes() {
		if m := aboutPython[code]; m != "" {
			all = append(all, m)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// verdict is the state in a word or two.
func (s Said) verdict() string {
	state := s.state()
	if m := s.meanings(); state == "pass" && len(m) > 0 {
		return fmt.Sprintf("warn: %s fail", m[0])
	}
	return state
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
