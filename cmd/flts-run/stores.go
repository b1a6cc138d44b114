package main

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/flts-run/flts-run/internal/asking"
	"github.com/flts-run/flts-run/internal/places"
	"github.com/flts-run/flts-run/resolve"
	"github.com/flts-run/flts-run/stores"
)

// fetched are the answers of stores that we have: a configuration that is resolved
// again, because a file has changed, asks for nothing twice. The zero value is empty.
type fetched struct {
	mu      sync.Mutex
	answers map[stores.Request]stores.Answer
}

// get answers what is known, and asks for the rest. A failure is not kept.
func (f *fetched) get(ctx context.Context, store stores.SecretsManager, requests []stores.Request) map[stores.Request]stores.Answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answers == nil {
		f.answers = map[stores.Request]stores.Answer{}
	}
	all := map[stores.Request]stores.Answer{}
	var unknown []stores.Request
	for _, r := range requests {
		if a, ok := f.answers[r]; ok {
			all[r] = a
		} else {
			unknown = append(unknown, r)
		}
	}
	for _, a := range store.Fetch(ctx, unknown) {
		all[a.Request] = a
		if a.Failure == nil {
			f.answers[a.Request] = a
		}
	}
	return all
}

// readStore says how Secrets Manager is reached.
func readStore(c *resolve.Contract, s *settings) (stores.SecretsManager, error) {
	credentials, err := s.oneOf(storeCredentialsOption, stores.Choices...)
	timeout, errTimeout := s.duration(storeTimeoutOption, stores.DefaultTimeout)
	return stores.SecretsManager{
		Environ: s.vars, Claimed: func(variable string) bool { return c.KeyFor(variable) != nil },
		Credentials: stores.Choice(credentials), Profile: s.value(storeProfileOption), Timeout: timeout,
	}, joined(err, errTimeout)
}

// resolve resolves what ranks above the stores, asks them for what is still wanted, and
// resolves all. Where the contract declares no secret, that is one pass.
func (r *runner) resolve(ctx context.Context, in resolve.Input, sources places.Sources, store stores.SecretsManager) (*resolve.Resolution, []resolve.Ask) {
	if len(in.Contract.Stored) == 0 {
		in.Sources = sources.InOrder()
		return resolve.Resolve(in), nil
	}
	in.Sources = sources.Above(places.SecretsManager)
	asks := resolve.Resolve(in).Asks(in.Contract)
	var requests []stores.Request
	for _, a := range asks {
		requests = append(requests, asking.Requests(a)...)
	}
	answers := r.fetched.get(ctx, store, requests)
	for _, a := range asks {
		stored := storedFor(a, answers)
		for _, one := range stored {
			r.out.Mask.Add(storedName(one.ID), a.Hidden(one)...)
		}
		sources.Put(places.SecretsManager, a.Source(stored))
	}
	in.Sources = sources.InOrder()
	full := resolve.Resolve(in)
	if f := store.Identify().Warning(store); f != nil && requests != nil {
		full.Findings = append(full.Findings, resolve.Finding{Severity: resolve.Warning, Code: f.Code(), Message: f.Error(), Hint: f.Hint()})
	}
	return full, asks
}

func storedFor(a resolve.Ask, answers map[stores.Request]stores.Answer) []resolve.Stored {
	var list []resolve.Stored
	for _, r := range asking.Requests(a) {
		list = append(list, asking.Stored(answers[r]))
	}
	return list
}

// storedName stands for a secret among the names of what is masked.
const storedPrefix = "secretsmanager "

func storedName(id string) string { return storedPrefix + id }

// bootstrap lists what the secrets were fetched with: it is ours, and not the task's,
// unless the contract says so. Variables of the contract are set for the task anyhow. An
// identity that the task itself needs, because its object store has no keys, stays.
func (p *plan) bootstrap(store stores.SecretsManager) []string {
	stored := p.contract.StoredIn(p.resolution.AppEnv)
	if len(stored) == 0 || slices.ContainsFunc(stored, func(s *resolve.StoredSecret) bool { return s.HandOn }) {
		return nil
	}
	var names []string
	for _, o := range storeOptions {
		names = append(names, o.variable)
	}
	needed := func(s *resolve.Service) bool { return s.Kind == "s3" && p.identityFor(s) != "" }
	if slices.ContainsFunc(p.contract.Services, needed) {
		return names
	}
	return slices.DeleteFunc(append(names, store.Identify().Variables...), func(name string) bool { return p.contract.KeyFor(name) != nil })
}

// notAsked lists the secrets that could supply a key and need not, and why.
func (p *plan) notAsked(k *resolve.Resolved) []string {
	var list []string
	for _, a := range p.asks {
		if why := a.Spared[k.Key.Name]; why != "" {
			list = append(list, storedName(strings.Join(a.IDs, ", "))+", "+why)
		}
	}
	return list
}
