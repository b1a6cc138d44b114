//go:build !linux

package watch

import (
	"context"
	"errors"
)

type notifier struct{}

func notifying([]string) (*notifier, error) { return nil, errors.ErrUnsupported }

func (*notifier) run(context.Context, chan<- struct{}) {}
