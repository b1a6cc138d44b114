package doctor_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// Who may list Secrets and not get any one gets all of the findings about readers: none
// of them needs a value, and none is in a text.
func TestReadersNeedNoSecret(t *testing.T) {
	const value = "canary-s3cret"
	ns := kubetest.New(t)
	ns.Apply(bothObjects +
		deployment("missing", variable("secretKeyRef", "flts-secrets", "NONE", "")) + deployment("optional", variable("secretKeyRef", "flts-secrets", "NONE", ", optional: true")) +
		deployment("mode", mounts("{name: v, secret: {secretName: flts-secrets, defaultMode: 0400}}", "runAsUser: 1000")) +
		deployment("names", "containers: [{name: main, image: x, envFrom: [{secretRef: {name: flts-secrets}}], env: [{name: MINIO_SECRET_KEY, value: "+value+"}]}]") +
		deployment("subpath", "volumes: [{name: v, secret: {secretName: flts-secrets}}], containers: [{name: main, image: x, volumeMounts: [{name: v, mountPath: /f, subPath: MINIO_SECRET_KEY}]}]") +
		pod("stale", reads) + pod("stuck", reads))
	startedAt(ns, "stale", now().AddDate(-1, 0, 0))
	ns.Status("pod", "stuck", `{"phase":"Running","containerStatuses":[{"name":"main","image":"x","imageID":"","ready":false,"restartCount":3,
		"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":1,"message":"`+value+`"}}}]}`)
	ns.Status("pod", "stale", `{"message":"`+value+`"}`)
	verdict := scenario{only: []string{"readers.*", "pods.*"}}.examine(t, ns, ns.Reader("examiner", readersBut("")))
	states := map[string]checklist.State{}
	for _, r := range verdict.Results {
		states[r.ID] = r.State
	}
	require.Equal(t, map[string]checklist.State{
		"api.reach": checklist.Pass, "readers.found": checklist.Pass, "readers.missing": checklist.Fail, "readers.optional": checklist.Warn, "readers.mode": checklist.Fail,
		"readers.names": checklist.Warn, "readers.subpath": checklist.Warn, "readers.stale": checklist.Warn, "pods.stuck": checklist.Fail,
	}, states)
	text, err := json.Marshal(verdict.Results)
	require.NoError(t, err)
	require.NotContains(t, string(text), value)
	require.NotContains(t, string(text), base64.StdEncoding.EncodeToString([]byte(value)))
}
