package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/flts-run/flts-run/internal/onchange"
	"github.com/flts-run/flts-run/internal/watch"
	"github.com/flts-run/flts-run/launch"
)

const (
	// settled is how long nothing must happen in the directories before they are
	// compared: a ConfigMap and a Secret that change together are one event.
	settled = 250 * time.Millisecond
	// atLatest is when they are compared though things go on happening.
	atLatest = 2 * time.Second
	// A directory in which things happen all the time does not keep us busy: after
	// so many looks there is a pause between them.
	looksAtOnce = 20
	lookPause   = 100 * time.Millisecond
)

// prepared is a configuration with which the task can be started.
type prepared struct {
	plan *plan
	path string
	env  []string
}

// reloader follows the mounted files and the stored secrets while the task runs. Its loop
// is the only one that decides; what it wants done goes to the supervisor as an order, and
// a restart is carried out by supervise when the task has ended.
type reloader struct {
	*runner
	settings *settings
	o        orders
	dirs     []string
	orders   chan launch.Order
	held     chan syscall.Signal // that wait until the task handles them
	hinted   bool                // said once is enough
	quiet    atomic.Bool         // the task has ended: what is printed now would be the last line

	mu        sync.Mutex
	seen      prepared      // the newest configuration that is valid
	given     *plan         // with which the task was started
	pending   onchange.Kind // Restart or Fail, once that is wanted
	because   []string      // the keys that want it
	ordered   string        // as which order the task was told to stop, or ""
	storm     storm         // how often it was started lately
	events    []reloadEvent // for the report
	unfetched string        // why stored secrets could not be fetched again: it is said once
	refused   string        // what was wrong with the last invalid one: it is said once
}

// follow begins to watch. It returns nil when there is nothing to be watched.
func (r *runner) follow(ctx context.Context, s *settings, o orders, now prepared) *reloader {
	dirs, every := now.plan.watched(s), now.plan.refreshes(o)
	if len(dirs) == 0 && every == 0 {
		return nil
	}
	l := &reloader{runner: r, settings: s, o: o, dirs: dirs, orders: make(chan launch.Order), held: make(chan syscall.Signal, 1), seen: now, given: now.plan}
	l.storm.started(time.Now())
	var w watch.Watcher
	if len(dirs) > 0 {
		w = watch.Dirs(ctx, dirs)
	}
	if w.Polled != nil {
		r.out.Line("warning", fmt.Sprintf("%s are looked at every %s, because the kernel does not tell of changes: %v", strings.Join(dirs, ", "), watch.PollEvery, w.Polled), "")
	}
	go l.loop(ctx, w.C, l.refreshing(ctx, every))
	return l
}

