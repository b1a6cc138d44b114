package doctor_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
)

// noFile is a directory without files.
func noFile(string) ([]byte, error) { return nil, fs.ErrNotExist }

func list(t *testing.T, name string) *doctor.List {
	t.Helper()
	l, err := doctor.FindList(name, nil, noFile)
	require.NoError(t, err)
	return l
}

// The lists are the documents', item by item and word for word.
func TestTheListsAreTheSeeds(t *testing.T) {
	strategy, err := os.ReadFile("testdata/strategy.md")
	require.NoError(t, err)
	guide, err := os.ReadFile("testdata/guide.md")
	require.NoError(t, err)
	validation := strings.Index(string(strategy), "## Validation Checklist")
	solutions := strings.Index(string(guide), "## Troubleshooting Guide")

	ticked := regexp.MustCompile(`(?m)^(#{2,3} .*|- \[ \] .*)$`)
	require.Equal(t, seedItems(ticked, string(strategy[validation:]), "## Validation Checklist"), ownItems(list(t, "validation")))
	require.Equal(t, seedItems(ticked, string(guide[:solutions]), "## ML Infrastructure Security Checklist"), ownItems(list(t, "security")))

	issue := regexp.MustCompile(`(?m)^(### Issue.*|\d\. .*:|# [A-Z].*)$`)
	want := seedItems(issue, string(strategy[:validation])+"\n"+string(guide[solutions:]))
	want = slices.DeleteFunc(want, func(item [2]string) bool {
		// Two comments inside of commands are no steps.
		return item[1] == `Look for "Environment Variables from: flts-secrets"` || item[1] == "Add debug logging in component to print (masked) config"
	})
	require.Equal(t, want, ownItems(list(t, "troubleshoot")))
	require.Len(t, ownItems(list(t, "validation")), 8)
	require.Len(t, ownItems(list(t, "troubleshoot")), 10+16)
	require.Len(t, ownItems(list(t, "security")), 32)
}

// seedItems are pairs of the section and the item that a document has.
func seedItems(lines *regexp.Regexp, text string, noSections ...string) [][2]string {
	var items [][2]string
	section := ""
	for _, line := range lines.FindAllString(text, -1) {
		if strings.HasPrefix(line, "##") {
			section = strings.TrimPrefix(strings.TrimLeft(line, "# "), "Issue: ")
			if slices.Contains(noSections, line) || line == "### 5. Security Checklist" {
				section = ""
			}
			continue
		}
		item := strings.TrimPrefix(strings.TrimPrefix(line, "- [ ] "), "# ")
		if line[0] >= '0' && line[0] <= '9' {
			item = strings.TrimSuffix(item[3:], ":")
		}
		items = append(items, [2]string{section, item})
	}
	return items
}

func ownItems(l *doctor.List) [][2]string {
	var items [][2]string
	for _, i := range l.Items {
		items = append(items, [2]string{i.From, i.Text})
	}
	return items
}

func TestFindList(t *testing.T) {
	require.Equal(t, []string{"security", "troubleshoot", "validation"}, doctor.ListNames())
	for _, name := range doctor.ListNames() {
		l := list(t, name)
		require.Equal(t, name, l.Name)
		require.NotEmpty(t, l.Description)
	}
	_, err := doctor.FindList("validate", nil, noFile)
	require.EqualError(t, err, `there is no checklist "validate": there are security, troubleshoot, validation, or name a file`)
	_, err = doctor.FindList("securty", nil, noFile)
	require.EqualError(t, err, `there is no checklist "securty": did you mean security?`)
	_, err = doctor.FindList("../validation", nil, noFile)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = doctor.FindList("ours.yaml", nil, func(string) ([]byte, error) { return nil, errors.New("open ours.yaml: permission denied") })
	require.EqualError(t, err, "checklist: open ours.yaml: permission denied")
	l, err := doctor.FindList("ours", []string{"a.b"}, func(string) ([]byte, error) { return []byte("items: [{checks: a.*, severity: fail}]"), nil })
	require.NoError(t, err)
	require.Equal(t, &doctor.List{Items: []doctor.Item{{Text: "a.*", Checks: []string{"a.*"}, Severity: "fail"}}}, l)
}

func TestAListThatIsWrongSaysAllOfIt(t *testing.T) {
	ids := []string{"api.reach", "secret.present", "secret.keys"}
	for name, c := range map[string]struct{ text, err string }{
		"everything": {
			`nam: x
extends: [security, validaton]
items:
- checks: [secret.presnt, "[", secret.*]
  severity: error
- item: nothing
- {checks: {a: b}, from: [c], chekcs: x}
- api.reach
- checks: [nosuch.*]
  checks: api.*
`,
			`f:1:1: a checklist has no field "nam": did you mean name?
f:2:21: extends "validaton": did you mean validation?
f:4:12: there is no check "secret.presnt": did you mean secret.present?
f:4:27: "[" is no pattern
f:5:13: severity "error": want fail, warn or off
f:6:3: an item without checks
f:7:3: an item without checks
f:7:12: checks: want a list
f:7:26: from: want a text
f:7:31: an item has no field "chekcs": did you mean checks?
f:8:3: want an item, with item, from, checks, severity
f:9:12: there is no check "nosuch.*": fltsctl doctor -o json lists all
f:10:3: checks is here twice`,
		},
		"no yaml":    {"items: [", "f:2:1: is no valid YAML"},
		"empty":      {"", "f: is no valid YAML, or empty"},
		"only words": {"hello", "f:1:1: want a checklist, with name, description, extends, items"},
		"null":       {"~", "f:1:1: want a checklist, with name, description, extends, items"},
		"no items":   {"name: x", "f:1:1: no items"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := doctor.ParseList("f", []byte(c.text), ids)
			require.EqualError(t, err, c.err)
		})
	}
}

