package main_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/scriptcmd"
)

// What doctor says of a real Kubernetes API, with the real kubectl as its user's tool.
// Each script has a namespace of its own name: mlops-secret in secret.txtar.
func TestDoctorScripts(t *testing.T) {
	cluster := kubetest.New(t)
	runOnCluster(t, cluster, "../../testdata/fltsctl/doctor", map[string]func(*testscript.TestScript, bool, []string){
		"exits":          scriptcmd.Exits,
		"secretsmanager": scriptcmd.SecretsManager(),
		"user":           user(cluster),
	})
}

// user NAME logs in as a user of that name from here on, who may do what RBAC says.
func user(cluster kubetest.Namespace) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: user NAME")
		}
		kubeconfig, err := cluster.User(args[0])
		ts.Check(err)
		ts.Setenv("KUBECONFIG", kubeconfig)
	}
}