// loop learns what is secret at once when something happens in the directories, and
// decides when they have settled.
func (l *reloader) loop(ctx context.Context, told <-chan struct{}, refreshed <-chan error) {
	// What changed while the services were checked and waited for, nobody has told.
	first, decide := time.Now(), time.After(settled)
	var order <-chan time.Time
	looks := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-told:
			l.learn(ctx)
			now := time.Now()
			if decide == nil {
				first = now
			}
			decide = time.After(min(settled, atLatest-now.Sub(first)))
			if looks++; looks > looksAtOnce {
				sleep(ctx, lookPause)
			}
		case <-decide:
			decide, looks = nil, 0
			if d := l.decide(ctx); d != nil {
				l.say(d)
				for _, p := range d.signals {
					l.send(ctx, launch.Order{Signal: syscall.Signal(p.Signal), By: "a changed configuration", Held: l.held})
				}
			}
			order = l.whenToStop()
		case err := <-refreshed:
			if d := l.refreshed(err); d != nil {
				l.say(d)
			}
			if err == nil && decide == nil {
				decide = time.After(0)
			}
		case sig := <-l.held:
			l.sayHeld(sig)
		case <-order:
			order = nil
			l.send(ctx, l.stopOrder())
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// send waits until the supervisor takes the order, or has no task any more.
func (l *reloader) send(ctx context.Context, order launch.Order) {
	select {
	case l.orders <- order:
	case <-ctx.Done():
	}
}

func (l *reloader) stopOrder() launch.Order {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ordered = "a changed configuration (" + strings.Join(l.because, ", ") + ")"
	return launch.Order{Signal: syscall.SIGTERM, By: l.ordered}
}

// decide compares what there is now with what there was. It returns nil when there
// is nothing to do about it and nothing to say.
func (l *reloader) decide(ctx context.Context) *decision {
	now, err := l.ready(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		return l.refuse(err)
	}
	before, effect, wasRefused := l.seen.plan, l.seen.plan.effectOf(now.plan), l.refused != ""
	l.seen, l.refused = now, ""
	switch {
	case len(effect.keys) > 0:
		return l.react(before, effect.keys)
	case len(effect.shadowed) > 0:
		l.note(reloadEvent{Keys: effect.shadowed, Outcome: outcomeUnchanged})
	}
	if !wasRefused {
		return nil
	}
	mended := reloadEvent{Outcome: outcomeMended}
	l.note(mended)
	return &decision{event: mended}
}

// react decides what is done about keys of which the task would get another value.
// It is called with the lock.
func (l *reloader) react(before *plan, keys []string) *decision {
	now := l.seen
	policies := now.plan.strongest(keys, l.o)
	does := &decision{
		event: reloadEvent{Keys: keys, Policy: policyText(policies), Findings: l.newFindings(before, now.plan)},
		named: origins(keys, before, now.plan),
	}
	undone, signals := l.undone(now.plan)
	switch kind := policies[0].Kind; {
	case undone:
		l.amend(outcomeUndone, outcomeRestarted)
		does.event.Outcome, does.signals, l.pending = outcomeUndone, signals, onchange.Ignore
	case l.pending >= max(kind, onchange.Restart): // the task is on its way out anyhow
		does.event.Outcome = outcomeFolded
	case kind == onchange.Ignore:
		does.event.Outcome = outcomeIgnored
	case l.quiet.Load():
		does.event.Outcome = outcomeLate
	case kind == onchange.Signal:
		does.event.Outcome, does.signals = outcomeSignalled, policies
	default:
		does.event.Outcome = outcomeRestarted
		if kind == onchange.Fail {
			does.event.Outcome = outcomeStopped
		}
		if l.pending != onchange.Ignore { // a restart has not come yet, and does not come any more
			l.amend(outcomeFolded, outcomeRestarted)
		}
		l.pending, l.because = kind, keys
		does.wait = l.storm.wait(time.Now())
	}
	l.note(does.event)
	return does
}

// undone reports whether a restart that has not begun yet has no reason any more: the
// task would get again what it has. What was left to the restart and still differs
// may want signals.
func (l *reloader) undone(now *plan) (yes bool, signals []onchange.Policy) {
	if l.pending != onchange.Restart || l.ordered != "" {
		return false, nil
	}
	keys := l.given.effectOf(now).keys
	if len(keys) == 0 {
		return true, nil
	}
	switch policies := now.strongest(keys, l.o); policies[0].Kind {
	case onchange.Ignore:
		return true, nil
	case onchange.Signal:
		return true, policies
	}
	return false, nil
}

// ready resolves again, by the same rules as at the start, and looks whether the task
// could be started with the outcome. The services are not checked: they were when the
// run began, and the task that is there goes on meanwhile.
func (l *reloader) ready(ctx context.Context) (prepared, error) {
	p, err := l.prepare(ctx, l.settings)
	if err != nil {
		return prepared{}, err
	}
	if err := p.failure(); err != nil {
		return prepared{}, err
	}
	env := l.taskEnviron(p, l.o).Entries
	if err := launch.Preflight(l.task, env); err != nil {
		return prepared{}, err
	}
	path, err := launch.Lookup(l.task[0], env, l.dir)
	return prepared{p, path, env}, err
}

// refuse keeps the old configuration. The same fault is said once, however often
// the files are looked at.
func (l *reloader) refuse(err error) *decision {
	text := l.out.Mask.Mask(asFailure(err).Error())
	if text == l.refused {
		return nil
	}
	l.refused = text
	event := reloadEvent{Outcome: outcomeRefused, Findings: strings.Split(text, "\n")}
	l.note(event)
	return &decision{event: event, hint: asFailure(err).hint}
}

// whenToStop is the moment at which the task is to be told to stop, or nil. A task
// that was just restarted is left alone for a while: it goes on with what it has.
func (l *reloader) whenToStop() <-chan time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.ordered != "" || l.pending == onchange.Ignore:
		return nil
	case l.pending == onchange.Fail:
		return time.After(0)
	}
	return time.After(l.storm.wait(time.Now()))
}

// next says what follows the end of a task: a start with the newest configuration,
// or nothing. changed is set when the change of the configuration is to be the reason
// of our own end.
func (l *reloader) next(e launch.Ending) (again *prepared, changed bool) {
	if l == nil {
		return nil, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ordered == "" || e.StoppedBy != l.ordered {
		if l.pending != onchange.Ignore {
			l.amend(outcomeLate, outcomeRestarted, outcomeStopped)
		}
		return nil, false // it ended by itself, or somebody else wants an end
	}
	if l.pending == onchange.Fail {
		return nil, true
	}
	l.pending, l.ordered = onchange.Ignore, ""
	l.storm.started(time.Now())
	l.quiet.Store(false)
	start := l.seen
	l.given = start.plan
	return &start, false
}

// supervise lets a task be told, and takes note of its end.
func (l *reloader) supervise(t *launch.Task) {
	if l != nil {
		t.Orders, t.AtEnd = l.orders, func() { l.quiet.Store(true) }
	}
}

// origins names keys with where their values come from now, or came from.
func origins(keys []string, before, now *plan) string {
	named := make([]string, len(keys))
	for i, name := range keys {
		named[i] = name
		k, old := now.resolution.Get(name), before.resolution.Get(name)
		switch {
		case k == nil: // APP_ENV is no key
		case k.Origin() != "":
			named[i] += " (" + k.Origin() + ")"
		case old.Origin() != "":
			named[i] += " (no value any more, it came from " + old.Origin() + ")"
		}
	}
	return strings.Join(named, ", ")
}
