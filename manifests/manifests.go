// Package manifests writes the objects of Kubernetes that a contract asks for: the
// ConfigMap and the Secret that tasks read, the service account with its rights, and a
// network policy for the way to the services.
//
// It is pure: a contract, its values in one environment and options become text. The
// same input gives the same bytes. Whoever writes them decides where a Secret may go:
// an Object that is Confidential holds real values.
package manifests

import (
	"errors"
	"slices"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/flts-run/flts-run/resolve"
)

// Kind is a part of what is made, by which it can be asked for alone.
type Kind string

// The kinds, in the order in which they are written.
const (
	Accounts   Kind = "serviceaccount"
	Roles      Kind = "rbac"
	ConfigMaps Kind = "configmap"
	Secrets    Kind = "secret" // an ExternalSecret where there is a store
	Policies   Kind = "networkpolicy"
)

// Kinds are all of them.
var Kinds = []Kind{Accounts, Roles, ConfigMaps, Secrets, Policies}

// Options say what is made, for one environment.
type Options struct {
	Contract  *resolve.Contract
	Values    *resolve.Resolution // what flts-run has in that environment
	Namespace string              // of the runs
	Kinds     []Kind              // nil is all

	Account string // the service account of the runs
	// Rights are those of the account, where the Secret has that name.
	Rights func(secret string) []rbacv1.PolicyRule
	Grants []Grant // for others

	// Credentials are the values of the Secret, by key; nil is placeholders.
	Credentials map[string]string
	Keys        []string // sensitive keys that the Secret has beside the required ones
	Store       Store    // that keeps them, the zero Store is none

	// Immutable makes the ConfigMap, and a Secret with values, immutable, and adds a hash
	// of what they hold to their names: what is changed is another object.
	Immutable bool
	Egress    Egress

	inTree bool // kustomize writes the namespace, and makes the Secret
}

// Grant is a Role and who gets it.
type Grant struct {
	Name  string
	About string // what it is for
	Rules []rbacv1.PolicyRule
	To    rbacv1.Subject
}

// Object is one document.
type Object struct {
	Part         Kind
	Kind, Name   string
	Keys         []string // of a ConfigMap or a Secret
	Bytes        int      // of their values
	Confidential bool     // it holds values of the Secret
	Text         string   // YAML
}

// Fault is what keeps objects from being made, or is to be known about them.
type Fault struct{ What, Mend string }

func (f *Fault) Error() string { return f.What }

// Hint says what to type next.
func (f *Fault) Hint() string { return f.Mend }

// Status is that of wrong usage.
func (f *Fault) Status() int { return 64 }

// Made is what came of it.
type Made struct {
	Objects           []Object
	ConfigMap, Secret string   // their names, which pipelines refer to
	Warnings          []*Fault // of what is made all the same
}

// Make makes the objects of one environment. The error is all Faults, joined.
func Make(o Options) (Made, error) {
	b := builder{Options: o, labels: labelsOf(string(o.Values.AppEnv))}
	b.made.ConfigMap, b.made.Secret = o.Contract.Objects.ConfigMap, o.Contract.Objects.Secret
	data, credentials := b.configData(), b.credentials()
	if o.Immutable {
		b.made.ConfigMap += "-" + digest(data)
		if o.Credentials != nil && !o.inTree {
			b.made.Secret += "-" + slowDigest(credentials)
		}
	}
	for _, part := range []struct {
		kind Kind
		add  func()
	}{
		{Accounts, b.addAccount},
		{Roles, b.addRoles},
		{ConfigMaps, func() { b.addConfigMap(data) }},
		{Secrets, func() { b.addSecret(credentials) }},
		{Policies, b.addEgress},
	} {
		if o.Kinds == nil || slices.Contains(o.Kinds, part.kind) {
			part.add()
		}
	}
	return b.made, errors.Join(b.faults...)
}

// builder makes the objects and collects what is wrong.
type builder struct {
	Options
	labels map[string]string
	made   Made
	faults []error
}

func (b *builder) fault(what, mend string) { b.faults = append(b.faults, &Fault{what, mend}) }

func (b *builder) warn(what, mend string) {
	b.made.Warnings = append(b.made.Warnings, &Fault{what, mend})
}

// add writes an object down as a document.
func (b *builder) add(o Object, value any, c comments) {
	text, err := document(value, c)
	if err != nil {
		b.faults = append(b.faults, err)
		return
	}
	o.Text = text
	b.made.Objects = append(b.made.Objects, o)
}

// subject is the account of the runs.
func (b *builder) subject() rbacv1.Subject {
	return rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Name: b.Account, Namespace: b.written()}
}

func (b *builder) addAccount() {
	a := &corev1.ServiceAccount{TypeMeta: typeMeta("v1", "ServiceAccount"), ObjectMeta: b.meta(b.Account)}
	b.add(Object{Part: Accounts, Kind: a.Kind, Name: a.Name}, a, comments{})
}
