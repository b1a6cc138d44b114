// Package kfp submits to Kubeflow Pipelines and watches its runs, over REST
// v2beta1 of 2.0.5 and everything later.
//
// A run of KFP has no labels: an order's are lines name=value below the run's
// description, which lists can be searched for. So is the mark by which a run with
// an idempotency key is known again; it has a digest of what was ordered in it, and
// an order with the same key and another digest is a conflict. What is created
// besides runs has a unique name, so it is simply created again when it cannot be
// told whether it was. The one thing that is not prevented: two that send an order
// with the same key at the same moment start two runs, because the API has nothing
// that only one of them could take.
//
// A pipeline is sent as the server can read it: see fit. Whether tasks are answered
// from the cache is part of a pipeline, so an order without cache sends a pipeline
// of its own.
//
// Messages of KFP are quoted, in one line and without its frames, because they are
// about what the user sent. What looks like a credential is masked, and what anybody
// else answers is never quoted.
package kfp

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// Options are what a Backend may be told. The zero value is good.
type Options struct {
	// Namespace is the one of a multi-user KFP, for orders and queries that name
	// none. "" is that of the access.
	Namespace string

	// Pods reads logs through the Kubernetes API; nil where there is no kubeconfig.
	Pods PodLogs

	// Settle is how long a server may still be acting on a request whose
	// connection broke: that long it is asked whether the run of an order with a
	// Key is there, before the order is sent again. 0 is 10 s.
	Settle time.Duration

	// Pause is between two readings of a log that is followed. 0 is 2 s.
	Pause time.Duration

	// Notice is told what was done differently from what was ordered, and why.
	Notice func(string)

	// Now names runs that have no name.
	Now func() time.Time
}

// Backend speaks with one KFP API server. It may be used by several goroutines.
type Backend struct {
	access *access.Access
	client *client
	o      Options
	known  *known
}

var _ submit.Backend = (*Backend)(nil)

// New makes a Backend. It sends nothing.
func New(a *access.Access, o Options) *Backend {
	if o.Settle == 0 {
		o.Settle = 10 * time.Second
	}
	if o.Pause == 0 {
		o.Pause = 2 * time.Second
	}
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Backend{access: a, client: newClient(a, nil), o: o, known: &known{}}
}

// namespace is the one that is meant.
func (b *Backend) namespace(given string) string {
	return cmp.Or(given, b.o.Namespace, b.access.Namespace)
}

// Kind is "kfp".
func (*Backend) Kind() string { return "kfp" }

// pageOf is the page of a run, or "".
func (b *Backend) pageOf(id string) string {
	if b.access.Pages == nil {
		return ""
	}
	return strings.TrimSuffix(b.access.Pages.String(), "/") + "/#/runs/details/" + url.PathEscape(id)
}

// known is what was read once and does not change: names, and stored pipelines.
type known struct {
	mu          sync.Mutex
	health      *health
	experiments map[string]experiment
	pipelines   map[string]namedPipeline
	versions    map[string]version
}

func (b *Backend) health(ctx context.Context) (health, error) {
	k := b.known
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.health == nil {
		h, err := b.client.health(ctx, "v2beta1")
		if err != nil {
			return health{}, err
		}
		k.health = &h
	}
	return *k.health, nil
}

func (b *Backend) experimentOf(ctx context.Context, id string) (experiment, error) {
	return remembered(&b.known.mu, &b.known.experiments, id, func() (experiment, error) { return b.client.getExperiment(ctx, id) })
}

func (b *Backend) pipelineOf(ctx context.Context, id string) (namedPipeline, error) {
	return remembered(&b.known.mu, &b.known.pipelines, id, func() (namedPipeline, error) { return b.client.getPipeline(ctx, id) })
}

func (b *Backend) versionOf(ctx context.Context, pipeline, id string) (version, error) {
	return remembered(&b.known.mu, &b.known.versions, id, func() (version, error) { return b.client.getVersion(ctx, pipeline, id) })
}

// remembered reads what is not known yet. Two that ask at once may both read it.
func remembered[T any](mu *sync.Mutex, all *map[string]T, id string, read func() (T, error)) (T, error) {
	mu.Lock()
	got, ok := (*all)[id]
	mu.Unlock()
	if ok {
		return got, nil
	}
	got, err := read()
	if err != nil {
		return got, err
	}
	mu.Lock()
	defer mu.Unlock()
	if *all == nil {
		*all = map[string]T{}
	}
	(*all)[id] = got
	return got, nil
}
