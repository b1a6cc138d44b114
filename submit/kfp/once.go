package kfp

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/submit"
)

// markName begins the line of a description by which a run is known again. The
// API has no place for a key of the client's, and a description is one of the few
// things that every version of it can filter by.
const markName = "flts-key"

// How many characters of the two digests are in a mark, and how long it is.
const (
	keyDigits   = 20
	orderDigits = 16
	markLength  = len(markName) + len("=.") + keyDigits + orderDigits
)

// mark is that line: which key, and a digest of what was ordered with it. It has
// no character that means something in a LIKE of SQL.
type mark struct{ key, order string }

func (m mark) String() string { return m.needle() + m.order }
func (m mark) needle() string { return markName + "=" + m.key + "." }

// markOf digests what makes two orders the same: all that a run is made of but
// its name and description. What is on the server goes in by its name, so that a
// draft has the mark of the order.
func markOf(o submit.Order, s source) mark {
	ordered := map[string]any{
		"experiment":      o.Experiment,
		"parameters":      o.Values,
		"pipeline_root":   o.PipelineRoot,
		"service_account": o.ServiceAccount,
	}
	if s.sent != nil {
		ordered["pipeline"] = s.sent.Digest()
	} else {
		ordered["pipeline"] = []any{s.name, s.version.Name}
	}
	key := sha256.Sum256([]byte(o.Key))
	return mark{key: hex.EncodeToString(key[:])[:keyDigits], order: pipeline.Digest(ordered)[:orderDigits]}
}

// submitOnce starts a run unless one with the same key is there. When it cannot
// be told whether the server acted, it waits for a server that still does, looks,
// and sends again. What it cannot do is to keep apart two that send at the same
// moment: the API has nothing that is taken once.
func (b *Backend) submitOnce(ctx context.Context, r newRun, m mark, namespace string) (rec record, existing bool, err error) {
	rec, found, err := b.marked(ctx, m, namespace)
	if err != nil {
		return record{}, false, err
	}
	if found {
		return rec, true, sameOrder(rec, r, m)
	}
	for attempt := 1; ; attempt++ {
		rec, err = b.client.createRun(ctx, r)
		if err == nil && attempt > 1 {
			return b.single(ctx, rec, m, namespace)
		}
		if err == nil || !submit.IsKind(err, submit.Unsettled) || attempt == attempts {
			return rec, false, err
		}
		rec, found, lookErr := b.settled(ctx, m, namespace)
		if lookErr != nil {
			return record{}, false, err // that it may have happened matters more
		}
		if found {
			return rec, false, nil
		}
	}
}

// marked finds the run with a key: the first, should there be more.
func (b *Backend) marked(ctx context.Context, m mark, namespace string) (record, bool, error) {
	all, err := b.allMarked(ctx, m, namespace)
	return firstOf(all), len(all) > 0, err
}

func (b *Backend) allMarked(ctx context.Context, m mark, namespace string) ([]record, error) {
	l := listing{Namespace: namespace, Filter: filter{contains("description", m.needle())}, Size: 100}
	got, err := b.client.listRuns(ctx, l)
	slices.SortFunc(got.Items, func(x, y record) int {
		return cmp.Or(x.Created.Compare(y.Created), cmp.Compare(x.ID, y.ID))
	})
	return got.Items, err
}

// settled looks for a run until it is there, or until no server acts that long.
func (b *Backend) settled(ctx context.Context, m mark, namespace string) (record, bool, error) {
	pause := b.o.Settle / 16
	for waited := time.Duration(0); ; {
		rec, found, err := b.marked(ctx, m, namespace)
		if err != nil || found || waited >= b.o.Settle {
			return rec, found, err
		}
		pause = min(2*pause, b.o.Settle-waited)
		select {
		case <-ctx.Done():
			return record{}, false, context.Cause(ctx)
		case <-time.After(pause):
			waited += pause
		}
	}
}

// single ends what was started twice, because the server acted on the first
// request after all: the first run stays.
func (b *Backend) single(ctx context.Context, mine record, m mark, namespace string) (record, bool, error) {
	all, err := b.allMarked(ctx, m, namespace)
	if err != nil || len(all) < 2 {
		return mine, false, err
	}
	for _, twin := range all[1:] {
		b.o.Notice(fmt.Sprintf("run %s is a second one of the same order, because the server acted late; it is terminated and archived", twin.ID))
		if err := b.Terminate(ctx, twin.ID); err != nil && !submit.IsKind(err, submit.Conflict) {
			return mine, false, err
		}
		if err := b.Archive(ctx, twin.ID); err != nil {
			return mine, false, err
		}
	}
	return all[0], false, nil
}

// sameOrder refuses a run that has the key of an order and is of another.
func sameOrder(rec record, r newRun, m mark) error {
	if strings.Contains(rec.Description, m.String()) {
		return nil
	}
	return &submit.Error{
		Kind: submit.Conflict, Message: fmt.Sprintf("the idempotency key belongs to run %s (%s), which differs in %s", rec.Name, rec.ID, strings.Join(differences(rec, r), ", ")),
		Advice: "take another key for another run",
	}
}

// differences names what a stored run and an order do not have in common.
func differences(rec record, r newRun) []string {
	var differ []string
	add := func(what string, is bool) {
		if is {
			differ = append(differ, what)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(union(rec.Parameters, r.Parameters))) {
		stored, inStored := rec.Parameters[name]
		ordered, inOrder := r.Parameters[name]
		add("parameter "+name, inStored != inOrder || pipeline.Digest(stored) != pipeline.Digest(ordered))
	}
	add("the experiment", r.Experiment != "" && rec.ExperimentID != r.Experiment)
	add("the pipeline root", rec.PipelineRoot != r.PipelineRoot)
	add("the service account", r.ServiceAccount != "" && rec.ServiceAccount != r.ServiceAccount)
	add("the pipeline version", rec.VersionID != r.VersionID)
	if len(differ) == 0 {
		return []string{"the pipeline itself, its cache or its platform document"}
	}
	return differ
}

func union(a, b map[string]any) map[string]bool {
	names := map[string]bool{}
	for name := range a {
		names[name] = true
	}
	for name := range b {
		names[name] = true
	}
	return names
}
