package doctor

import (
	"context"
	"fmt"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
)

// accountChecks look at the service account of the pipelines and what it may do.
func (d *Doctor) accountChecks() []checklist.Check {
	const exists = "account.exists"
	check := func(id, title, need string, advisory bool, run func(context.Context) checklist.Finding) checklist.Check {
		return checklist.Check{ID: id, Target: "account", Title: title, Needs: []string{need}, Advisory: advisory, Run: run}
	}
	return []checklist.Check{
		check(exists, "the service account of the pipelines exists", reached, false, d.accountExists),
		check("account.token", "pods of the account get its token", exists, false, d.accountToken),
		check("account.rights", "the account may read what the platform reads with it", exists, false, d.accountRights),
		check("account.excess", "the account may do no more than that", exists, true, d.accountExcess),
		check("account.pullsecrets", "the logins for images are there", exists, true, d.pullSecrets),
	}
}

func (d *Doctor) accountExists(ctx context.Context) checklist.Finding {
	u, err := d.account(ctx)
	switch {
	case err != nil:
		return d.couldNotLook(err)
	case u.seen == nil:
		f := fail(codeNoAccount, fmt.Sprintf("there is no service account %s in %s (%s)", u.name, d.Namespace, u.why))
		return mended(f, checklist.Command{Line: d.kubectl(d.Namespace) + " create serviceaccount " + hint.ShellWord(u.name)})
	}
	return pass(fmt.Sprintf("service account %s: %s", u.name, u.why))
}
