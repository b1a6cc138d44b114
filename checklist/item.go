package checklist

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Item is a line of a checklist that people have, with the results of the checks that
// answer it.
type Item struct {
	Section string // what it stands under, may be empty
	Text    string
	Results []Result
}

// State is the worst of what the checks found. An item that no check answers was
// skipped.
func (i Item) State() State {
	if len(i.Results) == 0 {
		return Skip
	}
	worst := Pass
	for _, r := range i.Results {
		if severity(r.State) > severity(worst) {
			worst = r.State
		}
	}
	return worst
}

// MarshalJSON names the checks; what they found stands in the verdict.
func (i Item) MarshalJSON() ([]byte, error) {
	ids := []string{}
	for _, r := range i.Results {
		ids = append(ids, r.ID)
	}
	return json.Marshal(struct {
		Section string   `json:"section,omitempty"`
		Item    string   `json:"item"`
		State   State    `json:"state"`
		Checks  []string `json:"checks"`
	}{i.Section, i.Text, i.State(), ids})
}

// ItemsTable prints each item with its state, and below it what its checks say. What a
// check has to show is shown once, where it stands first.
func ItemsTable(items []Item, v Verdict) string {
	states := 0
	for _, i := range items {
		states = max(states, len(i.State().String()))
		for _, r := range i.Results {
			states = max(states, len(r.State.String()))
		}
	}
	var b strings.Builder
	shown := map[string]bool{}
	section := ""
	for n, i := range items {
		if i.Section != section || n == 0 && section != "" {
			section = i.Section
			fmt.Fprintf(&b, "%s\n", section)
		}
		fmt.Fprintf(&b, "%-*s  %s\n", states, strings.ToUpper(i.State().String()), i.Text)
		indent := strings.Repeat(" ", states+2)
		if len(i.Results) == 0 {
			fmt.Fprintf(&b, "%sno check of this examination answers it\n", indent)
		}
		for _, r := range i.Results {
			line := fmt.Sprintf("%s%-*s  %s: %s", indent, states, r.State, r.ID, tableText(r))
			if r.Code != "" {
				line += "  " + r.Code
			}
			fmt.Fprintf(&b, "%s\n", line)
			if r.State != Pass && !shown[r.ID] {
				support(&b, r, indent+strings.Repeat(" ", states+2))
			}
			shown[r.ID] = true
		}
	}
	b.WriteString(Summary(v) + "\n")
	return b.String()
}
