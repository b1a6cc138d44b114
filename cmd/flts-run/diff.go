package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"
)

// statusDifferent is the exit status of a comparison that found something, as
// with diff and cmp.
const statusDifferent = 1

// diff compares two reports. It reads no configuration.
func (r *runner) diff(c *cli.Context) error {
	if err := r.noTask("diff"); err != nil {
		return err
	}
	s := newSettings(c, r.environ)
	format, err := s.oneOf(outputOption, "table", "json")
	if err != nil {
		return err
	}
	for _, file := range c.Args().Slice() {
		if strings.HasPrefix(file, "-") {
			return usage("flags stand before the files: flts-run diff "+file+" … A.json B.json", "%q is no report", file)
		}
	}
	if c.NArg() != 2 {
		return usage("flts-run diff yesterday.json today.json; --report writes such files, and flts-run config -o json", "diff compares two reports, and %d were given", c.NArg())
	}
	a, errA := readReport(c.Args().Get(0))
	b, errB := readReport(c.Args().Get(1))
	if err := joined(errA, errB); err != nil {
		return err
	}
	d := compare(a, b)
	text := d.table()
	if format == "json" {
		out, err := json.MarshalIndent(d, "", "  ")
		if err != nil {
			return err
		}
		text = string(out) + "\n"
	}
	if _, err := io.WriteString(r.stdout, r.out.Mask.Mask(text)); err != nil {
		return err
	}
	if !d.Same {
		r.status = statusDifferent
	}
	return nil
}

// report is what diff reads of a document.
type report struct {
	Schema   string          `json:"schema"`
	Version  string          `json:"version"`
	Started  string          `json:"started"`
	AppEnv   string          `json:"app_env"`
	Space    string          `json:"namespace"`
	Identity string          `json:"ambient_identity"`
	Platform json.RawMessage `json:"platform"`
	Digest   string          `json:"configuration_digest"`
	PrintKey string          `json:"fingerprint_key"`
	Keys     []reportKey     `json:"keys"`
	Findings []reportFinding `json:"findings"`
	Checks   *struct {
		Results []reportCheck `json:"results"`
	} `json:"checks"`
	Task *struct {
		Program   string `json:"program"`
		Arguments int    `json:"arguments"`
		Mode      string `json:"mode"`
	} `json:"task"`
	Status int `json:"status"`

	file string
}

type reportKey struct {
	Name      string `json:"name"`
	Set       bool   `json:"set"`
	Value     string `json:"value"`
	Sensitive bool   `json:"sensitive"`
	Origin    string `json:"origin"`
	Print     string `json:"fingerprint"`
}

type reportFinding struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
}

type reportCheck struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Code  string `json:"code"`
}

// readReport reads a document that config, check or --report wrote.
func readReport(file string) (*report, error) {
	const hint = "flts-run config -o json writes one, and so does --report FILE"
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, misconfigured(hint, err)
	}
	r, err := parseReport(text)
	if err != nil {
		return nil, misconfigured(hint, fmt.Errorf("%s: %w", file, err))
	}
	r.file = file
	return r, nil
}

func parseReport(text []byte) (*report, error) {
	r := &report{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("is no report: %w", err)
	}
	if r.Schema != schema {
		return nil, fmt.Errorf("is no report of the form %s: its schema is %q", schema, r.Schema)
	}
	return r, nil
}
