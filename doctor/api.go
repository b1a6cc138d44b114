package doctor

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/near"
)

// Codes of the way to the cluster and of the namespace.
const (
	codeClock        = "FLTS-A06"
	codeNoNamespace  = "FLTS-K20" // there is no such namespace
	codeNamespaceEnd = "FLTS-K21" // it is being deleted
)

// apiChecks look at the way to the cluster, and whether the namespace is there.
func (d *Doctor) apiChecks() []checklist.Check {
	return []checklist.Check{
		{ID: reached, Target: "api", Title: "the Kubernetes API answers", Run: d.reach},
		{ID: "api.namespace", Target: "api", Title: "the namespace is there to stay", Needs: []string{reached}, Run: d.namespace},
		{ID: "api.identity", Target: "api", Title: "the API knows who asks", Needs: []string{reached}, Advisory: true, Run: d.identity},
	}
}

func (d *Doctor) reach(ctx context.Context) checklist.Finding {
	version, err := d.view.Version(ctx)
	f := pass("Kubernetes "+version+" answers", d.asked()...)
	switch {
	case cluster.Is(err, cluster.Denied):
		f.Detail = "it answers, and does not say which version it is"
	case err != nil:
		return d.noWay(err)
	}
	return d.compareClocks(f)
}

// asked is which cluster was asked.
func (d *Doctor) asked() []string {
	context := "the current context"
	if d.Context != "" {
		context = fmt.Sprintf("context %q", d.Context)
	}
	return []string{"server " + d.view.API.Address().String(), context}
}

// tolerance is by how much clocks may differ before it is said. It is that of the check
// of MinIO; S3 itself refuses from 15 minutes on.
const tolerance = 5 * time.Minute

// compareClocks is the finding, or a warning where the clocks differ.
func (d *Doctor) compareClocks(f checklist.Finding) checklist.Finding {
	by, differ := d.clockDiffers()
	if !differ {
		return f
	}
	return hinted(warn(codeClock, by, f.Evidence...), "on the machine whose clock is wrong: timedatectl set-ntp true")
}

// clockDiffers says by how much our clock is off, by the API server's latest answer.
func (d *Doctor) clockDiffers() (by string, differ bool) {
	theirs, ok := d.view.API.Clock()
	ahead := d.Now().Sub(theirs)
	if !ok || ahead.Abs() <= tolerance {
		return "", false
	}
	way := "ahead of"
	if ahead < 0 {
		way = "behind"
	}
	return fmt.Sprintf("our clock is %s %s that of the API server", roughly(ahead.Abs()), way), true
}

// roughly is a duration as people say it: "7m", "3h", "12d".
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.0fs", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0fm", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0fh", d.Hours())
	}
	return fmt.Sprintf("%.0fd", d.Hours()/24)
}

func (d *Doctor) namespace(ctx context.Context) checklist.Finding {
	namespace, err := d.view.Namespace(ctx, d.Namespace)
	switch {
	case absent(err):
		return d.noNamespace(ctx)
	case cluster.Is(err, cluster.Denied):
		// RBAC takes a namespace for something in itself, so that a Role may allow it.
		return hinted(d.couldNotLook(err), d.kubectl(d.Namespace)+" auth can-i get "+hint.ShellWord("namespaces/"+d.Namespace))
	case err != nil:
		return d.couldNotLook(err)
	case namespace.DeletionTimestamp != nil:
		f := fail(codeNamespaceEnd, "the namespace "+d.Namespace+" is being deleted, since "+date(namespace.DeletionTimestamp.Time)+": nothing new can be made in it")
		f.Explains = d.consequences()
		return hinted(f, d.kubectl("")+" get namespace "+hint.ShellWord(d.Namespace)+" -o jsonpath='{.status.conditions}'")
	}
	return pass("namespace " + d.Namespace + " exists")
}

// consequences are what follows from a namespace that is not there, or is being
// emptied: nothing that should be in it is, and endpoints are those of the contract,
// which nobody meant.
func (d *Doctor) consequences() []string {
	all := []string{
		"configmap/*", "secret/*", "policy/*", "egress/*", "readers/*", "pods/*", "account/*", "pipeline/*", "security/*",
		"kfp/" + codeNoSecret, "kfp/" + codeKFPMetadata, "kfp/" + codeLauncherStore,
	}
	for _, s := range d.Contract.Services {
		all = append(all, "service."+s.Name+"/*")
	}
	return all
}

func (d *Doctor) noNamespace(ctx context.Context) checklist.Finding {
	f := fail(codeNoNamespace, "there is no namespace "+d.Namespace, d.asked()...)
	f.Explains = d.consequences()
	f.Hint = d.kubectl("") + " get namespaces; another cluster? kubectl config get-contexts"
	all, err := d.view.Namespaces(ctx)
	if err != nil {
		return f // it is the same finding, without a suggestion
	}
	var names []string
	for _, n := range all {
		names = append(names, n.Name)
	}
	if meant := near.Name(d.Namespace, names); meant != "" {
		f.Hint = "did you mean " + meant + "? fltsctl doctor -n " + hint.ShellWord(meant)
	}
	return f
}

// anonymous is who everybody is who shows no login, where the API lets such in.
const anonymous = "system:anonymous"

func (d *Doctor) identity(ctx context.Context) checklist.Finding {
	who, err := d.view.WhoAmI(ctx)
	nobody := fail(codeLogin, "the API takes us for "+anonymous+": the kubeconfig gives no login", d.asked()...)
	nobody.Explains = []string{codeDenied}
	nobody = hinted(nobody, d.kubectl("")+" config view --minify")
	switch {
	case cluster.Is(err, cluster.NoSuchKind):
		return skip("this Kubernetes does not say who asks; it does since 1.28")
	case err == nil && who.Username == anonymous || cluster.Is(err, cluster.Denied) && !d.showsLogin():
		return nobody
	case err != nil:
		return d.couldNotLook(err)
	}
	return pass("we are "+who.Username, "groups "+groupsOf(who.Groups))
}

// groupsOf are the first ones: a company may put people into hundreds.
func groupsOf(all []string) string {
	const most = 8
	text := cmp.Or(strings.Join(all[:min(len(all), most)], ", "), "none")
	if more := len(all) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// showsLogin reports whether the kubeconfig has anything to log in with.
func (d *Doctor) showsLogin() bool {
	c := d.view.API.Config()
	return c.BearerToken != "" || c.BearerTokenFile != "" || c.ExecProvider != nil || c.AuthProvider != nil || c.Username != "" ||
		c.CertFile != "" || c.CertData != nil
}
