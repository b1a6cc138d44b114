package main

import (
	"reflect"

	"github.com/flts-run/flts-run/submit"
)

// diffDocument is in what two runs differ.
type diffDocument struct {
	Schema      string               `json:"schema"`
	A           runDocument          `json:"a"`
	B           runDocument          `json:"b"`
	Differences []differenceDocument `json:"differences"`
	// NotCompared is what the server does not say of both.
	NotCompared []string `json:"not_compared,omitempty"`
}

// differenceDocument is one difference; null is what a run does not have.
type differenceDocument struct {
	What   string `json:"what"`           // pipeline, pipeline version, namespace, service account, pipeline root, parameter, image
	Name   string `json:"name,omitempty"` // of the parameter, or of the task with the image
	A      any    `json:"a"`
	B      any    `json:"b"`
	Masked bool   `json:"masked,omitempty"` // the values may be secret; they differ
}

func (r *runner) diff(c *call) error {
	if err := c.open(2, 2); err != nil {
		return err
	}
	a, err := c.find(c.args.Get(0))
	if err != nil {
		return err
	}
	b, err := c.find(c.args.Get(1))
	if err != nil {
		return err
	}
	differences, unknown := submit.Diff(a, b)
	if len(differences) > 0 {
		c.status = 1
	}
	doc := diffDocument{
		Schema: documentSchema, A: newRunDocument(a), B: newRunDocument(b),
		Differences: []differenceDocument{}, NotCompared: unknown,
	}
	for _, d := range differences {
		doc.Differences = append(doc.Differences, newDifferenceDocument(d))
	}
	if c.output != "table" {
		return c.writeDocument(c.output, doc)
	}
	for _, what := range unknown {
		c.out.Line("note", what+" are not compared: the server does not say them of both runs", "")
	}
	return c.product(differenceTable(a, b, doc.Differences))
}

func newDifferenceDocument(d submit.Difference) differenceDocument {
	doc := differenceDocument{What: d.What, Name: d.Name, A: shownValue(d.Name, d.A), B: shownValue(d.Name, d.B)}
	doc.Masked = !reflect.DeepEqual(doc.A, d.A) || !reflect.DeepEqual(doc.B, d.B)
	return doc
}

func differenceTable(a, b submit.Run, list []differenceDocument) string {
	if len(list) == 0 {
		return "they do not differ\n"
	}
	ids := shortIDs([]submit.Run{a, b})
	rows := [][]string{{"", "A: " + ids[0], "B: " + ids[1]}}
	for _, d := range list {
		what := d.What
		if d.Name != "" {
			what += " " + d.Name
		}
		rows = append(rows, []string{what, side(d.A), side(d.B)})
	}
	return table(rows)
}

// side is a value in one of two runs.
func side(v any) string {
	switch v {
	case nil:
		return "-"
	case "":
		return `""`
	}
	return word(v)
}
