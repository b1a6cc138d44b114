package doctor

import (
	"context"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// seenFromInside says what a component sees of what is wrong with a Service, so that
// both are one thing to mend. Only what is sure is here.
func seenFromInside(code string) []string {
	switch strings.TrimPrefix(code, codePrefix) {
	case "K01", "D02", "D03": // no such Service there: its name does not exist
		return []string{"D01", "D02", "D03"}
	case "K02", "K41": // nothing is behind its address
		return []string{"T01", "T02"}
	case "K40": // nothing answers at that port of its address
		return []string{"T01", "T02"}
	}
	return nil
}

const codePrefix = "FLTS-"

// servicePrefix begins the targets of the checks of Services: "service.minio".
const servicePrefix = "service."

// Explain says, of a verdict that has both, which findings from outside account for
// which from inside: a Secret with a newline at its end for the login that MinIO refuses.
func (d *Doctor) Explain(ctx context.Context, v *checklist.Verdict) {
	for i := range v.Results {
		r := &v.Results[i]
		if r.Code == "" || r.Vantage != "" {
			continue
		}
		explains := slices.Concat(d.ofService(*r), d.ofConfiguration(ctx, *r), d.ofStart(*r, v.Results))
		r.Explains = append(slices.Clone(r.Explains), explains...)
	}
}

func (d *Doctor) ofService(r checklist.Result) []string {
	name, ok := strings.CutPrefix(r.Target, servicePrefix)
	if !ok {
		return nil
	}
	var explained []string
	for _, code := range seenFromInside(r.Code) {
		explained = append(explained, name+"/"+codePrefix+code)
	}
	return explained
}

// ofConfiguration is for what flts-run finds in the configuration too: it is said by
// both then, and once is enough.
func (d *Doctor) ofConfiguration(ctx context.Context, r checklist.Result) []string {
	var explained []string
	for _, f := range d.configuration(ctx).Findings {
		if f.Code != r.Code {
			continue
		}
		for _, s := range d.Contract.Services {
			if effects := d.Contract.Explained(f, s); effects != nil {
				explained = append(append(explained, effects...), s.Name+"/"+r.Code)
			}
		}
		explained = append(explained, "config/"+r.Code)
	}
	slices.Sort(explained)
	return slices.Compact(explained)
}

// ofStart is for a pod that does not start because the ConfigMap or the Secret is not
// there, or has not the key.
func (d *Doctor) ofStart(r checklist.Result, all []checklist.Result) []string {
	at := slices.IndexFunc(all, func(r checklist.Result) bool { return r.ID == insideLook && r.Code == codeNotStarted })
	if at < 0 {
		return nil
	}
	saying := map[string][]string{
		"K03": {`configmap "` + d.ConfigMap + `" not found`}, "K04": {"find key", "/" + d.ConfigMap},
		"K05": {`secret "` + d.Secret + `" not found`}, "S07": {"find key", "/" + d.Secret},
	}[strings.TrimPrefix(r.Code, codePrefix)]
	for _, words := range saying {
		if !strings.Contains(all[at].Detail, words) {
			return nil
		}
	}
	if saying == nil {
		return nil
	}
	return []string{"inside/" + codeNotStarted}
}