// toldChecks are checks that find what they are told.
func toldChecks(findings map[string]checklist.Finding, ids ...string) []checklist.Check {
	var all []checklist.Check
	for _, id := range ids {
		c := checklist.Check{ID: id, Target: strings.Split(id, ".")[0], Title: id, Run: func(context.Context) checklist.Finding { return findings[id] }}
		if id != "api.reach" {
			c.Needs = []string{"api.reach"}
		}
		all = append(all, c)
	}
	return all
}

func TestAListPicksChecksAndSaysHowMuchTheyCount(t *testing.T) {
	checks := toldChecks(nil, "api.reach", "secret.present", "secret.keys", "policy.tls", "policy.credentials")
	checks[2].Advisory = true
	for name, c := range map[string]struct {
		list string
		want map[string]string
	}{
		"as the checks say": {"items: [{checks: secret.*}]", map[string]string{"api.reach": "needed", "secret.present": "counts", "secret.keys": "advice"}},
		"all counts":        {"items: [{checks: secret.*, severity: fail}]", map[string]string{"api.reach": "needed", "secret.present": "counts", "secret.keys": "counts"}},
		"all is advice":     {"items: [{checks: [secret.*, api.reach], severity: warn}]", map[string]string{"api.reach": "advice", "secret.present": "advice", "secret.keys": "advice"}},
		"the last one says": {"items: [{checks: '*', severity: warn}, {checks: 'policy.*', severity: off}, {checks: secret.keys, severity: fail}, {checks: secret.keys}]", map[string]string{"api.reach": "advice", "secret.present": "advice", "secret.keys": "counts"}},
		"off, and needed":   {"items: [{checks: secret.present}, {checks: api.reach, severity: off}]", map[string]string{"api.reach": "needed", "secret.present": "counts"}},
		"nothing is left":   {"items: [{checks: '*', severity: off}]", map[string]string{}},
		"extended":          {"extends: validation\nitems: [{checks: 'secret.p*', severity: off}]", map[string]string{"api.reach": "needed", "secret.keys": "advice"}},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := doctor.ParseList("f", []byte(c.list), nil)
			require.NoError(t, err)
			got := map[string]string{}
			for _, check := range l.Apply(checks) {
				switch {
				case check.Prerequisite:
					got[check.ID] = "needed"
				case check.Advisory:
					got[check.ID] = "advice"
				default:
					got[check.ID] = "counts"
				}
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestAReportByItems(t *testing.T) {
	l, err := doctor.ParseList("f", []byte(`
items:
- {item: the Secret is there, from: Secrets, checks: [secret.present]}
- {item: and whole, from: Secrets, checks: [secret.*]}
- {item: nobody listens, checks: policy.tls}
- {item: something else, checks: nosuch.check}
- {item: never mind, checks: policy.credentials, severity: off}
`), nil)
	require.NoError(t, err)
	missing := checklist.Finding{State: checklist.Fail, Code: "FLTS-S07", Detail: "no key MINIO_SECRET_KEY", Evidence: []string{"has KEY"}, Hint: "rename it"}
	run := func(findings map[string]checklist.Finding) checklist.Verdict {
		return checklist.Runner{}.Run(t.Context(), l.Apply(toldChecks(findings, "api.reach", "secret.present", "secret.keys", "policy.tls", "policy.credentials")))
	}
	fine := checklist.Finding{State: checklist.Pass, Detail: "fine"}
	v := run(map[string]checklist.Finding{"api.reach": fine, "secret.present": fine, "secret.keys": missing, "policy.tls": fine})
	require.Equal(t, `Secrets
PASS  the Secret is there
      pass  secret.present: fine
FAIL  and whole
      pass  secret.present: fine
      fail  secret.keys: no key MINIO_SECRET_KEY  FLTS-S07
            has KEY
            hint: rename it

PASS  nobody listens
      pass  policy.tls: fine
SKIP  something else
      no check of this examination answers it
root cause: FLTS-S07 (1 failed, 3 passed)
`, checklist.ItemsTable(l.Report(v), v))

	v = run(map[string]checklist.Finding{"api.reach": {State: checklist.Fail, Code: "FLTS-K17", Detail: "nobody answers"}})
	require.Equal(t, `Secrets
SKIP  the Secret is there
      skip  secret.present: secret.present: needs api.reach, which failed
SKIP  and whole
      skip  secret.present: secret.present: needs api.reach, which failed
      skip  secret.keys: secret.keys: needs api.reach, which failed

SKIP  nobody listens
      skip  policy.tls: policy.tls: needs api.reach, which failed
SKIP  something else
      no check of this examination answers it
FAIL  what these need
      fail  api.reach: nobody answers  FLTS-K17
root cause: FLTS-K17 (1 failed, 3 skipped)
`, checklist.ItemsTable(l.Report(v), v))
}

// Whatever a file holds, it is a list or an error with a place.
func FuzzParseList(f *testing.F) {
	for _, name := range doctor.ListNames() {
		text, err := os.ReadFile("lists/" + name + ".yaml")
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Add("extends: &a [validation]\nitems: [{checks: *a}]")
	f.Add("items:\n- &x {checks: [*x]}")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := doctor.ParseList("f", []byte(text), []string{"api.reach"})
		if err != nil {
			require.Regexp(t, `^(f(:\d+:\d+)?: [^\n]+\n?)+$`, err.Error())
			return
		}
		require.NotEmpty(t, l.Items)
		for _, i := range l.Items {
			require.NotEmpty(t, i.Checks)
		}
		l.Apply(toldChecks(nil, "api.reach", "secret.present"))
	})
}
