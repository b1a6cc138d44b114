package kfp

import (
	"context"
	"fmt"

	"github.com/flts-run/flts-run/submit"
)

// Terminate stops a run. KFP shows it as CANCELING first, and as FAILED or
// CANCELED in the end, by its version. A run that is being stopped already is none
// to complain about.
func (b *Backend) Terminate(ctx context.Context, id string) error {
	return b.act(ctx, id, b.client.terminate, func(state submit.State, err error) error {
		switch {
		case state == submit.Canceling:
			return nil
		case state.Final():
			return &submit.Error{Kind: submit.Conflict, Err: err, Message: fmt.Sprintf("run %s has ended already: %s", id, state)}
		}
		return err
	})
}

// Retry runs again what failed of a run.
func (b *Backend) Retry(ctx context.Context, id string) error {
	return b.act(ctx, id, b.client.retry, func(state submit.State, err error) error {
		switch {
		case !state.Final():
			return &submit.Error{Kind: submit.Conflict, Err: err, Message: fmt.Sprintf("run %s has not ended: %s", id, state), Advice: "fltsctl runs terminate " + id + ", and retry it when it has ended"}
		case state == submit.Succeeded || state == submit.Skipped:
			return &submit.Error{Kind: submit.Conflict, Err: err, Message: fmt.Sprintf("run %s did not fail: %s", id, state), Advice: "fltsctl submit starts another run"}
		}
		return err
	})
}

// Archive hides a run from lists.
func (b *Backend) Archive(ctx context.Context, id string) error {
	return b.act(ctx, id, b.client.archive, nil)
}

// act does something to a run. What the server refuses is explained by the state
// that the run has, where that explains it: the server's reasons are of its
// database and of Argo.
func (b *Backend) act(ctx context.Context, id string, do func(context.Context, string) error, byState func(submit.State, error) error) error {
	if err := checkID(id); err != nil {
		return err
	}
	err := do(ctx, id)
	if err == nil {
		return nil
	}
	if submit.IsKind(err, submit.NotFound) {
		return notFound(err, id)
	}
	refused := submit.IsKind(err, submit.Conflict) || submit.IsKind(err, submit.Invalid) || answerOf(err).status == 500
	if byState == nil || !refused {
		return err
	}
	rec, readErr := b.client.getRun(ctx, id)
	if readErr != nil {
		return err
	}
	return byState(stateOf(rec.State), err)
}
