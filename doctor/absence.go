package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/near"
)

// Codes of objects that are not there.
const (
	codeNoConfigMap = "FLTS-K03"
	codeNoSecret    = "FLTS-K05" // that of the contract, or of the launcher of KFP
)

// object is one that is not in the namespace, and how to look for it.
type object struct {
	kind, title string // "configmap", "ConfigMap"
	name        string
	code        string
	explains    []string
	seen        func(ctx context.Context, namespace string) error
	list        func(ctx context.Context, namespace string) ([]metav1.PartialObjectMetadata, error)
}

// missing says where an object is that is not where it should be: in another namespace,
// or under nearly that name.
func (d *Doctor) missing(ctx context.Context, o object) checklist.Finding {
	f := fail(o.code, fmt.Sprintf("there is no %s %s in %s", o.title, o.name, d.Namespace))
	f.Explains = o.explains
	if like := d.nearestObject(ctx, o); like != "" {
		f.Detail += ", which has " + like
		return mended(f, d.copied(o.kind, d.Namespace, like, d.Namespace, o.name))
	}
	where, looked, denied := d.elsewhere(ctx, o)
	if where != "" {
		f.Detail += "; it is in " + where
		return mended(f, d.copied(o.kind, where, o.name, d.Namespace, o.name))
	}
	if len(looked) > 0 {
		f.Evidence = append(f.Evidence, "not in "+someOf(looked, 5)+" either")
	}
	if denied > 0 {
		f.Evidence = append(f.Evidence, "may not look into "+counted(denied, "other namespace"))
	}
	return f
}

func (d *Doctor) nearestObject(ctx context.Context, o object) string {
	list, err := o.list(ctx, d.Namespace)
	if err != nil {
		return ""
	}
	var others []string
	for _, m := range list {
		others = append(others, m.Name)
	}
	return near.Name(o.name, others)
}

// elsewhere looks for the object in other namespaces, one by one: a list across all of
// them is more than an examination may ask for.
func (d *Doctor) elsewhere(ctx context.Context, o object) (where string, looked []string, denied int) {
	for _, namespace := range d.neighbours(ctx) {
		switch err := o.seen(ctx, namespace); {
		case err == nil:
			return namespace, looked, denied
		case absent(err):
			looked = append(looked, namespace)
		case cluster.Is(err, cluster.Denied):
			denied++
		default:
			return "", looked, denied // nobody answers any more
		}
	}
	return "", looked, denied
}

// neighbours are the namespaces in which an object could be by mistake, the likeliest
// first: those of the contract's services, of KFP, and of whatever else there is.
func (d *Doctor) neighbours(ctx context.Context) []string {
	const most = 50
	all := []string{d.Contract.Namespace}
	for _, k := range d.Contract.Keys {
		host, _, _ := strings.Cut(k.Default, ".svc")
		if labels := strings.Split(host, "."); host != k.Default && len(labels) == 2 {
			all = append(all, labels[1])
		}
	}
	all = append(all, "kubeflow", "default")
	if list, err := d.view.Namespaces(ctx); err == nil {
		for _, m := range list {
			all = append(all, m.Name)
		}
	}
	var different []string
	for _, namespace := range all {
		if namespace != d.Namespace && !strings.Contains(namespace, "$") && !slices.Contains(different, namespace) {
			different = append(different, namespace)
		}
	}
	return different[:min(most, len(different))]
}

// copied makes an object out of another one of its kind, with all that it holds. What
// belongs to the other one alone is left there: an owner in another namespace would have
// the copy deleted. What is there already is left alone.
func (d *Doctor) copied(kind, from, like, namespace, name string) checklist.Command {
	const of = `{"metadata":{"name":"%s","namespace":"%s","resourceVersion":null,"uid":null,"creationTimestamp":null,"managedFields":null,"ownerReferences":null,"finalizers":null}}`
	return checklist.Command{Line: fmt.Sprintf("%s get %s %s -o json | %s patch --local -f - --type=merge -p '"+of+"' -o json | %s create -f -",
		d.kubectl(from), kind, like, d.kubectl(""), name, namespace, d.kubectl(""))}
}
