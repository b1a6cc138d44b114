package kfp

import (
	"context"
	"time"

	"github.com/flts-run/flts-run/submit"
)

// submitOnce starts a run unless one of the same order is there. When it cannot be
// told whether the server acted, it waits for a server that still does, looks, and
// sends again. What it cannot do is to keep apart two that send at the same moment:
// the API has nothing that is taken once.
func (b *Backend) submitOnce(ctx context.Context, r newRun, w where) (rec record, existing bool, err error) {
	runs, err := b.marked(ctx, r, w)
	if err != nil || len(runs) > 0 {
		return firstOf(runs), true, err
	}
	for attempt := 1; ; attempt++ {
		rec, err := b.client.createRun(ctx, r)
		if err == nil && attempt == 1 {
			return rec, false, nil
		}
		if err == nil {
			return b.withoutTwins(ctx, rec, r, w), false, nil
		}
		if !submit.IsKind(err, submit.Unsettled) {
			return record{}, false, err
		}
		runs, lookErr := b.settled(ctx, r, w)
		switch {
		case submit.IsKind(lookErr, submit.Conflict):
			return record{}, false, lookErr
		case lookErr != nil, len(runs) == 0 && attempt == attempts:
			return record{}, false, err // that it may have happened matters more
		case attempt > 1 && len(runs) > 0:
			return b.single(ctx, runs), false, nil
		case len(runs) > 0: // one was sent: any other is somebody else's
			return runs[0], false, nil
		}
	}
}

// settled looks for the runs of an order until there is one, or until no server
// acts that long on what it was sent. A server that cannot be asked may be the
// reason for it all, and is asked again.
func (b *Backend) settled(ctx context.Context, r newRun, w where) ([]record, error) {
	started := time.Now()
	for pause := b.o.Settle / 8; ; pause *= 2 {
		waited := time.Since(started)
		runs, err := b.marked(ctx, r, w)
		firm := err != nil && !submit.IsKind(err, submit.Unusable)
		if len(runs) > 0 || firm || waited >= b.o.Settle {
			return runs, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(min(pause, b.o.Settle-waited)):
		}
	}
}

// withoutTwins is the run that was just started, or the one that the server
// started late: it may have acted on an earlier request after all.
func (b *Backend) withoutTwins(ctx context.Context, rec record, r newRun, w where) record {
	runs, err := b.marked(ctx, r, w)
	if err != nil {
		b.o.Notice("it could not be looked whether the server has acted twice: " + err.Error())
	}
	if len(runs) == 0 {
		return rec
	}
	return b.single(ctx, runs)
}

// single ends all runs of an order but the first. The order is carried out whether
// that succeeds or not.
func (b *Backend) single(ctx context.Context, runs []record) record {
	for _, twin := range runs[1:] {
		became := "; it is terminated and archived"
		if err := b.end(ctx, twin.ID); err != nil {
			became = ", and could not be ended: fltsctl runs terminate " + twin.ID
		}
		b.o.Notice("run " + twin.ID + " is a second one of the same order, because the server acted late" + became)
	}
	return runs[0]
}

// end terminates a run, unless it has ended, and archives it.
func (b *Backend) end(ctx context.Context, id string) error {
	if err := b.Terminate(ctx, id); err != nil && !submit.IsKind(err, submit.Conflict) {
		return err
	}
	return b.Archive(ctx, id)
}
