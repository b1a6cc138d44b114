package main

import (
	"context"

	"github.com/flts-run/flts-run/internal/form"
)

// contractValues is what --from-contract gives to the parameters of a form, and
// what there is to say of it.
func (r *runner) contractValues(context.Context, form.Form) (given []form.Given, notes []string, err error) {
	return nil, nil, usage("give the values as flags", "--from-contract is not in this build")
}
