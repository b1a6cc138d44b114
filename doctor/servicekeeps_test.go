package doctor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// A fix changes what was wrong, and all else of the object stays.
func TestFixesKeepAllElse(t *testing.T) {
	for name, c := range map[string]struct {
		scenario
		look []string // what kubectl is asked afterwards
		left string
	}{
		"an endpoint": {
			scenario{
				objects: endpoint("store:80") + store, only: []string{"service.minio.port"},
				want: []checklist.Finding{{
					State: checklist.Fail, Code: "FLTS-K40", Detail: "Service store has no port 80, it has 9000 (api), 9001 (console)",
					Evidence: []string{"MINIO_ENDPOINT: host store, port 80 (ConfigMap flts-config)"},
					Hint:     `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"store.NS.svc.cluster.local:9000"}}'`,
				}},
			},
			[]string{"get", "configmap", "flts-config", "-o", "jsonpath={.data}"},
			`{"BUCKET_DATASET":"kept","MINIO_ENDPOINT":"store.NS.svc.cluster.local:9000"}`,
		},
		"the port of a Service": {
			scenario{
				objects: endpoint("store:9000") + service("store", `{selector: {app: store}, ports: [{name: web, port: 80}, {name: s3, port: 9000, targetPort: s3}]}`) + storePod,
				prepare: podIs("store-0", "10.244.2.1", "true"), only: []string{"service.minio.ready"},
				want: []checklist.Finding{{
					State: checklist.Fail, Code: "FLTS-K42", Detail: "port 9000 (s3) of Service store goes to the port named s3, and no container of its 1 ready pods has one of that name",
					Evidence: []string{"store-0"},
					Hint:     `kubectl -n NS patch service store --type=json -p '[{"op":"test","path":"/spec/ports/1/port","value":9000},{"op":"replace","path":"/spec/ports/1/targetPort","value":9000}]'`,
				}},
			},
			[]string{"get", "service", "store", "-o", "jsonpath={.spec.ports[*].name} {.spec.ports[*].port} {.spec.ports[*].targetPort} {.spec.selector}"},
			`web s3 80 9000 80 9000 {"app":"store"}`,
		},
		"a role": {
			scenario{
				objects: runner + bound(`[{apiGroups: [""], resources: [configmaps], verbs: [get, list, watch]}, {apiGroups: [""], resources: [secrets], resourceNames: [mlpipeline-minio-artifact], verbs: [get]}]`) + `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: pipeline-runner-reads-secrets}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [theirs], verbs: [get]}]
`,
				only: []string{"account.rights"},
				want: []checklist.Finding{{
					State: checklist.Fail, Code: "FLTS-K60", Detail: "service account pipeline-runner may not get secrets/flts-secrets",
					Hint: "kubectl -n NS create role pipeline-runner-reads-secrets --verb=get --resource=secrets --resource-name=flts-secrets --dry-run=client -o yaml | kubectl -n NS auth reconcile -f -",
				}},
			},
			[]string{"get", "role", "pipeline-runner-reads-secrets", "-o", "jsonpath={.rules[*].resourceNames}"},
			`["theirs"] ["flts-secrets"]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var at kubetest.Namespace
			prepare := c.prepare
			c.mends, c.prepare = true, func(ns kubetest.Namespace) {
				if at = ns; prepare != nil {
					prepare(ns)
				}
			}
			c.run(t)
			require.Equal(t, c.left, at.Out(at.Kubectl(c.look...)))
		})
	}
}
