package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/flts-run/flts-run/checklist"
)

// rbac looks at what the RoleBindings of the namespace give to service accounts. People
// may be meant to read everything; a task is not.
func (p *posture) rbac(ctx context.Context) checklist.Finding {
	bindings, err := p.view.RoleBindings(ctx, p.Namespace)
	if err != nil {
		return p.couldNotLook(err)
	}
	rules := ruleReader{posture: p, known: map[string][]rbacv1.PolicyRule{}}
	var evidence []string
	looked := 0
	for _, b := range bindings {
		accounts := serviceAccounts(b.Subjects)
		if accounts == nil {
			continue
		}
		looked++
		if verb := readsAnySecret(rules.of(ctx, b.RoleRef)); verb != "" {
			evidence = append(evidence, fmt.Sprintf("RoleBinding %s: %s may %s every Secret, by %s %s",
				b.Name, strings.Join(firstTen(accounts), ", "), verb, b.RoleRef.Kind, b.RoleRef.Name))
		}
	}
	slices.Sort(evidence)
	switch {
	case evidence != nil:
		return hinted(fail(codeAnySecret, fmt.Sprintf("%s service accounts read every Secret", counted(len(evidence), "RoleBinding lets", "RoleBindings let")), firstTen(evidence)...),
			p.kubectl(p.Namespace)+" get rolebindings -o wide")
	case rules.err != nil:
		return p.couldNotLook(rules.err)
	}
	return pass(fmt.Sprintf("%s of service accounts, none for every Secret", counted(looked, "RoleBinding")))
}

// serviceAccounts are the subjects that are tasks and not people.
func serviceAccounts(subjects []rbacv1.Subject) []string {
	var all []string
	for _, s := range subjects {
		if s.Kind == rbacv1.ServiceAccountKind || s.Kind == rbacv1.GroupKind && strings.HasPrefix(s.Name, "system:serviceaccounts") {
			all = append(all, s.Name)
		}
	}
	return all
}

// ruleReader reads the rules of roles, each role once. A role that a binding names and
// that does not exist gives nothing.
type ruleReader struct {
	*posture
	known map[string][]rbacv1.PolicyRule
	err   error
}

func (r *ruleReader) of(ctx context.Context, ref rbacv1.RoleRef) []rbacv1.PolicyRule {
	name := ref.Kind + "/" + ref.Name
	if rules, known := r.known[name]; known {
		return rules
	}
	rules, err := r.read(ctx, ref)
	if err != nil && !absent(err) {
		r.err = err
	}
	r.known[name] = rules
	return rules
}

func (r *ruleReader) read(ctx context.Context, ref rbacv1.RoleRef) ([]rbacv1.PolicyRule, error) {
	if ref.Kind == "ClusterRole" {
		role, err := r.view.ClusterRole(ctx, ref.Name)
		return role.Rules, err
	}
	roles, err := r.view.Roles(ctx, r.Namespace)
	i := slices.IndexFunc(roles, func(role rbacv1.Role) bool { return role.Name == ref.Name })
	if i < 0 {
		return nil, err
	}
	return roles[i].Rules, nil
}

// readsAnySecret is the verb with which the rules let Secrets be read that they do not
// name; "" for none. Who may list or watch them sees their values.
func readsAnySecret(rules []rbacv1.PolicyRule) string {
	for _, r := range rules {
		if !containsAny(r.APIGroups, "", "*") || !containsAny(r.Resources, "secrets", "*") {
			continue
		}
		for _, verb := range []string{"get", "list", "watch"} {
			if len(r.ResourceNames) == 0 && containsAny(r.Verbs, verb, "*") {
				return verb
			}
		}
	}
	return ""
}

func containsAny(words []string, one, other string) bool {
	return slices.Contains(words, one) || slices.Contains(words, other)
}
