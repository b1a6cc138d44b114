package doctor

import (
	"context"
	"fmt"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

const configMapIsThere = "configmap.present"

// configMapChecks look at the ConfigMap.
func (d *Doctor) configMapChecks() []checklist.Check {
	check := func(id, title string, run func(context.Context) checklist.Finding) checklist.Check {
		return checklist.Check{ID: id, Target: "configmap", Title: title, Needs: []string{configMapIsThere}, Run: run}
	}
	present := check(configMapIsThere, "the ConfigMap is in the namespace", d.configMapPresent)
	present.Needs = []string{reached}
	return []checklist.Check{
		present,
		check("configmap.keys", "the ConfigMap has its keys under the names of the contract", d.configMapKeys),
		check(configMapAddresses, "the addresses in the ConfigMap are addresses of servers", d.configMapFindings(configMapAddresses, "endpoint")),
		check(configMapValues, "the values in the ConfigMap are usable", d.configMapFindings(configMapValues, "value")),
		check("configmap.binary", "no key of the contract is in binaryData", d.configMapBinary),
		check(configMapSecrets, "no credential is in the ConfigMap", d.configMapSecrets),
		check("configmap.size", "the ConfigMap is below the limits of its size", d.configMapSize),
	}
}

func (d *Doctor) configMapPresent(ctx context.Context) checklist.Finding {
	c, err := d.view.ConfigMap(ctx, d.Namespace, d.ConfigMap)
	switch {
	case err == nil:
		return pass(fmt.Sprintf("%s has %s", d.ConfigMap, counted(len(c.Data)+len(c.BinaryData), "key")))
	case !absent(err):
		return d.couldNotLook(err)
	}
	o := object{kind: "configmap", title: "ConfigMap", name: d.ConfigMap, code: codeNoConfigMap, list: d.view.ConfigMaps, explains: []string{"policy/" + codeAppEnv}}
	o.seen = func(ctx context.Context, namespace string) error {
		_, err := d.view.ConfigMapMetadata(ctx, namespace, d.ConfigMap)
		return err
	}
	f := d.missing(ctx, o)
	if f.Fix == nil {
		f.Hint = d.kubectl(d.Namespace) + " create configmap " + d.ConfigMap + d.literals()
	}
	return f
}

// literals are the options of kubectl create that give a new ConfigMap what the contract
// wants to be told, or the addresses that it has otherwise.
func (d *Doctor) literals() string {
	var required, endpoints string
	for _, k := range d.Contract.Keys {
		if k.Required && !k.Sensitive {
			required += " --from-literal=" + k.Name + "=" + k.Placeholder("")
		}
	}
	for _, s := range d.Contract.Services {
		if k := d.Contract.Key(s.Endpoint); k != nil && !k.Sensitive && !k.Required && s.Check != resolve.Off {
			endpoints += " --from-literal=" + k.Name + "=" + k.Placeholder("")
		}
	}
	return required + endpoints
}

// setInConfigMap gives keys these values, and leaves the others as they are.
func (d *Doctor) setInConfigMap(values map[string]string) checklist.Command {
	return d.patch(resolve.ConfigMap, "merge", map[string]any{"data": values})
}

// typedIntoConfigMap gives a key the value that is typed.
func (d *Doctor) typedIntoConfigMap(variable, like string) checklist.Command {
	input := "the value of " + variable
	if like != "" {
		input += ", like " + like
	}
	return checklist.Command{Line: hint.PatchConfigMapOf(d.kubectl(d.Namespace), d.ConfigMap, variable), Input: input}
}
