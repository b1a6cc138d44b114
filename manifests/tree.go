package manifests

import (
	"errors"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// File is one of those that are written.
type File struct {
	Path         string // with slashes, below the directory of the tree
	Text         string
	Confidential bool // it holds values of the Secret
}

// fileOf is the file of the objects of a part, in a tree.
var fileOf = map[Kind]string{
	Accounts: "serviceaccount.yaml", Roles: "rbac.yaml", ConfigMaps: "configmap.yaml", Secrets: "externalsecret.yaml", Policies: "networkpolicy.yaml",
	customizations: "kustomization.yaml",
}

// Tree makes a base for kustomize and an overlay for each environment, of which the
// Options say which it is. The ConfigMap of the base has what is the same everywhere,
// and each overlay what is its own.
//
// No Secret is in the tree. An environment with a Store has an ExternalSecret; another
// one has a Secret that kustomize makes of secret.env, a file that git is told to ignore
// and that is in the tree only when there are Credentials.
func Tree(environments []Options) ([]File, []Made, error) {
	var made []Made
	var data []map[string]string
	var faults []error
	for i := range environments {
		environments[i].inTree = true
		m, err := Make(environments[i])
		made, faults = append(made, m), append(faults, err)
		data = append(data, (&builder{Options: environments[i]}).configData())
	}
	if err := errors.Join(faults...); err != nil {
		return nil, nil, err
	}
	common := inAll(data)
	tree, err := base(environments[0], made[0], common)
	faults = append(faults, err)
	for i, o := range environments {
		overlay, err := overlay(o, made[i], data[i], common)
		tree, faults = append(tree, overlay...), append(faults, err)
	}
	slices.SortFunc(tree, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return tree, made, errors.Join(faults...)
}

// inAll is what all have with the same value.
func inAll(data []map[string]string) map[string]string {
	common := maps.Clone(data[0])
	for _, other := range data[1:] {
		common = intersection(common, other, true)
	}
	return common
}

// intersection is what of one is in the other with the same value, or is not.
func intersection(one, other map[string]string, in bool) map[string]string {
	some := maps.Clone(one)
	maps.DeleteFunc(some, func(name, value string) bool {
		v, has := other[name]
		return (has && v == value) != in
	})
	return some
}

// base is what does not depend on the environment.
func base(o Options, made Made, common map[string]string) ([]File, error) {
	b := builder{Options: o, labels: labelsOf(""), made: Made{Secret: made.Secret}}
	b.addAccount()
	b.addRoles()
	c := &corev1.ConfigMap{TypeMeta: typeMeta("v1", "ConfigMap"), ObjectMeta: b.meta(o.Contract.Objects.ConfigMap), Data: common}
	b.add(Object{Part: ConfigMaps}, c, comments{"": "What is the same in every environment."})
	return b.customized("base/", customization{Resources: []string{fileOf[Accounts], fileOf[Roles], fileOf[ConfigMaps]}})
}

// overlay is what one environment adds, or has otherwise.
func overlay(o Options, made Made, data, common map[string]string) ([]File, error) {
	dir := "overlays/" + string(o.Values.AppEnv) + "/"
	b := builder{Options: o}
	k := customization{
		Namespace: o.Namespace, Labels: []addedLabels{{map[string]string{instanceLabel: string(o.Values.AppEnv)}}},
		Resources: []string{"../../base", fileOf[Policies]}, Patches: []patch{{Path: fileOf[ConfigMaps]}},
	}
	c := &corev1.ConfigMap{
		TypeMeta:   typeMeta("v1", "ConfigMap"),
		ObjectMeta: metav1.ObjectMeta{Name: made.ConfigMap, Labels: map[string]string{versionLabel: digest(data)}},
		Data:       intersection(data, common, false),
	}
	if o.Immutable {
		c.Immutable = &o.Immutable
		k.Patches[0].Target, k.Patches[0].Options = &patched{c.Kind, o.Contract.Objects.ConfigMap}, &patchOptions{AllowNameChange: true}
	}
	b.add(Object{Part: ConfigMaps}, c, comments{"": "What this environment has besides the base, or otherwise."})
	b.made.Objects = append(b.made.Objects, of(Policies, made.Objects)...)
	if o.Store.Name != "" {
		k.Resources = append(k.Resources, fileOf[Secrets])
		b.made.Objects = append(b.made.Objects, of(Secrets, made.Objects)...)
		return b.customized(dir, k)
	}
	k.SecretGenerator = []generatedSecret{{made.Secret, []string{secretValues}, generation{true, labelsOf("")}}}
	secret := b.secretFiles(dir)
	tree, err := b.customized(dir, k)
	return append(tree, secret...), err
}

// customized is a directory of the objects, each part in its file.
func (b *builder) customized(dir string, k customization) ([]File, error) {
	k.TypeMeta = typeMeta("kustomize.config.k8s.io/v1beta1", "Kustomization")
	b.add(Object{Part: customizations}, k, comments{})
	var tree []File
	for _, part := range append(slices.Clone(Kinds), customizations) {
		if objects := of(part, b.made.Objects); len(objects) > 0 {
			tree = append(tree, File{Path: dir + fileOf[part], Text: Text(objects)})
		}
	}
	return tree, errors.Join(b.faults...)
}

func of(part Kind, objects []Object) []Object {
	return slices.DeleteFunc(slices.Clone(objects), func(o Object) bool { return o.Part != part })
}
