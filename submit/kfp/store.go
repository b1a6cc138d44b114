package kfp

import (
	"context"
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/submit"
)

// attempts bounds how often something is created whose name is unique.
const attempts = 5

// findOrCreate makes sure that something with a unique name is there. Whoever
// else creates it meanwhile, and whatever becomes of the connection: the name
// makes it one, so it may be asked for again.
func findOrCreate[T any](find func() (T, bool, error), create func() (T, error)) (T, error) {
	var taken error // the name is, by something that must be found now
	for attempt := 1; ; attempt++ {
		got, ok, err := find()
		if err != nil || ok {
			return got, err
		}
		if taken != nil {
			return got, taken
		}
		got, err = create()
		switch {
		case submit.IsKind(err, submit.Conflict):
			taken = err
		case !submit.IsKind(err, submit.Unsettled) || attempt == attempts:
			return got, err
		}
	}
}

// defaultExperiment is what KFP and its SDK call the experiment of runs that name
// none.
const defaultExperiment = "Default"

// experimentNamed finds or creates an experiment; "" is the server's default,
// which has no id here. Where namespaces belong to users, only a run's experiment
// says in which it is, and no default is there before somebody creates it.
func (b *Backend) experimentNamed(ctx context.Context, name, namespace string) (experiment, error) {
	if name == "" && namespace != "" {
		server, err := b.health(ctx)
		if err != nil {
			return experiment{}, err
		}
		if server.MultiUser {
			name = defaultExperiment
		}
	}
	if name == "" {
		return experiment{}, nil
	}
	found, err := findOrCreate(
		func() (experiment, bool, error) { return b.findExperiment(ctx, name, namespace) },
		func() (experiment, error) { return b.client.createExperiment(ctx, name, namespace) },
	)
	if found.Archived {
		b.o.Notice(fmt.Sprintf("experiment %s is archived: lists hide its runs", name))
	}
	return found, err
}

func (b *Backend) findExperiment(ctx context.Context, name, namespace string) (experiment, bool, error) {
	l := listing{Namespace: namespace, Filter: filter{equals("name", name)}, Size: 100}
	return first(l, func(l listing) (page[experiment], error) { return b.client.listExperiments(ctx, l) },
		func(e experiment) bool { return e.Name == name })
}

// findPipeline looks in the namespace, and then among those that are shared.
func (b *Backend) findPipeline(ctx context.Context, name, namespace string) (namedPipeline, bool, error) {
	got, ok, err := b.pipelineIn(ctx, name, namespace)
	if err == nil && !ok && namespace != "" {
		return b.pipelineIn(ctx, name, "")
	}
	return got, ok, err
}

// pipelineIn looks in one namespace; "" are the pipelines that are shared. What is
// shown of a pipeline may be another name than the one that lists look for.
func (b *Backend) pipelineIn(ctx context.Context, name, namespace string) (namedPipeline, bool, error) {
	l := listing{Namespace: namespace, Filter: filter{equals("name", name)}, Size: 100}
	return first(l, func(l listing) (page[namedPipeline], error) { return b.client.listPipelines(ctx, l) },
		func(p namedPipeline) bool { return p.Name == name || !strings.EqualFold(p.Name, name) })
}

func (b *Backend) findVersion(ctx context.Context, pipeline, name string) (version, bool, error) {
	l := listing{Filter: filter{equals("name", name)}, Size: 100}
	return first(l, func(l listing) (page[version], error) { return b.client.listVersions(ctx, pipeline, l) },
		func(v version) bool { return v.Name == name })
}

// first pages through a list to the first thing that is meant: newer servers do
// not tell small letters from capitals.
func first[T any](l listing, list func(listing) (page[T], error), meant func(T) bool) (T, bool, error) {
	var none T
	for {
		got, err := list(l)
		if err != nil {
			return none, false, err
		}
		for _, item := range got.Items {
			if meant(item) {
				return item, true, nil
			}
		}
		if got.Next == "" {
			return none, false, nil
		}
		l.Token = got.Next
	}
}

// storedVersion is the version of a pipeline on the server that a target means.
func (b *Backend) storedVersion(ctx context.Context, t submit.Target, namespace string) (namedPipeline, version, error) {
	p, ok, err := b.findPipeline(ctx, t.Pipeline, namespace)
	if err != nil {
		return p, version{}, err
	}
	if !ok {
		return p, version{}, b.noPipeline(ctx, t.Pipeline, namespace)
	}
	v, err := b.versionMeant(ctx, p, t.Version)
	return p, v, err
}

func (b *Backend) versionMeant(ctx context.Context, p namedPipeline, meant string) (version, error) {
	if meant == "" {
		newest, err := b.client.listVersions(ctx, p.ID, listing{Newest: true, Size: 1})
		if err != nil || len(newest.Items) > 0 {
			return firstOf(newest.Items), err
		}
		return version{}, &submit.Error{
			Kind: submit.NotFound, Message: fmt.Sprintf("pipeline %s has no version", p.Name),
			Advice: "store one: fltsctl submit FILE --upload",
		}
	}
	v, ok, err := b.findVersion(ctx, p.ID, meant)
	if err != nil || ok {
		return v, err
	}
	if isID(meant) {
		v, err = b.client.getVersion(ctx, p.ID, meant)
	}
	if err == nil && v.ID == "" || submit.IsKind(err, submit.NotFound) {
		err = &submit.Error{
			Kind: submit.NotFound, Err: err, Message: fmt.Sprintf("pipeline %s has no version %s", p.Name, meant),
			Advice: "without a version the newest is taken",
		}
	}
	return v, err
}

func (b *Backend) noPipeline(ctx context.Context, name, namespace string) error {
	e := &submit.Error{Kind: submit.NotFound, Message: fmt.Sprintf("no pipeline %s on the server", name), Advice: "store it: fltsctl submit FILE --upload"}
	var names []string
	some, err := b.client.listPipelines(ctx, listing{Namespace: namespace, Newest: true, Size: 200})
	if err != nil {
		return e // what is missing is said; which is near it is not
	}
	for _, p := range some.Items {
		names = append(names, p.Name)
	}
	e.Advice = near.DidYouMean(name, names, e.Advice)
	return e
}

func firstOf[T any](items []T) T {
	if len(items) == 0 {
		var none T
		return none
	}
	return items[0]
}
