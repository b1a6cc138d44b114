package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/resolve"
)

// inventoryDocument is what was found, as our JSON shows it. It has no value of any key.
type inventoryDocument struct {
	Schema string         `json:"schema"`
	AppEnv resolve.AppEnv `json:"app_env"`
	Keys   []keyPlace     `json:"keys"`
	Places []place        `json:"places"`
	Status int            `json:"status"`
}

func (r *runner) printInventory(format string, i *inventory) error {
	if format == "json" {
		return r.writeDocument(format, inventoryDocument{documentSchema, i.appEnv, i.keys, append([]place{}, i.places...), i.status()})
	}
	if err := r.product(i.keyTable() + "\n" + i.placeTable(r.now())); err != nil {
		return err
	}
	r.sayDoubts(i)
	return nil
}

func (i *inventory) keyTable() string {
	rows := [][]string{{"KEY", "STATE", "FIRST", "ALSO"}}
	for _, k := range i.keys {
		state := k.State
		if k.State == keyMissing {
			state = strings.ToUpper(state)
		}
		rows = append(rows, []string{k.Name, state, k.Place, strings.Join(k.Also, ", ")})
	}
	return table(rows)
}

func (i *inventory) placeTable(now time.Time) string {
	rows := [][]string{{"PLACE", "STATE", "VERSION", "CREATED", "CHANGED", "ROTATION"}}
	for _, p := range i.places {
		rows = append(rows, []string{p.Name, p.State, p.version(), ago(p.Created, now), ago(p.Changed, now), p.rotation(now)})
	}
	return table(rows)
}

func (p place) version() string {
	const enough = 8
	if p.Version == "" {
		return ""
	}
	return strings.TrimSuffix(p.Version[:min(enough, len(p.Version))]+", "+strings.Join(p.Stages, " "), ", ")
}

func (p place) rotation(now time.Time) string {
	switch {
	case p.Version == "" || p.Created.IsZero(): // nobody has described it
		return ""
	case !p.Rotates:
		return "off"
	case p.Rotation.IsZero():
		return "on"
	case p.Rotation.Before(now):
		return "on, due " + ago(p.Rotation, now)
	}
	return "on, next in " + spoken(p.Rotation.Sub(now))
}

// sayDoubts says what keeps the table from being the whole truth, and what mends it.
func (r *runner) sayDoubts(i *inventory) {
	if i.appEnv == "" && len(i.contract.Stored) > 0 {
		r.out.Line("warning", "APP_ENV is not set, so no secret of Secrets Manager is asked for", "--app-env staging, or prod")
	}
	for _, p := range i.places {
		if p.State == placeThere || p.Reason == "" || p.State == placeNotAsked {
			continue
		}
		text := p.Name + " " + p.Reason
		if p.Code == "" {
			text = p.Name + ": " + p.Reason
		} else {
			text += " [" + p.Code + "]"
		}
		r.out.Line("warning", text, p.Hint)
	}
	for _, k := range i.keys {
		switch {
		case k.State == keyUnusable && k.Required:
			r.out.Line("error", k.Name+" ("+k.Place+") "+k.Reason, "")
		case k.State == keyUnusable:
			r.out.Line("warning", k.Name+" ("+k.Place+") "+k.Reason, "")
		case k.State == keyMissing && k.Reason != "":
			r.out.Line("error", k.Reason, "")
		case k.State == keyMissing:
			r.out.Line("error", k.Name+" is required and would be found nowhere", "flts-run explain "+k.Name+" shows where it may be put")
		}
	}
	if unread := slices.DeleteFunc(slices.Clone(i.keys), func(k keyPlace) bool { return k.State != keyUnread }); len(unread) > 0 {
		r.out.Line("note", fmt.Sprintf("whether %s in the JSON of a secret was not looked at", isOrAre(len(unread))), "--read reads the secrets, and prints no value")
	}
}

func isOrAre(n int) string {
	if n == 1 {
		return "1 key is"
	}
	return fmt.Sprintf("%d keys are", n)
}
