package checklist

import "path"

// Selection picks checks by their IDs. Its globs are those of path.Match, so '*'
// matches dots too: "minio.*", "*.dial", "minio.bucket.dataset".
type Selection struct {
	Only []string // empty selects all
	Skip []string

	// SkippedBy says where Skip comes from, for the reason of each skip: "--skip".
	SkippedBy string
}

// ValidGlob reports whether a glob can be understood.
func ValidGlob(glob string) bool {
	_, err := path.Match(glob, "")
	return err == nil
}

// Unmatched returns the globs that match the ID of no check.
func Unmatched(globs []string, checks []Check) []string {
	var none []string
	for _, glob := range globs {
		found := false
		for _, c := range checks {
			found = found || matching([]string{glob}, c.ID) != ""
		}
		if !found {
			none = append(none, glob)
		}
	}
	return none
}

// Of returns the selected checks and what they need, which is marked as a
// prerequisite, in the order given. A skipped check stays in the list as a skip.
//
// "Skip the slow one" is no wish to skip what stands behind it. So what needs a
// skipped check needs, instead, what that one needs: it is taken for passed. That
// works where nothing is handed on. A name that was not looked up has no address to
// dial: what needs a check that is not Dispensable is skipped with it.
func (s Selection) Of(checks []Check) []Check {
	wanted := make(map[string]bool, len(checks))
	byID := make(map[string]Check, len(checks))
	for _, c := range checks {
		byID[c.ID] = c
	}
	var want func(id string)
	want = func(id string) {
		if !wanted[id] {
			wanted[id] = true
			for _, need := range byID[id].Needs {
				want(need)
			}
		}
	}
	for _, c := range checks {
		if s.selects(c.ID) {
			want(c.ID)
		}
	}
	var selected []Check
	for _, c := range checks {
		if !wanted[c.ID] {
			continue
		}
		c.Prerequisite = !s.selects(c.ID)
		c.Needs = s.remaining(c.Needs, byID)
		if glob := matching(s.Skip, c.ID); glob != "" {
			c.Skip = "skipped by " + s.SkippedBy + " " + glob
		}
		selected = append(selected, c)
	}
	return selected
}

func (s Selection) selects(id string) bool { return len(s.Only) == 0 || matching(s.Only, id) != "" }

// remaining puts in the place of each skipped need that hands nothing on what that
// one needs.
func (s Selection) remaining(needs []string, byID map[string]Check) []string {
	var left []string
	for _, id := range needs {
		if need := byID[id]; need.Dispensable && matching(s.Skip, id) != "" {
			left = append(left, s.remaining(need.Needs, byID)...)
		} else {
			left = append(left, id)
		}
	}
	return left
}

// matching returns the first of the globs that matches the ID, "" when none does.
func matching(globs []string, id string) string {
	for _, glob := range globs {
		if ok, _ := path.Match(glob, id); ok {
			return glob
		}
	}
	return ""
}
