package kfp

import (
	"context"
	"errors"

	"github.com/flts-run/flts-run/submit"
)

// openEither asks KFP first, whose login is known to work, and Kubernetes for what
// KFP does not have: logs of pods that run, where KFP looks for them under another
// name, and of a certain try.
func (b *Backend) openEither(ctx context.Context, run submit.Run, task submit.Task, try int) (podLog, error) {
	fromKFP := errNoPod
	switch {
	case try > 0:
		fromKFP = noTries(run)
	case task.Pod != "":
		log, err := b.openNodeLog(ctx, run, task.Pod)
		if err == nil || ctx.Err() != nil {
			return log, err
		}
		fromKFP = err
	}
	log, err := b.openPodLog(ctx, run, task, try)
	var e *submit.Error
	switch {
	case errors.Is(err, ErrNoCluster), errors.Is(err, errNoPod):
		return log, fromKFP
	case try == 0 && task.Pod != "" && errors.As(err, &e):
		return log, &submit.Error{Kind: e.Kind, Message: fromKFP.Error() + "; " + e.Message, Advice: e.Advice, Err: err}
	}
	return log, err
}

// noTries is what KFP alone has of a certain try.
func noTries(run submit.Run) error {
	return &submit.Error{Kind: submit.Unsupported, Message: "KFP does not tell the tries of a task apart", Advice: kubectlLogs(run)}
}
