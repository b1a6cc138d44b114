package doctor

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/resolve"
)

// pointed is the finding with the command that makes the endpoint that of a Service,
// in the ConfigMap. Where that cannot be typed blindly, it is the line to look.
func (d *Doctor) pointed(ctx context.Context, f checklist.Finding, s *resolve.Service, a address, to *corev1.Service) checklist.Finding {
	port, ok := d.meantPort(s, to, a.port)
	if !ok {
		return hinted(f, d.kubectl(to.Namespace)+" get service "+to.Name+" -o wide")
	}
	config := d.configuration(ctx).config
	entry, text := d.entryOf(ctx, a.key)
	value, ok := rehosted(text, a.fullName(to), port)
	switch {
	case !ok:
		return hinted(f, "set host and port of "+entry+" to those of the Service "+to.Name+" in "+to.Namespace)
	case d.configuration(ctx).configErr != nil || config.Immutable != nil && *config.Immutable:
		return hinted(f, "set "+entry+"="+value)
	}
	return mended(f, d.patch(resolve.ConfigMap, "merge", map[string]any{"data": map[string]string{entry: value}}))
}

// entryOf is the name under which the value of a key was given, and what was given:
// the name of a spelling, where that is what the ConfigMap has.
func (d *Doctor) entryOf(ctx context.Context, k *resolve.Resolved) (name, text string) {
	r := d.configuration(ctx)
	if r.configErr == nil {
		for _, spelling := range k.Key.Spellings {
			if given := r.config.Data[spelling.Name]; given != "" && strings.HasSuffix(k.Origin(), " "+spelling.Name) {
				return spelling.Name, given
			}
		}
	}
	return k.Key.Name, k.Value.Reveal()
}
