package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/resolve"
	"github.com/flts-run/flts-run/stores"
)

// renew asks again for all that is known. What came takes its place only as a whole: two
// secrets may hold one login together.
func (f *fetched) renew(ctx context.Context, store stores.SecretsManager) error {
	f.mu.Lock()
	known := slices.Collect(maps.Keys(f.answers))
	f.mu.Unlock()
	var failures []error
	renewed := map[stores.Request]stores.Answer{}
	for _, a := range store.Fetch(ctx, known) {
		if renewed[a.Request] = a; a.Failure != nil {
			text := fmt.Errorf("%s %w [%s]", storedName(a.Request.ID), a.Failure, a.Failure.Code())
			failures = append(failures, &failure{status: a.Failure.Status(), hint: a.Failure.Hint(), err: text})
		}
	}
	if failures != nil {
		slices.SortFunc(failures, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
		return joined(failures...)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.Copy(f.answers, renewed)
	return nil
}

// refreshEvery reads --refresh; nil leaves it to the contract.
func (s *settings) refreshEvery(mode string) (*time.Duration, error) {
	text, from := s.get(refreshOption)
	if text == "" {
		return nil, nil
	}
	every, err := resolve.ParseRefresh(text)
	if err != nil {
		return nil, usage("", "%s = %q %w", from, text, err)
	}
	if mode == modeExec {
		return nil, usage("add --mode=supervise, which stays beside the task",
			"%s = %q needs a flts-run that stays: with --mode=exec it becomes the task", from, text)
	}
	return &every, nil
}

// refreshes is how often stored secrets are fetched again, 0 for never.
func (p *plan) refreshes(o orders) time.Duration {
	switch {
	case !slices.ContainsFunc(p.asks, func(a resolve.Ask) bool { return len(a.Wanted) > 0 }):
		return 0
	case o.refresh != nil:
		return *o.refresh
	}
	every, _ := resolve.ParseRefresh(p.contract.Refresh) // the contract was checked; "" is never
	return every
}

// sayRefresh prints how often secrets are fetched again, or why not.
func (r *runner) sayRefresh(p *plan, o orders) {
	switch every := p.refreshes(o); {
	case every > 0 && o.mode == modeSupervise:
		r.out.Print(fmt.Sprintf("flts-run: supervise: stored secrets are fetched again about every %s, and when a service refuses them: %s\n", every, p.policies(o)))
	case every > 0:
		r.out.Line("note", fmt.Sprintf("nobody fetches the stored secrets again every %s, as the contract has it: with --mode=exec flts-run becomes the task", every),
			"add --mode=supervise, which stays beside the task")
	case o.refresh != nil:
		r.out.Line("warning", "--refresh has nothing to fetch again: no key came from a store", "flts-run explain KEY says why a store was not asked")
	}
}

// refreshing begins to fetch stored secrets again, and tells on the channel what came of
// it. It is nil when there is nothing to be fetched.
func (l *reloader) refreshing(ctx context.Context, every time.Duration) <-chan error {
	if every == 0 {
		return nil
	}
	told := make(chan error)
	f := &refresher{every: every, random: rand.Float64, fetch: l.refetch, told: told}
	if l.o.check != "off" {
		f.refused = l.areRefused
	}
	go f.run(ctx)
	return told
}

func (l *reloader) refetch(ctx context.Context) error {
	store, err := readStore(l.newest().plan.contract, l.settings)
	if err != nil {
		return err
	}
	return l.fetched.renew(ctx, store)
}

// newest is the newest configuration that is valid.
func (l *reloader) newest() prepared {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen
}

// areRefused asks the services that are used with fetched credentials whether they take
// them. One that does not answer refuses nothing.
func (l *reloader) areRefused(ctx context.Context) bool {
	now := l.newest()
	var services []*resolve.Service
	for _, s := range now.plan.contract.Services {
		if s.Check != resolve.Off && now.plan.fetchedFor(s) {
			services = append(services, s)
		}
	}
	if services == nil {
		return false
	}
	verdict, err := l.runChecks(ctx, now.plan, l.settings, checkPlan{services: services, task: now.env, quiet: true})
	return err == nil && slices.ContainsFunc(verdict.Results, func(r checklist.Result) bool { return r.State == checklist.Fail && r.Refused })
}

// fetchedFor reports a service that a fetched secret is for.
func (p *plan) fetchedFor(s *resolve.Service) bool {
	return slices.ContainsFunc(s.Refers(), func(name string) bool {
		k := p.resolution.Get(name)
		return k.Key.Sensitive && k.IsFetched()
	})
}

// refreshed is what there is to say of a refresh: of one that failed once, until one does
// not. It returns nil when that is nothing. A refresh that failed changes nothing.
func (l *reloader) refreshed(err error) *decision {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		if l.unfetched == "" {
			return nil
		}
		l.unfetched = ""
		event := reloadEvent{Outcome: outcomeFetched}
		l.note(event)
		return &decision{event: event}
	}
	if l.unfetched != "" {
		return nil
	}
	l.unfetched = l.out.Mask.Mask(err.Error())
	event := reloadEvent{Outcome: outcomeUnfetched, Findings: strings.Split(l.unfetched, "\n")}
	l.note(event)
	return &decision{event: event, hint: asFailure(err).hint}
}
