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
	// Of those of the security list, what a reader alone does wrong is said without the
	// others.
	readers = append(readers, "security.egress", "security.environments", "security.external", "security.ingress", "security.modes")
	all := []Right{
		{here, core, []string{"namespaces"}, get, []string{here}, []string{"api.namespace", "security.mesh", "service.*.policy"}, ""},
		{here, core, []string{"configmaps"}, get, []string{d.ConfigMap}, []string{
			"configmap.*", "policy.*", "service.*", "pipeline.defaults", "security.changes", "security.documented", "security.environments", "security.immutable", "security.versioned",
		}, ""},
		{here, core, []string{"configmaps"}, list, nil, []string{"readers.missing", "readers.names"}, "the name of a ConfigMap that was meant"},
		{here, core, []string{"secrets"}, get, []string{d.Secret}, []string{
			"secret.*", "policy.complete", "policy.credentials", "policy.tls", "policy.verification", "service.*", "security.changes", "security.external", "security.git", "security.rotation",
		}, "no other Secret of components is read"},
		{here, core, []string{"secrets"}, list, nil, []string{"readers.missing", "readers.names"}, "their names: the values are not asked for, but RBAC knows no such difference"},
		{here, core, []string{"pods"}, list, nil, append([]string{"pods.*", "account.*", "service.*.policy", "egress.*"}, readers...), ""},
		{here, core, []string{"events"}, list, nil, []string{"pods.stuck"}, ""},
		{here, core, []string{"serviceaccounts"}, list, nil, []string{"account.*"}, ""},
		{here, "apps", []string{"deployments", "statefulsets"}, list, nil, readers, ""},
		{here, "batch", []string{"cronjobs", "jobs"}, list, nil, readers, ""},
		{here, "argoproj.io", argoKinds, list, nil, []string{"readers.*"}, "what Argo Workflows runs, where it is installed"},
		{here, rbacGroup, []string{"roles", "rolebindings"}, list, nil, []string{"security.rbac"}, ""},
		{here, "authorization.k8s.io", []string{"localsubjectaccessreviews"}, []string{"create"}, nil, nil, "account.rights, where nobody may give the ClusterRole below"},
	}
	all = append(all, d.serviceRights()...)
	all = append(all, d.kfpRights()...)
	return append(all,
		Right{"kube-system", core, []string{"namespaces"}, get, []string{"kube-system"}, []string{"egress.*"}, "its labels, of which policies speak"},
		Right{"kube-system", core, []string{"pods"}, list, nil, []string{"security.auditlog", "security.encryption"}, "the flags of the API server, where it runs in pods"},
		Right{"", "authorization.k8s.io", []string{"subjectaccessreviews"}, []string{"create"}, nil, []string{"account.excess"}, "what the account may do in all of the cluster: nothing is made, a question is asked"},
		Right{"", rbacGroup, []string{"clusterroles"}, get, nil, []string{"security.rbac"}, ""},
		Right{"", core, []string{"namespaces"}, list, nil, nil, "the name of a namespace that was meant"},
		Right{"", core, []string{"services"}, list, nil, nil, "the namespace of a Service that was meant"},
	)
}

const rbacGroup = "rbac.authorization.k8s.io"

// argoKinds are what Argo Workflows makes pods of.
var argoKinds = []string{"workflows", "workflowtemplates", "cronworkflows"}

// serviceRights are for the Services that endpoints name, and for what is behind them.
func (d *Doctor) serviceRights() []Right {
	get, list := []string{"get"}, []string{"list"}
	var all []Right
	for _, where := range d.serviceNamespaces() {
		policies := []string{"service.*.policy"}
		if where == d.Namespace {
			policies = append(policies, "egress.*", "security.egress", "security.ingress")
		}
		all = append(all,
			Right{where, core, []string{"services"}, []string{"get", "list"}, nil, []string{"service.*"}, ""},
			Right{where, "discovery.k8s.io", []string{"endpointslices"}, list, nil, []string{"service.*.ready"}, ""},
			Right{where, "networking.k8s.io", []string{"networkpolicies"}, list, nil, policies, ""},
		)
		if where != d.Namespace {
			all = append(all,
				Right{where, core, []string{"pods"}, list, nil, []string{"service.*.policy"}, "why no pod behind a Service is ready"},
				Right{where, core, []string{"namespaces"}, get, []string{where}, []string{"service.*.policy"}, "its labels, of which policies speak"},
			)
		}
	}
	return all
}

