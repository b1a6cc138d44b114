package doctor_test

import (
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/codescan"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/resolve"
)

// neverPass are checks that say what a person has to do.
var neverPass = []string{"security.git", "security.audits", "security.bindings", "security.alerts", "security.reviews", "security.scan"}

// coverage is what the scenarios of a run got of each check.
type coverage struct {
	mu     sync.Mutex
	checks map[string]*seen // by kind
}

type seen struct {
	passed, failed bool
	codes, tests   map[string]bool
}

var covered = coverage{checks: map[string]*seen{}}

// kind is the id of a check with "*" for what a contract names: "service.*.exists".
func kind(id string) string {
	parts := strings.Split(id, ".")
	if len(parts) > 2 || parts[0] == "inside" {
		parts[1] = "*"
	}
	return strings.Join(parts, ".")
}

// saw enters what a scenario got. That somebody was not allowed to look is nothing that
// a check found.
func (c *coverage) saw(test string, v checklist.Verdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	test, _, _ = strings.Cut(test, "/")
	for _, r := range v.Results {
		if r.Because != "" || r.Code == "FLTS-K09" {
			continue
		}
		s := c.checks[kind(r.ID)]
		if s == nil {
			s = &seen{codes: map[string]bool{}, tests: map[string]bool{}}
			c.checks[kind(r.ID)] = s
		}
		s.passed = s.passed || r.State == checklist.Pass
		s.failed = s.failed || r.State != checklist.Pass && r.State != checklist.Skip
		if !r.Prerequisite && (r.State != checklist.Skip || slices.Contains(neverPass, r.ID)) {
			s.tests[test] = true
		}
		if r.Code != "" {
			s.codes[r.Code] = true
		}
	}
}

// settle turns the status of a whole run into a failure when a check was not seen both
// ways, or the table in the documentation is another one.
func (c *coverage) settle(status int) int {
	if status != 0 || !codescan.Whole() {
		return status
	}
	for _, id := range slices.Sorted(maps.Keys(c.checks)) {
		s := c.checks[id]
		bothWays := s.passed && s.failed
		switch {
		case slices.Contains(neverPass, id):
			continue
		case !bothWays:
			fmt.Printf("check %s: seen to pass: %v, seen not to: %v\n", id, s.passed, s.failed)
		default:
			continue
		}
		status = 1
	}
	if err := c.document(); err != nil {
		fmt.Println(err)
		status = 1
	}
	return status
}

const (
	coverageFile = "../docs/fltsctl/doctor-checklist.md"
	coverageMark = "<!-- written by: go test ./doctor -update -->\n"
)

// document holds the table in the documentation against what was seen, or writes it.
func (c *coverage) document() error {
	text, err := os.ReadFile(coverageFile)
	if err != nil {
		return err
	}
	before, _, marked := strings.Cut(string(text), coverageMark)
	if !marked {
		return fmt.Errorf("%s has no line %s", coverageFile, coverageMark)
	}
	now := before + coverageMark + c.tables()
	if *update {
		return os.WriteFile(coverageFile, []byte(now), 0o644)
	}
	if now != string(text) {
		return fmt.Errorf("%s is of other tests: go test ./doctor -update", coverageFile)
	}
	return nil
}

// tables are the items of the lists with their checks, and the checks with their codes
// and tests.
func (c *coverage) tables() string {
	var b strings.Builder
	for _, name := range []string{"validation", "troubleshoot", "security"} {
		l, err := doctor.FindList(name, nil, os.ReadFile)
		if err != nil {
			return err.Error()
		}
		fmt.Fprintf(&b, "\n## %s\n\n| item | checks |\n|---|---|\n", l.Name)
		for _, i := range l.Items {
			item := i.Text
			if i.From != "" {
				item = i.From + ": " + item
			}
			fmt.Fprintf(&b, "| %s | `%s` |\n", item, strings.Join(i.Checks, "`, `"))
		}
	}
	b.WriteString("\n## Each check, with the codes that it gave and the tests that saw it\n\n| check | codes | tests |\n|---|---|---|\n")
	for _, id := range slices.Sorted(maps.Keys(c.checks)) {
		s := c.checks[id]
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", id, strings.Join(slices.Sorted(maps.Keys(s.codes)), ", "), strings.Join(slices.Sorted(maps.Keys(s.tests)), ", "))
	}
	return b.String()
}

// allChecks are those of the built-in contract, from inside too.
func allChecks(t *testing.T) []checklist.Check {
	api, err := cluster.Open(kubetest.Config(t, kubetest.New(t).Admin()))
	require.NoError(t, err)
	contract, err := resolve.Builtin()
	require.NoError(t, err)
	d := doctor.New(cluster.NewView(api), doctor.Options{Contract: contract, Namespace: "x", ConfigMap: "flts-config", Secret: "flts-secrets"})
	return append(d.Checks(), d.InsideChecks()...)
}

func TestEveryItemHasItsChecks(t *testing.T) {
	checks := allChecks(t)
	var missing []string
	for _, name := range doctor.ListNames() {
		for _, i := range list(t, name).Items {
			for _, glob := range checklist.Unmatched(i.Checks, checks) {
				missing = append(missing, name+": "+i.Text+": "+glob)
			}
		}
	}
	require.Empty(t, missing)
}

func TestEveryCheckIsOnAList(t *testing.T) {
	var none []string
	for _, c := range allChecks(t) {
		listed := slices.ContainsFunc(doctor.ListNames(), func(name string) bool {
			return slices.ContainsFunc(list(t, name).Items, func(i doctor.Item) bool {
				return slices.ContainsFunc(i.Checks, func(glob string) bool { ok, _ := path.Match(glob, c.ID); return ok })
			})
		})
		if !listed {
			none = append(none, c.ID)
		}
	}
	require.Empty(t, none)
}

// A list of each name can be run as it is.
func TestEachListRuns(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(careless)
	for _, name := range doctor.ListNames() {
		l := list(t, name)
		api, err := cluster.Open(kubetest.Config(t, ns.Admin()))
		require.NoError(t, err)
		contract, err := resolve.Builtin()
		require.NoError(t, err)
		checks := l.Apply(doctor.New(cluster.NewView(api), doctor.Options{Contract: contract, Namespace: ns.Name, ConfigMap: "flts-config", Secret: "flts-secrets"}).Checks())
		require.NotEmpty(t, checks, name)
		v := checklist.Runner{}.Run(t.Context(), checks)
		report := l.Report(v)
		require.GreaterOrEqual(t, len(report), len(l.Items))
		for i, item := range l.Items {
			require.Equal(t, item.Text, report[i].Text)
		}
		require.NotEmpty(t, checklist.ItemsTable(report, v))
	}
}
