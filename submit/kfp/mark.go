package kfp

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

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
// draft has the mark of the order; a pipeline as it was given, so that the order is
// the same to a server of another version.
func markOf(o submit.Order, s source) mark {
	ordered := map[string]any{
		"experiment":      o.Experiment,
		"parameters":      o.Values,
		"pipeline_root":   o.PipelineRoot,
		"service_account": o.ServiceAccount,
	}
	if s.sent != nil {
		ordered["pipeline"] = s.given.Digest()
	} else {
		ordered["pipeline"] = []any{s.name, s.version.Name}
	}
	key := sha256.Sum256([]byte(o.Key))
	return mark{key: hex.EncodeToString(key[:])[:keyDigits], order: pipeline.Digest(ordered)[:orderDigits]}
}

// marked finds the runs of an order, the first one first. It is a conflict if runs
// have its key, and all of them are of other orders.
func (b *Backend) marked(ctx context.Context, r newRun, w where) ([]record, error) {
	l := listing{Namespace: w.namespace, Filter: filter{contains("description", w.mark.needle())}, Size: 100}
	got, err := b.client.listRuns(ctx, l)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(got.Items, func(x, y record) int {
		return cmp.Or(x.Created.Compare(y.Created), cmp.Compare(x.ID, y.ID))
	})
	var own []record
	for _, rec := range got.Items {
		if strings.Contains(rec.Description, w.mark.String()) {
			own = append(own, rec)
		}
	}
	if len(got.Items) > 0 && len(own) == 0 {
		return nil, otherOrder(got.Items[0], r, w)
	}
	return own, nil
}
