package manifests

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/resolve"
)

// credentials are the contents of the Secret: what was given, or a placeholder for each
// key that it has.
func (b *builder) credentials() map[string]string {
	keys := b.secretKeys()
	if b.Credentials != nil {
		return maps.Clone(b.Credentials)
	}
	data := map[string]string{}
	for _, k := range keys {
		data[k.Name] = placeholder(k)
	}
	return data
}

// placeholder stands where a value belongs. flts-run takes none of this form, and doctor
// says that nobody has filled it in.
func placeholder(k *resolve.Key) string { return "<" + k.Name + ">" }

// secretKeys are the keys that the Secret has, in the order of the contract: those that
// are required, those that were asked for, and what belongs to them. Others are left
// out, because a placeholder keeps a task from starting.
func (b *builder) secretKeys() []*resolve.Key {
	var sensitive []string
	groups := map[string]bool{}
	wanted := func(k *resolve.Key) bool { return k.Required || slices.Contains(b.Keys, k.Name) }
	for _, k := range b.Contract.Keys {
		if k.Sensitive {
			sensitive = append(sensitive, k.Name)
			groups[k.Group] = groups[k.Group] || wanted(k)
		}
	}
	for _, name := range b.Keys {
		if !slices.Contains(sensitive, name) {
			b.fault(fmt.Sprintf("%q is no sensitive key of the contract", name), near.DidYouMean(name, sensitive, "they are "+strings.Join(sensitive, ", ")))
		}
	}
	var keys []*resolve.Key
	for _, k := range b.Contract.Keys {
		if k.Sensitive && (wanted(k) || k.Group != "" && groups[k.Group] && !k.Optional) {
			keys = append(keys, k)
		}
	}
	return keys
}

// addSecret adds the Secret, or what makes it.
func (b *builder) addSecret(data map[string]string) {
	if b.Store.Name != "" {
		b.addExternalSecret()
		return
	}
	s := &corev1.Secret{TypeMeta: typeMeta("v1", "Secret"), ObjectMeta: b.meta(b.made.Secret), Type: corev1.SecretTypeOpaque}
	o := Object{Part: Secrets, Kind: s.Kind, Name: s.Name, Keys: slices.Sorted(maps.Keys(data)), Bytes: bytesOf(data)}
	if b.Credentials == nil {
		s.StringData = data // which people fill in as it is
		b.add(o, s, b.gaps())
		return
	}
	o.Confidential = true
	s.Data = map[string][]byte{}
	for name, value := range data {
		s.Data[name] = []byte(value)
	}
	if b.Immutable {
		s.Immutable = &b.Immutable
	}
	b.judgeSize(o, data)
	b.add(o, s, comments{})
}

// gaps say what belongs into each placeholder, and which keys there are besides.
func (b *builder) gaps() comments {
	c := comments{"": "Fill in what stands in <>: no task starts with it. Keep what is filled in out of git."}
	keys := b.secretKeys()
	for _, k := range keys {
		c["/stringData/"+k.Name] = k.Doc
	}
	for _, k := range b.Contract.Keys {
		if k.Sensitive && !slices.Contains(keys, k) {
			c[""] += "\nNot required, and left out: " + k.Name + ", " + k.Doc
		}
	}
	return c
}
