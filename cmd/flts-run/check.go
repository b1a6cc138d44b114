package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/launch"
	"github.com/flts-run/flts-run/resolve"
)

// checkOrders are the settings of check, all of them valid.
type checkOrders struct {
	format     string
	list       bool
	wait       time.Duration
	timeout    time.Duration // of the whole run; 0 is none
	writeProbe bool
}

func readCheckOrders(c *cli.Context, s *settings) (checkOrders, error) {
	o := checkOrders{list: c.Bool("list")}
	formats := []string{"table", "short", "json", "junit"}
	if o.list {
		formats = []string{"table", "json"}
	}
	var errs [5]error
	o.format, errs[0] = s.oneOf(outputOption, formats...)
	o.wait, errs[1] = s.duration(waitOption, 0)
	o.timeout, errs[2] = s.duration(timeoutOption, 0)
	o.writeProbe, errs[3] = s.boolean(writeProbeOption)
	_, errs[4] = s.hostPort(resolverOption)
	return o, joined(errs[:]...)
}

// check looks at the services: at those named, or at all that are not off.
// Whatever comes in between, it ends with one whole report.
func (r *runner) check(c *cli.Context) error {
	started := time.Now()
	if err := r.noTask("check"); err != nil {
		return err
	}
	s := newSettings(c, r.environ)
	r.termination = ownTermination(s)
	o, err := readCheckOrders(c, s)
	if err != nil {
		return err
	}
	// A reader that goes away, as "head" does, does not take the status with it.
	defer launch.KeepClosedPipes()()
	ctx, cancel := o.limited(c.Context)
	defer cancel()
	if o.list {
		return r.listChecks(ctx, c, s, o)
	}
	d := newDocument()
	failed := withoutTask(r.look(ctx, c, s, o, d))
	d.conclude(started, failed, &r.out.Mask)
	unwritten := r.sayVerdict(o.format, d)
	r.report(s, d)
	if failed != nil {
		return failed
	}
	return unwritten
}

// ownTermination is the termination log that was asked for on the command line. The
// variable does not count: it stands in the pod for the task, and a probe in its
// container must not overwrite what the task left there.
func ownTermination(s *settings) string {
	file, from := s.get(terminationOption)
	if from != "--"+terminationOption.flag {
		return ""
	}
	return file
}

// limited is the context of a run that ends by itself, when that was asked for.
func (o checkOrders) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if o.timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, o.timeout, misconfigured(
		"a file that it reads may be a pipe, or on a volume that hangs: flts-run config",
		fmt.Errorf("the configuration was not read within %s", o.timeout)))
}

// look does what check is for. Whatever it finds out goes into the document.
func (r *runner) look(ctx context.Context, c *cli.Context, s *settings, o checkOrders, d *document) error {
	p, services, err := r.toCheck(ctx, c, s)
	if err != nil {
		return err
	}
	*d = *p.document(&r.out.Mask)
	r.out.findings(p.resolution.Findings)
	if err := p.failure(); err != nil {
		return err
	}
	verdict, err := r.runChecks(ctx, p, s, r.thorough(c, p, s, services, o))
	if err != nil {
		return err
	}
	d.Checks = &verdict
	return verdictFailure(c.Context, verdict)
}

// toCheck resolves and finds the services to look at.
func (r *runner) toCheck(ctx context.Context, c *cli.Context, s *settings) (*plan, []*resolve.Service, error) {
	p, err := r.prepareUnlessStopped(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	services, err := p.named(c.Args().Slice())
	return p, services, err
}

func (r *runner) thorough(c *cli.Context, p *plan, s *settings, services []*resolve.Service, o checkOrders) checkPlan {
	return checkPlan{
		services: services, task: r.taskEnviron(p, handOn(s)).Entries, wait: o.wait,
		thorough: true, writeProbe: o.writeProbe, named: c.Args().Present(),
	}
}

// sayVerdict prints the report.
func (r *runner) sayVerdict(format string, d *document) error {
	text, err := verdictText(format, d)
	if err != nil {
		return err
	}
	return r.product(text)
}

// product writes what was asked for to stdout. That its reader went away is no
// failure.
func (r *runner) product(text string) error {
	_, err := io.WriteString(r.stdout, text)
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}

// verdictText is the document in a format. A run that came to no checks has only
// its reason to report: people have read it on stderr, programs find it here.
func verdictText(format string, d *document) (string, error) {
	switch {
	case format == "json":
		return encode(d, "  ")
	case format == "junit" && d.Checks == nil:
		return console.Printable(checklist.JUnit(d.unchecked())), nil
	case d.Checks == nil:
		return "", nil
	case format == "junit":
		return console.Printable(checklist.JUnit(*d.Checks)), nil
	case format == "short":
		return console.Printable(checklist.Short(*d.Checks)), nil
	}
	return console.Printable(checklist.Table(*d.Checks)), nil
}

// unchecked is why there were no checks, as the only result.
func (d *document) unchecked() checklist.Verdict {
	return checklist.Verdict{Results: []checklist.Result{{
		ID: "flts-run.start", Target: "flts-run", Title: "the services can be looked at", Failed: true,
		Finding: checklist.Finding{State: checklist.Fail, Detail: d.Reason, Hint: d.Hint},
	}}}
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
		if s == nil && slices.Contains(p.contract.LeftOut(), name) {
			return nil, usage("take it out of --disable, or FLTS_DISABLE", "service %q is left out", name)
		}
		if s == nil {
			hint := near.DidYouMean(name, known, "the services are "+strings.Join(known, ", "))
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

func (r *runner) runChecks(ctx context.Context, p *plan, s *settings, c checkPlan) (checklist.Verdict, error) {
	checks, err := r.selectChecks(p, s, c)
	if err != nil {
		return checklist.Verdict{}, err
	}
	runner := checklist.Runner{Wait: c.wait, WaitAdvisory: c.thorough, Mask: r.out.Mask.Mask}
	if !c.quiet {
		runner.Waiting = func(res checklist.Result) {
			r.out.Print(fmt.Sprintf("flts-run: waiting up to %s for %s: %s %s\n", c.wait, res.Target, res.Detail, bracketed(res.Code)))
		}
	}
	verdict := runner.Run(ctx, checks)
	verdict.Known = p.knownCauses(c.services, &r.out.Mask)
	if c.lenient {
		return verdict.Lenient(), nil
	}
	return verdict, nil
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
		f.hint = cmp.Or(f.hint, root.Hint)
	}
	for _, r := range v.Results {
		if r.Advisory || r.State != checklist.Unknown && !(r.Interrupted && r.State == checklist.Skip) {
			continue
		}
		text := r.Detail
		if r.Interrupted {
			text = "not seen that " + r.Title + ": " + text
		}
		texts = append(texts, strings.TrimSpace(fmt.Sprintf("%s: %s %s", r.Target, text, bracketed(r.Code))))
		f.hint = cmp.Or(f.hint, r.Hint)
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
