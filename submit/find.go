package submit

import (
	"context"
	"fmt"
	"strings"
)

// Bounds of a search for a run.
const (
	minPrefix   = 4
	searchedFor = 1000 // runs, the newest first
	pageSize    = 200
)

// Find reads the run that a person means: by its id, by the beginning of its id
// if no other begins so, or by its name if no other has it. One that is archived
// is meant only if no other is.
func Find(ctx context.Context, b Backend, ref, namespace string) (Run, error) {
	run, err := b.Run(ctx, ref)
	if !IsKind(err, NotFound) && !IsKind(err, Invalid) { // a name need not look like an id
		return run, err
	}
	found, all, searchErr := search(ctx, b, ref, Query{Namespace: namespace})
	if searchErr == nil && len(found) == 0 {
		var allHidden bool
		found, allHidden, searchErr = search(ctx, b, ref, Query{Namespace: namespace, Archived: true})
		all = all && allHidden
	}
	switch {
	case searchErr != nil:
		return Run{}, searchErr
	case len(found) == 1:
		return b.Run(ctx, found[0].ID)
	case len(found) > 1:
		return Run{}, &Error{
			Kind:    Invalid,
			Message: fmt.Sprintf("%s means %d runs: %s", ref, len(found), fewIDs(found)),
			Advice:  "write more of the id",
		}
	}
	searched := "there is no run %s"
	if !all {
		searched = fmt.Sprintf("there is no run %%s among the last %d", searchedFor)
	}
	return Run{}, &Error{
		Kind:    NotFound,
		Message: fmt.Sprintf(searched, ref),
		Advice:  "fltsctl runs list shows what is there; ids and names are taken as they stand, ids also shortened",
		Err:     err,
	}
}

// search looks through a list of runs and reports whether it saw all of it.
func search(ctx context.Context, b Backend, ref string, q Query) (found []Run, all bool, err error) {
	q.Limit = pageSize
	for seen := 0; seen < searchedFor; {
		page, err := b.Runs(ctx, q)
		if err != nil {
			return nil, false, err
		}
		for _, r := range page.Runs {
			if r.Name == ref || len(ref) >= minPrefix && strings.HasPrefix(r.ID, ref) {
				found = append(found, r)
			}
		}
		if page.Next == "" {
			return found, true, nil
		}
		seen += max(len(page.Runs), 1)
		q.Page = page.Next
	}
	return found, false, nil
}

// fewIDs names some runs.
func fewIDs(runs []Run) string {
	var ids []string
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	if len(ids) > 3 {
		ids = append(ids[:3], "…")
	}
	return strings.Join(ids, ", ")
}
