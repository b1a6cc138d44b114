package doctor

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
)

// FixPlan is what would mend what was found, in the order in which it can be done. It
// is to be read: nothing has been changed.
type FixPlan struct {
	Steps []FixStep `json:"steps"`

	// Open are the findings that no command mends by itself.
	Open []Mention `json:"open"`
}

// FixStep is a command, and the findings that it mends.
type FixStep struct {
	checklist.Command
	Mends []Mention `json:"mends"`
}

// Mention is a finding as a plan names it.
type Mention struct {
	ID     string          `json:"id"`
	State  checklist.State `json:"state"`
	Code   string          `json:"code,omitempty"`
	Detail string          `json:"detail"`
	Hint   string          `json:"hint,omitempty"`
}

// stages are the checks whose fixes come one after another, because what comes later
// needs what comes earlier. Whatever is not here comes before the last stage: pods are
// started again when all else is done.
var stages = [][]string{
	{"api.*"},
	{"*.present", "kfp.artifact-secret", "readers.missing"},
	{"*.keys"},
	{"secret.*", "configmap.*", "policy.*"},
	{"service.*", "kfp.*"},
	{"account.*"},
	{},
	{"readers.stale", "pods.*"},
}

func stageOf(id string) int {
	rest := 0
	for i, globs := range stages {
		if len(globs) == 0 {
			rest = i
		}
		if slices.ContainsFunc(globs, func(glob string) bool { ok, _ := path.Match(glob, id); return ok }) {
			return i
		}
	}
	return rest
}

// Plan makes the plan of a verdict. A command that several findings want is there once,
// where the first of them wants it.
func Plan(v checklist.Verdict) FixPlan {
	root := map[string]bool{}
	for _, r := range v.Roots() {
		root[r.ID] = true
	}
	var found []checklist.Result
	for _, r := range v.Results {
		if r.State == checklist.Fail || r.State == checklist.Warn || r.State == checklist.Unknown {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b checklist.Result) int {
		if stage := stageOf(a.ID) - stageOf(b.ID); stage != 0 || root[a.ID] == root[b.ID] {
			return stage
		}
		if root[a.ID] {
			return -1
		}
		return 1
	})
	p := FixPlan{Steps: []FixStep{}, Open: []Mention{}}
	at := map[checklist.Command]int{}
	for _, r := range found {
		m := Mention{r.ID, r.State, r.Code, r.Detail, r.Hint}
		if len(r.Fix) == 0 {
			p.Open = append(p.Open, m)
		}
		for _, fix := range r.Fix {
			i, known := at[fix]
			if !known {
				i = len(p.Steps)
				at[fix] = i
				p.Steps = append(p.Steps, FixStep{Command: fix})
			}
			p.Steps[i].Mends = append(p.Steps[i].Mends, m)
		}
	}
	return p
}

// Script prints the plan for a shell, to be read and pasted piece by piece. Whatever is
// no command is a comment.
func (p FixPlan) Script() string {
	var b strings.Builder
	if len(p.Steps) == 0 {
		b.WriteString("# Nothing that was found is mended by a command.\n")
	} else {
		b.WriteString("# What would mend what was found. Nothing has been changed: read each step, and paste it.\n")
	}
	for i, s := range p.Steps {
		fmt.Fprintf(&b, "\n# %d of %d\n", i+1, len(p.Steps))
		for _, m := range s.Mends {
			b.WriteString("# mends " + m.String() + "\n")
		}
		if s.Input != "" {
			fmt.Fprintf(&b, "printf '%%s\\n' %s >&2\n", hint.ShellWord(comment("type "+s.Input+", and return:")))
		}
		b.WriteString(s.Line + "\n")
	}
	for i, m := range p.Open {
		if i == 0 {
			b.WriteString("\n# No command mends these:\n")
		}
		b.WriteString("# " + m.String() + "\n")
		if m.Hint != "" {
			b.WriteString("#   look: " + comment(m.Hint) + "\n")
		}
	}
	return b.String()
}

func (m Mention) String() string {
	return comment(strings.TrimSpace(m.Code+" "+m.ID) + ": " + m.Detail)
}

// comment is a text on the one line that a comment has. A line break in it would make
// the rest a command.
func comment(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}
