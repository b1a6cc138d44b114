package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/onchange"
	"github.com/flts-run/flts-run/launch"
)

// defaultWait is how long a task waits for what may pass by itself.
const defaultWait = 30 * time.Second

// orders are the settings of exec, all of them valid.
type orders struct {
	check      string
	print      string
	mode       string
	redact     string
	onChange   *onchange.Policy // nil: as the contract says
	refresh    *time.Duration   // nil: as the contract says
	wait       time.Duration
	grace      time.Duration
	pristine   bool
	fixEnv     bool
	writeProbe bool
}

func readOrders(s *settings) (orders, error) {
	var o orders
	var errs [12]error
	o.check, errs[0] = s.oneOf(checkOption, "off", "warn", "enforce")
	o.print, errs[1] = s.oneOf(printOption, "table", "json", "off")
	o.mode, errs[2] = s.oneOf(modeOption, modeExec, modeSupervise)
	o.wait, errs[3] = s.duration(waitOption, defaultWait)
	o.grace, errs[4] = s.duration(graceOption, 0)
	o.pristine, errs[5] = s.boolean(pristineOption)
	o.fixEnv, errs[6] = s.boolean(fixEnvOption)
	o.writeProbe, errs[7] = s.boolean(writeProbeOption)
	_, errs[8] = s.hostPort(resolverOption)
	o.redact, errs[9] = s.redaction(o.mode)
	o.onChange, errs[10] = s.changePolicy(o.mode)
	o.refresh, errs[11] = s.refreshEvery(o.mode)
	return o, joined(errs[:]...)
}

// exec resolves, checks, and becomes the task; then it returns only when there is
// no task to become. With --mode=supervise it stays beside the task instead.
func (r *runner) exec(c *cli.Context) error {
	started := time.Now()
	s := newSettings(c, r.environ)
	r.termination = s.value(terminationOption)
	// A log that nobody reads any more does not keep a task from starting.
	defer launch.KeepClosedPipes()()
	d := newDocument()
	err := r.start(c, s, d, started)
	if d.Task != nil && d.Task.Ended != nil {
		d.conclude(started, err, &r.out.Mask)
		reportEnding(s, d)
		return err
	}
	if d.Started == nil || d.Status == 0 { // it ended otherwise than the document says, if it says anything yet
		d.conclude(started, err, &r.out.Mask)
	}
	r.report(s, d)
	return err
}

// start does what exec is for. Whatever it finds out goes into the document.
func (r *runner) start(c *cli.Context, s *settings, d *document, started time.Time) error {
	ctx := c.Context
	if err := r.noArguments(c, "put -- in front of the task: flts-run exec -- COMMAND"); err != nil {
		return err
	}
	if len(r.task) == 0 {
		return usage("flts-run exec -- python train.py", "no command to run: nothing stands behind --")
	}
	o, err := readOrders(s)
	if err != nil {
		return err
	}
	p, err := r.prepareUnlessStopped(ctx, s)
	if err != nil {
		return err
	}
	if o.print == "table" {
		r.sayPlatform(p, o.mode)
		if o.mode == modeSupervise {
			r.saySupervision(p.platform, o)
			r.sayRedaction(o)
			r.sayReload(p, s, o)
			r.sayRefresh(p, o)
		} else {
			r.sayNoReload(p, s, o)
			r.sayRefresh(p, o)
		}
		r.out.Print(p.table(&r.out.Mask))
		r.out.notes(p.resolution)
		r.out.findings(p.resolution.Findings)
	}
	*d = *p.document(&r.out.Mask)
	d.Stored = r.fetched.document()
	path, env, failed := r.ready(ctx, p, s, o, d)
	d.conclude(started, failed, &r.out.Mask)
	if err := r.sayOutcome(o, d, failed); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	r.report(s, d)
	if o.mode == modeSupervise {
		return r.supervise(ctx, s, o, prepared{p, path, env}, d)
	}
	return r.become(ctx, r.unwatch, path, r.task, env)
}

// ready does all that comes between a resolution and the start: the task is
// looked up first, because waiting for services is lost time when it is not
// there. What it finds out goes into the document.
func (r *runner) ready(ctx context.Context, p *plan, s *settings, o orders, d *document) (path string, env []string, err error) {
	if err := p.failure(); err != nil {
		return "", nil, err
	}
	taskEnv := r.taskEnviron(p, o)
	if err := launch.Preflight(r.task, taskEnv.Entries); err != nil {
		return "", nil, err
	}
	path, err = launch.Lookup(r.task[0], taskEnv.Entries, r.dir)
	if err != nil {
		return "", nil, err
	}
	d.Task = taskDocument(r.out.Mask.Mask(path), len(r.task)-1, o, taskEnv)
	if o.print == "table" {
		r.sayChanges(taskEnv, o.pristine)
	}
	if o.check != "off" {
		services, err := p.named(nil)
		if err != nil {
			return "", nil, err
		}
		verdict, err := r.runChecks(ctx, p, s, checkPlan{
			services: services, task: taskEnv.Entries, wait: o.wait, writeProbe: o.writeProbe, lenient: o.check == "warn", quiet: o.print != "table",
		})
		if err != nil {
			return "", nil, err
		}
		d.Checks = &verdict
		if err := verdictFailure(ctx, verdict); err != nil {
			return "", nil, err
		}
	}
	return path, taskEnv.Entries, stopped(ctx)
}

// handOn are the settings that decide what the task is given, for commands that
// start none: the variables of a pod are the same for all of them. A wrong value
// is said where it counts.
func handOn(s *settings) (o orders) {
	o.pristine, _ = s.boolean(pristineOption)
	o.fixEnv, _ = s.boolean(fixEnvOption)
	return o
}

// sayOutcome prints what was found out since the configuration was printed, in
// the format of --print.
func (r *runner) sayOutcome(o orders, d *document, failed error) error {
	switch o.print {
	case "table":
		if d.Checks != nil {
			r.out.Print(checklist.Short(*d.Checks))
		}
		if f := (*failure)(nil); errors.As(failed, &f) && f.said {
			r.out.notStarted(f)
		}
	case "json":
		text, err := encode(d, "")
		if err != nil {
			return err
		}
		r.out.Raw(text)
	case "off":
		if f := (*failure)(nil); errors.As(failed, &f) {
			f.said = false // it is the only thing that is said
		}
	}
	return nil
}

// taskEnviron is the environment that the task gets.
func (r *runner) taskEnviron(p *plan, o orders) launch.Env {
	set := p.taskVariables()
	if o.redacts() && !r.unbuffered() {
		set[unbufferedVariable] = "1"
	}
	return launch.Environ(r.environ, set, launch.EnvOptions{Drop: p.dropped(o), Keep: p.kept(o)})
}

// dropped says which variables are not handed on: bootstrap material, and what
// belongs to another login when that was asked for.
func (p *plan) dropped(o orders) func(string) bool {
	return func(name string) bool {
		return isBootstrap(name) ||
			slices.Contains(p.withheld, name) ||
			slices.Contains(p.keyFiles, name) || // the task has the value, and many refuse to be given both
			o.fixEnv && slices.Contains(p.resolution.Stale, name)
	}
}

// kept says which variables a pristine environment has beside those of the
// contract; nil keeps all.
func (p *plan) kept(o orders) func(string) bool {
	if !o.pristine {
		return nil
	}
	return func(name string) bool {
		return slices.ContainsFunc(p.contract.Pristine, func(pattern string) bool {
			prefix, wild := strings.CutSuffix(pattern, "*")
			return name == pattern || wild && strings.HasPrefix(name, prefix)
		})
	}
}
