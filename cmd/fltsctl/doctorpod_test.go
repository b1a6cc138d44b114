package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/resolve"
)

// shownPod is a pod whose keys come from everywhere.
func shownPod(t *testing.T) *doctor.OnePod {
	t.Helper()
	contract, err := resolve.ParseContract("contract.yaml", []byte(`
keys:
  ENDPOINT: {type: hostport, default: "minio:9000"}
  SECRET: {type: string, sensitive: true, required: true}
  MISSING: {type: string, required: true}
  OPTIONAL: {type: string}
  UNSURE: {type: string, default: one}
  UNSEEN: {type: string, sensitive: true, required: true}
  WRONG: {type: int}
`))
	require.NoError(t, err)
	values := func(all map[string]string) map[string]resolve.Value {
		m := map[string]resolve.Value{}
		for name, text := range all {
			m[name] = resolve.Plain(text)
		}
		return m
	}
	r := resolve.Resolve(resolve.Input{Contract: contract, Sources: []resolve.Source{
		{Name: "ConfigMap flts-config", Layer: resolve.ConfigMap, Values: values(map[string]string{"ENDPOINT": "h:1", "WRONG": "x\x1b[2J", "SECRET": ""})},
		{Name: "Secret flts-secrets", Layer: resolve.Secret, Values: values(map[string]string{"SECRET": "canary-9f3b", "ENDPOINT": "other:1"})},
	}})
	p := &doctor.OnePod{
		Pod: &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "train-x7k2p", Namespace: "mlops"},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "train:1"}}},
			Status:     corev1.PodStatus{Phase: corev1.PodRunning},
		},
		Container: "main", AppEnv: resolve.Prod, Notes: []string{"what the image sets is not seen\x1b[2J from here"},
	}
	for _, k := range r.Keys {
		key := doctor.PodKey{Resolved: k}
		if k.Key.Name == "UNSURE" || k.Key.Name == "UNSEEN" {
			key.Unless = "Secret more"
		}
		p.Keys = append(p.Keys, key)
	}
	return p
}

func TestPodTable(t *testing.T) {
	require.Equal(t, `pod train-x7k2p, container main, image train:1
KEY        VALUE      ORIGIN                               SHADOWED
ENDPOINT   h:1        ConfigMap flts-config                Secret flts-secrets, default
SECRET     ********   Secret flts-secrets                  ConfigMap flts-config (empty)
MISSING    -          not set
UNSURE     one        default, unless Secret more has it
UNSEEN     unknown    Secret more, not seen
WRONG      invalid    ConfigMap flts-config
note: what the image sets is not seen\x1b[2J from here
`, podTable(shownPod(t)))
}

func TestPodDocument(t *testing.T) {
	text, err := encodeJSON(newPodDocument(shownPod(t)), "  ")
	require.NoError(t, err)
	require.NotContains(t, string(text), "canary")
	require.JSONEq(t, `{
		"name": "train-x7k2p", "namespace": "mlops", "phase": "Running", "container": "main", "image": "train:1", "app_env": "prod",
		"keys": [
			{"name": "ENDPOINT", "set": true, "value": "h:1", "origin": "ConfigMap flts-config", "layer": "configmap", "shadowed": ["Secret flts-secrets", "default"]},
			{"name": "SECRET", "set": true, "value": "********", "sensitive": true, "origin": "Secret flts-secrets", "layer": "secret", "shadowed": ["ConfigMap flts-config (empty)"]},
			{"name": "MISSING", "set": false, "value": ""},
			{"name": "OPTIONAL", "set": false, "value": ""},
			{"name": "UNSURE", "set": true, "value": "one", "origin": "default", "layer": "defaults", "unless": "Secret more"},
			{"name": "UNSEEN", "set": false, "value": "", "sensitive": true, "unless": "Secret more"},
			{"name": "WRONG", "set": false, "value": "", "origin": "ConfigMap flts-config", "layer": "configmap"}
		],
		"notes": ["what the image sets is not seen\u001b[2J from here"]
	}`, string(text))
}
