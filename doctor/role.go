package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// Right is something that checks read, and so need a permission for.
type Right struct {
	Namespace string // "" is all of the cluster
	Group     string // of the API, "" is the core
	Resources []string
	Verbs     []string
	Names     []string // the only ones; none is all
	Checks    []string // globs of those that are unknown without it; none means that it only makes a hint better
	For       string   // what it is for, where Checks do not say it: "the namespace that was meant"
}

// core is the group of ConfigMaps, Secrets, Services and pods.
const core = ""

// rights are all that the checks read: who adds a read to a check adds it here, and
// TestRoleIsExact says what is missing or too much. In a namespace the order is that of
// the report.
func (d *Doctor) rights() []Right {
	here, get, list := d.Namespace, []string{"get"}, []string{"list"}
	readers := []string{"readers.missing", "readers.mode", "readers.names", "readers.optional", "readers.stale", "readers.subpath"}
	all := []Right{
		{here, core, []string{"namespaces"}, get, []string{here}, []string{"api.namespace"}, ""},
		{here, core, []string{"configmaps"}, get, []string{d.ConfigMap}, []string{"configmap.*", "policy.*", "service.*"}, ""},
		{here, core, []string{"configmaps"}, list, nil, []string{"readers.missing", "readers.names"}, "the name of a ConfigMap that was meant"},
		{here, core, []string{"secrets"}, get, []string{d.Secret}, []string{"secret.*", "policy.complete", "policy.credentials", "policy.tls", "policy.verification"}, "no other Secret is read"},
		{here, core, []string{"secrets"}, list, nil, []string{"readers.missing", "readers.names"}, "their names: the values are not asked for, but RBAC knows no such difference"},
		{here, core, []string{"pods"}, list, nil, append([]string{"pods.*", "account.*"}, readers...), ""},
		{here, core, []string{"events"}, list, nil, []string{"pods.stuck"}, ""},
		{here, core, []string{"serviceaccounts"}, list, nil, []string{"account.*"}, ""},
		{here, "apps", []string{"deployments", "statefulsets"}, list, nil, readers, ""},
		{here, "batch", []string{"cronjobs", "jobs"}, list, nil, readers, ""},
		{here, "argoproj.io", []string{"workflows"}, list, nil, readers, ""},
		{here, "rbac.authorization.k8s.io", []string{"roles", "rolebindings"}, list, nil, []string{"account.excess"}, ""},
		{here, "authorization.k8s.io", []string{"localsubjectaccessreviews"}, []string{"create"}, nil, []string{"account.rights"}, ""},
	}
	for _, where := range d.serviceNamespaces() {
		all = append(all,
			Right{where, core, []string{"services"}, []string{"get", "list"}, nil, []string{"service.*"}, ""},
			Right{where, "discovery.k8s.io", []string{"endpointslices"}, list, nil, []string{"service.*.ready"}, ""},
			Right{where, "networking.k8s.io", []string{"networkpolicies"}, list, nil, []string{"service.*.policy"}, ""},
		)
	}
	return append(all,
		Right{"", "rbac.authorization.k8s.io", []string{"clusterroles", "clusterrolebindings"}, list, nil, []string{"account.excess"}, ""},
		Right{"", core, []string{"namespaces"}, list, nil, nil, "the name of a namespace that was meant"},
	)
}

// serviceNamespaces are those in which the contract's services are by default, and that
// of the runs.
func (d *Doctor) serviceNamespaces() []string {
	where := []string{d.Namespace}
	if other := cmp.Or(d.defaultsNamespace(), d.Contract.Namespace); other != "" && other != d.Namespace {
		where = append(where, other)
	}
	return where
}

// Rights are what the checks of these options need to see, and no more. What the API
// allows everybody who is known is not among them: its version, who one is, and what
// one may do.
func (d *Doctor) Rights() []Right {
	return slices.DeleteFunc(d.rights(), func(r Right) bool {
		return len(r.Checks) > 0 && len(d.globsOf(r)) == 0
	})
}

// globsOf are the globs of a right for which there is a check.
func (d *Doctor) globsOf(r Right) []string {
	none := checklist.Unmatched(r.Checks, d.Checks())
	return slices.DeleteFunc(slices.Clone(r.Checks), func(glob string) bool { return slices.Contains(none, glob) })
}

// roleName is that of the roles and of their bindings.
const roleName = "flts-doctor"

// Role is what kubectl apply makes of the rights: a Role for each namespace and, for
// what belongs to none, a ClusterRole. Each rule says which checks are unknown without
// it, so that it can be left out with open eyes. At the end stand the commands that bind
// them to a user.
func (d *Doctor) Role() string {
	rights := d.Rights()
	namespaces := []string{}
	for _, r := range rights {
		if !slices.Contains(namespaces, r.Namespace) {
			namespaces = append(namespaces, r.Namespace)
		}
	}
	// The namespace of the runs is the one without which there is nothing to see, the
	// rest of the cluster the one that is asked for last.
	rank := func(namespace string) int {
		switch namespace {
		case d.Namespace:
			return 0
		case "":
			return 2
		}
		return 1
	}
	slices.SortFunc(namespaces, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a, b)) })
	var roles, bindings strings.Builder
	for _, namespace := range namespaces {
		d.writeRole(&roles, namespace, rights)
		bindings.WriteString("# " + d.bind(namespace) + "\n")
	}
	return "# What fltsctl doctor reads. Without a rule, the checks that stand above it are unknown.\n" +
		roles.String() + "# NAME is the user; for a service account write --serviceaccount=NAMESPACE:NAME instead:\n" + bindings.String()
}

func (d *Doctor) writeRole(w *strings.Builder, namespace string, rights []Right) {
	kind, metadata := "Role", fmt.Sprintf("{name: %s, namespace: %q}", roleName, namespace)
	if namespace == "" {
		w.WriteString("# All of the cluster. Without this one, the rest works.\n")
		kind, metadata = "ClusterRole", fmt.Sprintf("{name: %s}", roleName)
	}
	fmt.Fprintf(w, "apiVersion: rbac.authorization.k8s.io/v1\nkind: %s\nmetadata: %s\nrules:\n", kind, metadata)
	for _, r := range rights {
		if r.Namespace == namespace {
			d.writeRule(w, r)
		}
	}
	w.WriteString("---\n")
}

func (d *Doctor) writeRule(w *strings.Builder, r Right) {
	for _, why := range []string{strings.Join(d.globsOf(r), ", "), r.For} {
		if why != "" {
			w.WriteString("# " + why + "\n")
		}
	}
	fmt.Fprintf(w, "- apiGroups: [%q]\n  resources: [%s]\n", r.Group, strings.Join(r.Resources, ", "))
	if len(r.Names) > 0 {
		fmt.Fprintf(w, "  resourceNames: [%s]\n", inYAML(r.Names))
	}
	fmt.Fprintf(w, "  verbs: [%s]\n", strings.Join(r.Verbs, ", "))
}

// inYAML is for names that YAML would take for something else: "1e3", "no".
func inYAML(names []string) string {
	var all []string
	for _, n := range names {
		all = append(all, fmt.Sprintf("%q", n))
	}
	return strings.Join(all, ", ")
}

// bind is the command that gives somebody the role of a namespace.
func (d *Doctor) bind(namespace string) string {
	if namespace == "" {
		return d.kubectl("") + " create clusterrolebinding " + roleName + " --clusterrole=" + roleName + " --user=NAME"
	}
	return d.kubectl(namespace) + " create rolebinding " + roleName + " --role=" + roleName + " --user=NAME"
}
