package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"
	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/resolve"
)

// config prints what was resolved: the product, so it goes to stdout.
func (r *runner) config(c *cli.Context) error {
	if err := errors.Join(r.noTask("config"), r.noArguments(c, "flts-run config --help")); err != nil {
		return err
	}
	s := newSettings(c, r.environ)
	format, err := s.oneOf(outputOption, "table", "json", "yaml", "env", "shell", "digest")
	if err != nil {
		return err
	}
	p, err := r.prepare(c.Context, s)
	if err != nil {
		return err
	}
	text, err := r.formatConfig(p, format, c.Bool("reveal"))
	if err != nil {
		return err
	}
	if format == "table" {
		r.sayPlatform(p, "")
	}
	if _, err := io.WriteString(r.stdout, text); err != nil {
		return err
	}
	if format == "table" {
		r.out.notes(p.resolution)
	}
	r.out.findings(p.resolution.Findings)
	return p.failure()
}

// failure is why the task must not start with this configuration, or nil. The
// findings were printed one by one, so it is not printed again.
func (p *plan) failure() error {
	if !p.resolution.Failed() {
		return nil
	}
	f := &failure{status: p.status(), said: true}
	var texts []string
	for _, finding := range p.resolution.Findings {
		if finding.Severity == resolve.Error {
			texts = append(texts, worded(finding))
			if f.hint == "" {
				f.hint = finding.Hint
			}
		}
	}
	f.err = errors.New(strings.Join(texts, "\n"))
	return f
}

// status is that of a configuration with errors: what all of them call for.
func (p *plan) status() int {
	status := 0
	for _, f := range p.resolution.Findings {
		wanted := cmp.Or(f.Status, statusConfig)
		switch {
		case f.Severity != resolve.Error:
		case status == 0:
			status = wanted
		case status != wanted:
			return statusConfig
		}
	}
	return status
}

func (r *runner) formatConfig(p *plan, format string, reveal bool) (string, error) {
	switch format {
	case "json":
		return encode(p.document(&r.out.Mask), "  ")
	case "yaml":
		return yamlOf(p.document(&r.out.Mask))
	case "env":
		return r.formatVariables(p, reveal, dotenvLine), nil
	case "shell":
		return r.formatVariables(p, reveal, shellLine), nil
	case "digest":
		if p.digest == "" {
			return "", nil
		}
		return p.digest + "\n", nil
	}
	return p.table(&r.out.Mask), nil
}

// yamlOf writes the JSON of a value as YAML, so that both have the same fields
// in the same order.
func yamlOf(v any) (string, error) {
	text, err := encode(v, "")
	if err != nil {
		return "", err
	}
	var doc yaml.Node
	if err := yaml.Load([]byte(text), &doc); err != nil {
		return "", err
	}
	blockStyle(&doc)
	out, err := yaml.Dump(&doc, yaml.WithIndent(2))
	return string(out), err
}

func blockStyle(n *yaml.Node) {
	n.Style &^= yaml.FlowStyle
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		n.Style = 0 // quoted again only where YAML needs it
	}
	for _, c := range n.Content {
		blockStyle(c)
	}
}

func configTable(r *resolve.Resolution) string {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tVALUE\tFROM\tSHADOWED")
	for _, k := range r.Keys {
		given := k.Winner >= 0
		if !given && len(k.Candidates) == 0 && !k.Key.Required {
			continue // optional and not given anywhere
		}
		value, from := k.Value.String(), k.Origin()
		switch {
		case !given:
			value, from = "-", "not set"
		case !k.Set:
			value = "invalid"
		case k.Value.IsEmpty():
			value = `""`
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Key.Name, visible(value), from, shadowedText(k))
	}
	_ = w.Flush() // into memory
	return b.String()
}

// shadowedText lists what lost, and what was given empty and so did not count.
func shadowedText(k *resolve.Resolved) string {
	var list []string
	for i, c := range k.Candidates {
		switch {
		case c.Empty:
			list = append(list, c.Origin+" (empty)")
		case i != k.Winner:
			list = append(list, c.Origin)
		}
	}
	if list == nil {
		return "-"
	}
	return strings.Join(list, ", ")
}

// visible keeps control characters of a value from moving the cursor or adding
// a line to the table.
func visible(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Sprintf("%q", s)
	}
	return s
}

// formatVariables prints the variables that the task gets, one a line.
func (r *runner) formatVariables(p *plan, reveal bool, line func(name, value string) string) string {
	var b strings.Builder
	for v := range p.resolution.Variables() {
		switch {
		case v.Hidden && !reveal:
			fmt.Fprintf(&b, "# %s is sensitive (%s): --reveal shows it\n", v.Name, v.Origin)
		case !reveal && r.out.Mask.Mask(v.Value) != v.Value:
			// Masked it would be a value, and a wrong one.
			fmt.Fprintf(&b, "# %s holds the text of a sensitive value (%s): --reveal shows it\n", v.Name, v.Origin)
		default:
			b.WriteString(line(v.Name, v.Value))
		}
	}
	if p.digest != "" {
		b.WriteString(line(digestVariable, p.digest))
	}
	if reveal {
		return b.String()
	}
	return r.out.Mask.Mask(b.String())
}

// dotenvLine writes a line as docker --env-file reads it: no quotes, and no way
// to write a newline.
func dotenvLine(name, value string) string {
	if strings.ContainsAny(value, "\r\n") {
		return fmt.Sprintf("# %s has several lines, which this format cannot hold: use -o shell\n", name)
	}
	return name + "=" + value + "\n"
}

func shellLine(name, value string) string {
	return "export " + name + "='" + strings.ReplaceAll(value, "'", `'\''`) + "'\n"
}
