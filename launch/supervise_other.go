//go:build !linux || !(amd64 || arm64)

package launch

import "context"

// Supervisor stays beside a task. This system has none.
type Supervisor struct{}

// Supervise returns ErrCannotSupervise.
func Supervise() (*Supervisor, error) { return nil, ErrCannotSupervise }

// Run returns ErrCannotSupervise.
func (*Supervisor) Run(context.Context, Task) (Ending, error) { return Ending{}, ErrCannotSupervise }

// Reaper is "": nobody reaps.
func (*Supervisor) Reaper() string { return "" }
