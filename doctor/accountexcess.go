package doctor

import (
	"context"
	"fmt"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
)

// excess are rights that no component needs and that give away more than its own
// configuration, the widest first.
func (d *Doctor) excess() []cluster.Right {
	return []cluster.Right{
		{Verb: "*", Group: "*", Resource: "*"},
		{Verb: "get", Resource: "secrets"},
		{Verb: "list", Resource: "secrets"},
		{Verb: "*", Group: "*", Resource: "*", Namespace: d.Namespace},
		{Verb: "get", Resource: "secrets", Namespace: d.Namespace},
		{Verb: "list", Resource: "secrets", Namespace: d.Namespace},
		{Verb: "create", Resource: "pods", Subresource: "exec", Namespace: d.Namespace},
	}
}

func (d *Doctor) accountExcess(ctx context.Context) checklist.Finding {
	u, err := d.account(ctx)
	if err != nil {
		return d.couldNotLook(err)
	}
	var found []string
	var unseen error
	wide := map[string]bool{} // what it may do in the whole cluster
	for _, r := range d.excess() {
		text := rightTexts([]cluster.Right{r})[0]
		may, err := d.view.MayAccount(ctx, u.in(d.Namespace), r)
		switch {
		case err != nil:
			unseen = err
		case may && r.Namespace == "":
			wide[text] = true
			found = append(found, text+" in all namespaces")
		case may && !wide[text]:
			found = append(found, text+" in "+d.Namespace)
		}
		if may && r.Verb == "*" {
			break // all that follows is in it
		}
	}
	switch {
	case len(found) > 0:
		f := warn(codeMayTooMuch, fmt.Sprintf("service account %s may do more than a component needs: %s", u.name, enumerated(found, itself)), firstTen(found)...)
		return hinted(f, d.kubectl("")+" get rolebindings,clusterrolebindings -A -o wide | grep -w "+u.name)
	case unseen != nil:
		return d.couldNotLook(unseen)
	}
	return pass(fmt.Sprintf("%s may neither read all secrets nor enter pods", u.name))
}
