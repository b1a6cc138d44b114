package main

import (
	"strings"

	"github.com/flts-run/flts-run/submit"
)

// listDocument is a list of runs, the newest first.
type listDocument struct {
	Schema string        `json:"schema"`
	Runs   []runDocument `json:"runs"`
	Next   string        `json:"next_page,omitempty"` // for --page; absent at the end
	Total  *int          `json:"total,omitempty"`     // how many there are, where the server says
}

// largestPage is what both platforms give at once.
const largestPage = 100

func (r *runner) list(c *call) error {
	q := submit.Query{
		Pipeline:   c.value(ofPipelineOption),
		Experiment: c.value(ofExperimentOption),
		State:      submit.State(c.state()),
		Archived:   c.boolean(archivedOption),
		Limit:      c.number(limitOption),
		Page:       c.value(pageOption),
	}
	all := c.boolean(allOption)
	if all && (c.settings.given(limitOption) || c.settings.given(pageOption)) {
		c.problem(usage("leave it out, or --all", "--all leaves nothing for --limit and --page"))
	}
	if err := c.open(0, 0); err != nil {
		return err
	}
	q.Namespace = c.namespace
	page, err := c.read(q, all)
	if err != nil {
		return err
	}
	return c.writeList(page)
}

// state is the one that --state asks for; small letters will do.
func (c *call) state() string {
	if !c.settings.given(stateOption) {
		return ""
	}
	o := stateOption
	word := strings.ToUpper(c.value(o))
	for _, s := range o.values {
		if s == word {
			return s
		}
	}
	return c.oneOf(o)
}

// read reads a page, or all of them as one.
func (c *call) read(q submit.Query, all bool) (submit.Page, error) {
	if !all {
		return c.backend.Runs(c.ctx, q)
	}
	q.Limit = largestPage
	var whole submit.Page
	for {
		page, err := c.backend.Runs(c.ctx, q)
		if err != nil {
			return whole, err
		}
		whole.Runs = append(whole.Runs, page.Runs...)
		whole.Total = page.Total
		if page.Next == "" || page.Next == q.Page {
			return whole, nil
		}
		q.Page = page.Next
	}
}

func (c *call) writeList(page submit.Page) error {
	switch c.output {
	case "name", "id":
		var b strings.Builder
		for _, run := range page.Runs {
			word := run.ID
			if c.output == "name" {
				word = run.Name
			}
			b.WriteString(strings.ReplaceAll(word, "\n", " ") + "\n")
		}
		return c.product(b.String())
	case "json", "yaml":
		doc := listDocument{Schema: documentSchema, Runs: []runDocument{}, Next: page.Next}
		for _, run := range page.Runs {
			doc.Runs = append(doc.Runs, newRunDocument(run))
		}
		if page.Total >= 0 {
			doc.Total = &page.Total
		}
		return c.writeDocument(c.output, doc)
	}
	if len(page.Runs) == 0 {
		c.out.Line("note", "there are no such runs", "")
		return nil
	}
	rows := [][]string{{"ID", "NAME", "STATE", "PIPELINE", "EXPERIMENT", "TOOK", "CREATED"}}
	short := shortIDs(page.Runs)
	for i, run := range page.Runs {
		rows = append(rows, []string{
			short[i], run.Name, stateWord(run.State), run.Pipeline, run.Experiment,
			runLasted(run, c.now()), ago(run.Created, c.now()),
		})
	}
	if err := c.product(table(rows)); err != nil {
		return err
	}
	if page.Next != "" {
		c.out.Line("hint", "there are more: --all, or --limit with a larger number", "")
	}
	return nil
}

// shortIDs is the ids of runs as far as they are needed to tell them apart: UUIDs
// by their first part, others as they are.
func shortIDs(runs []submit.Run) []string {
	const length = 8
	count := map[string]int{}
	ids := make([]string, len(runs))
	for i, run := range runs {
		ids[i] = run.ID
		if isUUID(run.ID) {
			ids[i] = run.ID[:length]
		}
		count[ids[i]]++
	}
	for i, run := range runs {
		if count[ids[i]] > 1 {
			ids[i] = run.ID
		}
	}
	return ids
}

func isUUID(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i, c := range id {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", c) {
			return false
		}
	}
	return true
}
