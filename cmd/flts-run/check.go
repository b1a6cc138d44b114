package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/resolve"
)

// check looks at the services: at those named, or at all that are not off.
func (r *runner) check(c *cli.Context) error {
	started := time.Now()
	if err := r.noTask("check"); err != nil {
		return err
	}
	s := newSettings(c, r.environ)
	format, err := s.oneOf(outputOption, "table", "short", "json")
	if err != nil {
		return err
	}
	wait, err := s.duration(waitOption, 0)
	if err != nil {
		return err
	}
	p, err := r.prepare(s)
	if err != nil {
		return err
	}
	services, err := p.named(c.Args().Slice())
	if err != nil {
		return err
	}
	ctx, _ := r.watchStop(c.Context)

	verdict := checklist.Verdict{}
	failure := p.failure()
	if failure == nil {
		task := r.taskEnviron(p, handOn(s))
		verdict = r.runChecks(ctx, p, s, checkPlan{services: services, task: task.Entries, wait: wait, thorough: true, named: c.Args().Present()})
		failure = verdictFailure(ctx, verdict)
	}
	d := p.document(&r.out.mask)
	d.Checks = &verdict
	d.conclude(started, failure, &r.out.mask)
	text := printable(checklist.Table(verdict))
	switch format {
	case "json":
		if text, err = encode(d, "  "); err != nil {
			return err
		}
	case "short":
		text = printable(checklist.Short(verdict))
	}
	r.out.findings(p.resolution.Findings)
	if format == "json" || len(verdict.Results) > 0 {
		if _, err := io.WriteString(r.stdout, text); err != nil {
			return err
		}
	}
	r.report(s, d)
	return failure
}

// named returns the services of these names; without any, those that the
// contract does not switch off.
func (p *plan) named(names []string) ([]*resolve.Service, error) {
	var services []*resolve.Service
	for _, s := range p.contract.Services {
		if len(names) == 0 && s.Check != resolve.Off {
			services = append(services, s)
		}
	}
	known := p.contract.ServiceNames()
	for _, name := range names {
		s := p.contract.Service(name)
		if strings.HasPrefix(name, "-") {
			return nil, usage("flags stand before the services: flts-run check "+name+" …", "%q is no service", name)
		}
		if s == nil {
			hint := didYouMean(name, known, "the services are "+strings.Join(known, ", "))
			return nil, usage(hint, "no service %q in the contract", name)
		}
		if !slices.Contains(services, s) {
			services = append(services, s)
		}
	}
	return services, nil
}

// checkPlan says which checks to run and how patiently.
type checkPlan struct {
	services   []*resolve.Service
	task       []string // the environment that the task will have
	wait       time.Duration
	lenient    bool // no failure keeps the task from starting
	thorough   bool // the whole ladder: optional services are waited for too, and all buckets looked at
	writeProbe bool // try what the task needs to write
	quiet      bool // no word while waiting
	named      bool // somebody asked for these services, so none of them is off
}

func (r *runner) runChecks(ctx context.Context, p *plan, s *settings, c checkPlan) checklist.Verdict {
	runner := checklist.Runner{Wait: c.wait, WaitAdvisory: c.thorough, Mask: r.out.mask.Mask}
	if !c.quiet {
		runner.Waiting = func(res checklist.Result) {
			r.out.print(fmt.Sprintf("flts-run: waiting up to %s for %s: %s %s\n", c.wait, res.Target, res.Detail, bracketed(res.Code)))
		}
	}
	verdict := runner.Run(ctx, p.checks(c, s))
	if c.lenient {
		return verdict.Lenient()
	}
	return verdict
}

// verdictFailure is why the task must not start with these services, or nil.
func verdictFailure(ctx context.Context, v checklist.Verdict) error {
	if err := stopped(ctx); err != nil {
		return err
	}
	status := v.Status()
	if status == 0 {
		return nil
	}
	f := &failure{status: status, said: true}
	var texts []string
	for _, root := range v.Roots() {
		if root.Advisory {
			continue
		}
		texts = append(texts, strings.TrimSpace(fmt.Sprintf("%s: %s %s", root.Target, root.Detail, bracketed(root.Code))))
		if f.hint == "" {
			f.hint = root.Hint
		}
	}
	if texts == nil {
		texts = []string{"a service could not be looked at: " + checklist.Summary(v)}
	}
	f.err = errors.New(strings.Join(texts, "\n"))
	return f
}

func bracketed(code string) string {
	if code == "" {
		return ""
	}
	return "[" + code + "]"
}

// stopped is the failure of having been told to stop, or nil.
func stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}
