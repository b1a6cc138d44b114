package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/resolve"
)

// Codes of keys that a ConfigMap does not give.
const (
	codeNoKey      = "FLTS-K04" // a key is missing or has another name
	codeBinaryData = "FLTS-K27" // a key is in binaryData, which envFrom leaves out
)

// configMapKeys looks for keys that were meant and have another name, and for those that
// nothing else gives.
func (d *Doctor) configMapKeys(ctx context.Context) checklist.Finding {
	r := d.plainConfiguration(ctx)
	if r.configErr != nil {
		return d.couldNotLook(r.configErr)
	}
	found, renamed := d.misnamed(r, resolve.ConfigMap)
	for _, k := range r.Keys {
		if k.Key.Sensitive || !k.Key.Required || k.Winner >= 0 || renamed[k.Key.Name] {
			continue
		}
		if all := d.configuration(ctx); all.Get(k.Key.Name).Winner >= 0 {
			continue // the Secret has it
		} else if err := all.unseen(); err != nil {
			return d.couldNotLook(err)
		}
		found = append(found, d.mendedIn(r, resolve.ConfigMap, fail(codeNoKey, fmt.Sprintf("%s has no key %s, which is required", d.ConfigMap, k.Key.Name)),
			d.typedIntoConfigMap(k.Key.Name, k.Key.Placeholder(""))))
	}
	have, all := r.given(resolve.ConfigMap)
	return merged(found, fmt.Sprintf("%d of %s, the others have defaults", have, counted(all, "key")))
}

// configMapBinary looks for keys that kubectl put into binaryData, because a file was not
// UTF-8: a variable is never made of those.
func (d *Doctor) configMapBinary(ctx context.Context) checklist.Finding {
	r := d.plainConfiguration(ctx)
	if r.configErr != nil {
		return d.couldNotLook(r.configErr)
	}
	c := r.config
	var found []checklist.Finding
	for _, name := range slices.Sorted(maps.Keys(c.BinaryData)) {
		k := d.Contract.KeyFor(name)
		if k == nil && name != "APP_ENV" {
			continue
		}
		text, code, what := string(c.BinaryData[name]), codeBinaryData, "is in binaryData, of which envFrom makes no variable"
		if decoded, ok := fromUTF16(c.BinaryData[name]); ok {
			text, code, what = decoded, resolve.CodeNotText, "is UTF-16 text, so it is in binaryData, of which envFrom makes no variable"
		} else if !utf8.ValidString(text) {
			text, code, what = "", resolve.CodeNotText, "is no text, so it is in binaryData, of which envFrom makes no variable"
		}
		f := fail(code, name+" "+what)
		text = strings.TrimSpace(text)
		if k != nil && !k.Sensitive && text != "" && k.Takes(name, text) {
			f = d.mendedIn(r, resolve.ConfigMap, f, d.patch(resolve.ConfigMap, "merge", map[string]any{"data": map[string]string{name: text}, "binaryData": map[string]any{name: nil}}))
		} else {
			f = hinted(f, "make the key of text again: "+d.kubectl(d.Namespace)+" get configmap "+d.ConfigMap+" -o yaml")
		}
		found = append(found, f)
	}
	return merged(found, "no binary keys")
}
