package kfp

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/flts-run/flts-run/submit"
)

// largestPage is how many runs a server gives at once.
const largestPage = 200

// Runs lists runs, the newest first. The server cannot choose by pipeline, so with
// one in the query whole pages are read and looked through.
func (b *Backend) Runs(ctx context.Context, q submit.Query) (submit.Page, error) {
	q.Namespace = b.namespace(q.Namespace)
	l, err := b.listingOf(ctx, q)
	if err != nil {
		return submit.Page{}, err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 20
	}
	token, skip, err := readToken(q.Page)
	if err != nil {
		return submit.Page{}, err
	}
	l.Size = min(limit, largestPage)
	if q.Pipeline != "" {
		l.Size = largestPage / 2
	}
	var got submit.Page
	for {
		l.Token = token
		records, err := b.client.listRuns(ctx, l)
		if err != nil {
			return submit.Page{}, err
		}
		got.Total = records.Total
		for i, rec := range records.Items {
			if i < skip {
				continue
			}
			if len(got.Runs) == limit {
				got.Next = writeToken(token, i)
				return totalled(got, q), nil
			}
			run, err := b.named(ctx, rec)
			if err != nil {
				return submit.Page{}, err
			}
			if q.Pipeline == "" || run.Pipeline == q.Pipeline {
				got.Runs = append(got.Runs, run)
			}
		}
		token, skip = records.Next, max(0, skip-len(records.Items))
		if token == "" {
			return totalled(got, q), nil
		}
		if len(got.Runs) == limit {
			got.Next = writeToken(token, 0)
			return totalled(got, q), nil
		}
	}
}

// totalled takes the server's count away where it counts other runs too.
func totalled(p submit.Page, q submit.Query) submit.Page {
	if q.Pipeline != "" {
		p.Total = -1
	}
	return p
}

func (b *Backend) listingOf(ctx context.Context, q submit.Query) (listing, error) {
	l := listing{Namespace: q.Namespace, Newest: true}
	storage := "AVAILABLE"
	if q.Archived {
		storage = "ARCHIVED"
	}
	l.Filter = filter{equals("storage_state", storage)}
	switch q.State {
	case "":
	case submit.Unknown:
		l.Filter = append(l.Filter, equals("state", "RUNTIME_STATE_UNSPECIFIED"))
	default:
		l.Filter = append(l.Filter, equals("state", string(q.State)))
	}
	if q.Experiment == "" {
		return l, nil
	}
	e, ok, err := b.findExperiment(ctx, q.Experiment, q.Namespace)
	if err == nil && !ok {
		err = &submit.Error{Kind: submit.NotFound, Message: fmt.Sprintf("no experiment %s on the server", q.Experiment), Advice: "in a multi-user KFP experiments belong to a --namespace"}
	}
	l.Experiment = e.ID
	return l, err
}

// A token of ours is one of the server's and how many runs of that page were
// given already.
func writeToken(token string, skip int) string { return strconv.Itoa(skip) + "." + token }

func readToken(text string) (token string, skip int, err error) {
	if text == "" {
		return "", 0, nil
	}
	number, token, ok := strings.Cut(text, ".")
	skip, err = strconv.Atoi(number)
	if !ok || err != nil || skip < 0 {
		return "", 0, &submit.Error{Kind: submit.Invalid, Message: "that is no page of a list", Advice: "take what the list before gave as its next page"}
	}
	return token, skip, nil
}
