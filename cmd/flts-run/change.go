package main

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/resolve"
)

// change is a way to give a key another value: something to type.
type change struct {
	Layer   resolve.Layer `json:"layer"`
	Command string        `json:"command"`
	Note    string        `json:"note,omitempty"`
}

// The names of the strategy for what holds the cluster's defaults.
const (
	clusterConfigMap = "flts-config"
	clusterSecret    = "flts-secrets"
)

// changes lists what would change the value of a key, highest layer first: only
// what is not outranked by the value that wins now. No command holds a sensitive
// value, and none replaces more than the key.
func (p *plan) changes(k *resolve.Resolved) []change {
	layer := resolve.Defaults
	if k.Winner >= 0 {
		layer = k.Candidates[k.Winner].Layer
	}
	if k.Key.Sensitive {
		return p.sensitiveChanges(k, layer)
	}
	name, value := k.Key.Name, k.Key.Placeholder(k.Value.String())
	param := strings.ToLower(name)
	list := []change{{resolve.Parameters, "--param " + param + "=" + value, "or a parameter " + param + " of the pipeline"}}
	if layer < resolve.ConfigMap {
		return list
	}
	list = append(list, change{
		resolve.ConfigMap,
		fmt.Sprintf(`kubectl -n %s patch configmap %s --type=merge -p '{"data":{"%s":"%s"}}'`, p.podNamespace(), clusterConfigMap, name, value),
		"",
	})
	if layer > resolve.ConfigMap || strings.HasPrefix(k.Origin(), "env") {
		list = append(list, change{resolve.ConfigMap, "export " + name + "=" + value, "or env: in the pod"})
	}
	return list
}

func (p *plan) sensitiveChanges(k *resolve.Resolved, layer resolve.Layer) []change {
	var fields []string
	for _, name := range p.groupOf(k.Key) {
		if other := p.contract.Key(name); !other.Optional || other == k.Key {
			fields = append(fields, fmt.Sprintf(`"%s":"VALUE"`, name))
		}
	}
	if fields == nil {
		fields = []string{fmt.Sprintf(`"%s":"VALUE"`, k.Key.Name)}
	}
	note := fmt.Sprintf(`then type {"stringData":{%s}} and Ctrl-D`, strings.Join(fields, ","))
	if layer < resolve.Secret {
		note = "it counts once " + k.Origin() + " is gone; " + note
	}
	return []change{{
		resolve.Secret,
		fmt.Sprintf("kubectl -n %s patch secret %s --type=merge --patch-file /dev/stdin", p.podNamespace(), clusterSecret),
		note,
	}}
}