// kfpRights are for Kubeflow Pipelines itself, and for what it wants to find where its
// runs are. That is our namespace or its own.
func (d *Doctor) kfpRights() []Right {
	get, list, own := []string{"get"}, []string{"list"}, d.kfpNamespace()
	all := []Right{
		{own, core, []string{"services"}, list, nil, []string{"kfp.*"}, ""},
		{own, "discovery.k8s.io", []string{"endpointslices"}, list, nil, []string{"kfp.service", "kfp.store"}, ""},
	}
	for _, runs := range distinct(d.Namespace, own) {
		all = append(all,
			Right{runs, core, []string{"configmaps"}, get, []string{launcherConfigMap, metadataConfigMap}, []string{"kfp.artifact-secret", "kfp.endpoint", "kfp.launcher", "kfp.metadata", "kfp.store"}, ""},
			Right{runs, core, []string{"secrets"}, get, []string{artifactSecret}, []string{"kfp.artifact-secret"}, "the store of Kubeflow Pipelines; where its launcher is told another Secret, write that name"},
		)
	}
	return all
}

// serviceNamespaces are those in which the contract's services are by default, and that
// of the runs. What else the ConfigMap names is not known before somebody reads it.
func (d *Doctor) serviceNamespaces() []string {
	return distinct(d.Namespace, cmp.Or(d.defaultsNamespace(), d.Contract.Namespace, d.Namespace))
}

// insideRights are for --from-inside alone, which is looked at from a pod.
func (d *Doctor) insideRights() []Right {
	checks := []string{"inside.*"}
	return []Right{
		{d.Namespace, core, []string{"pods/exec"}, []string{"create", "get"}, nil, checks, "where a pod runs that reads the configuration"},
		{d.Namespace, core, []string{"pods"}, []string{"create", "get", "delete"}, nil, checks, "where none runs: a short-lived one"},
		{d.Namespace, core, []string{"pods/log"}, []string{"get"}, nil, checks, "what that wrote"},
	}
}

// Rights are what the checks need to see, and no more. What the API allows everybody who
// is known is not among them: its version, who one is, and what one may do.
func (d *Doctor) Rights(checks []checklist.Check) []Right {
	return slices.DeleteFunc(d.rights(), func(r Right) bool {
		return len(r.Checks) > 0 && len(r.globsOf(checks)) == 0
	})
}

// globsOf are the globs of a right for which there is a check.
func (r Right) globsOf(checks []checklist.Check) []string {
	none := checklist.Unmatched(r.Checks, checks)
	return slices.DeleteFunc(slices.Clone(r.Checks), func(glob string) bool { return slices.Contains(none, glob) })
}

// roleName is that of the roles and of their bindings.
const roleName = "flts-doctor"

// Role is what kubectl apply makes of the rights of the checks: a Role for each namespace and, for
// what belongs to none, a ClusterRole. Each rule says which checks are unknown without
// it, so that it can be left out with open eyes. At the end stand the commands that bind
// them to a user.
func (d *Doctor) Role(checks []checklist.Check) string {
	rights := d.Rights(checks)
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
		d.writeRole(&roles, namespace, checks, rights)
		bindings.WriteString("# " + d.bind(namespace) + "\n")
	}
	return "# What fltsctl doctor reads. Without a rule, the checks that stand above it are unknown.\n" +
		"# Where the ConfigMap names Services of other namespaces, which is not known before it\n# is read, they want the rules about services, endpointslices, networkpolicies and pods.\n" +
		roles.String() + "# NAME is the user; for a service account write --serviceaccount=NAMESPACE:NAME instead:\n" + bindings.String()
}

func (d *Doctor) writeRole(w *strings.Builder, namespace string, checks []checklist.Check, rights []Right) {
	kind, metadata := "Role", fmt.Sprintf("{name: %s, namespace: %q}", roleName, namespace)
	if namespace == "" {
		w.WriteString("# All of the cluster. Without this one, the rest works.\n")
		kind, metadata = "ClusterRole", fmt.Sprintf("{name: %s}", roleName)
	}
	fmt.Fprintf(w, "apiVersion: rbac.authorization.k8s.io/v1\nkind: %s\nmetadata: %s\nrules:\n", kind, metadata)
	for _, r := range rights {
		if r.Namespace == namespace {
			writeRule(w, r.globsOf(checks), r)
		}
	}
	if namespace == d.Namespace {
		d.writeInside(w)
	}
	w.WriteString("---\n")
}

// writeInside adds what --from-inside needs as comments: it runs a program, which nobody
// is to be allowed who only wants to look.
func (d *Doctor) writeInside(w *strings.Builder) {
	var rules strings.Builder
	for _, r := range d.insideRights() {
		writeRule(&rules, r.Checks, r)
	}
	w.WriteString("# For --from-inside too, take the signs away from these:\n")
	for line := range strings.Lines(rules.String()) {
		w.WriteString("# " + line)
	}
}

func writeRule(w *strings.Builder, checks []string, r Right) {
	for _, why := range []string{strings.Join(checks, ", "), r.For} {
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
