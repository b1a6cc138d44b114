package doctor_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/resolve"
)

// inhabited is a namespace in which every check has something to look at.
const inhabited = `
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data: {APP_ENV: staging, MINIO_ENDPOINT: "minio-service.NS.svc.cluster.local:9000", MLFLOW_TRACKING_URI: "http://mlflow-service.NS.svc.cluster.local:5000", GATEWAY_URL: "http://fastapi-app.NS.svc.cluster.local:8000"}
---
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
stringData: {MINIO_ACCESS_KEY: trainer-key, MINIO_SECRET_KEY: aS3cretThatIsLong}
---
apiVersion: v1
kind: Service
metadata: {name: minio-service}
spec: {selector: {app: minio}, ports: [{port: 9000}]}
---
apiVersion: v1
kind: Service
metadata: {name: mlflow-service}
spec: {selector: {app: mlflow}, ports: [{port: 5000}]}
---
apiVersion: v1
kind: Service
metadata: {name: fastapi-app}
spec: {selector: {app: gateway}, ports: [{port: 8000}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {matchLabels: {app: minio}}, policyTypes: [Ingress]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: trainer}
spec:
  selector: {matchLabels: {app: trainer}}
  template:
    metadata: {labels: {app: trainer}}
    spec:
      containers:
      - name: main
        image: trainer
        envFrom: [{configMapRef: {name: flts-config}}, {secretRef: {name: flts-secrets}}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: main, image: trainer, env: [{name: K, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_ACCESS_KEY}}}]}]
`

// everything are options with which there is every check.
func everything(t testing.TB) func(o *doctor.Options) {
	p, err := pipeline.Load("../testdata/kfp/pipelines/flts-train.yaml")
	require.NoError(t, err)
	return func(o *doctor.Options) { o.Pipeline = p }
}

// doctorOf is a Doctor of the namespace with those options, whose API is not asked.
func doctorOf(t *testing.T, ns kubetest.Namespace, options func(*doctor.Options)) *doctor.Doctor {
	t.Helper()
	contract, err := resolve.Builtin()
	require.NoError(t, err)
	o := doctor.Options{Contract: contract, Namespace: ns.Name, ConfigMap: "flts-config", Secret: "flts-secrets"}
	options(&o)
	return doctor.New(viewOf(t, ns.Admin()), o)
}

// byID are the findings in short, but for who one is.
func byID(v checklist.Verdict) map[string]string {
	all := map[string]string{}
	for _, r := range v.Results {
		if r.ID != "api.identity" {
			all[r.ID] = fmt.Sprintf("%s %s %s", r.State, cmp.Or(r.Code, "-"), r.Detail)
		}
	}
	return all
}

// populated is what else has to be there for every check to read all that it may.
const populated = inhabited + `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: team}
spec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: ml}}}]}], egress: [{to: [{namespaceSelector: {matchLabels: {team: ml}}}]}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
data: {A: b}
---
apiVersion: v1
kind: Secret
metadata: {name: other}
stringData: {B: c}
---
apiVersion: v1
kind: Pod
metadata: {name: starting, labels: {pipelines.kubeflow.org/v2_component: "true"}}
spec:
  containers:
  - name: main
    image: trainer
    envFrom: [{configMapRef: {name: flts-config}}, {configMapRef: {name: other}}, {secretRef: {name: other}}]
---
apiVersion: v1
kind: Pod
metadata: {name: minio, labels: {app: minio}}
spec: {containers: [{name: main, image: minio}]}
---
apiVersion: v1
kind: Pod
metadata: {name: mlflow, labels: {app: mlflow}}
spec: {containers: [{name: main, image: mlflow}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: default, namespace: NS}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: default, namespace: NS}]
`

// settled is a namespace with all that, the Services that are not said in one of their
// own, and Kubeflow Pipelines in a third.
func settled(t *testing.T) (kubetest.Namespace, func(o *doctor.Options)) {
	ns, services, kfp := kubetest.New(t), kubetest.New(t), kubetest.New(t)
	ns.Apply(strings.Replace(populated, `, GATEWAY_URL: "http://fastapi-app.NS.svc.cluster.local:8000"`, "", 1))
	ns.Apply(readySlice("minio-service", 9000) + readySlice("mlflow-service", 5000))
	services.Apply(serviceYAML("fastapi-app", "{name: http, port: 8000}", "{ready: true}") + `
---
apiVersion: v1
kind: Pod
metadata: {name: gateway, labels: {app: fastapi-app}}
spec: {containers: [{name: main, image: gateway}]}
`)
	kfp.Apply(kfpServices("ml-pipeline", "minio-service") + `
---
apiVersion: v1
kind: ConfigMap
metadata: {name: metadata-grpc-configmap}
data: {METADATA_GRPC_SERVICE_HOST: metadata}
---
apiVersion: v1
kind: Secret
metadata: {name: mlpipeline-minio-artifact}
stringData: {accesskey: a, secretkey: b}
`)
	return ns, func(o *doctor.Options) {
		everything(t)(o)
		contract := *o.Contract
		contract.Namespace = services.Name
		o.Contract = &contract
		o.Servers = doctor.Servers{KFP: kfpOf(forOne), KFPNamespace: kfp.Name}
	}
}

// readySlice is what the cluster makes of a Service with a pod that is ready.
func readySlice(service string, port int) string {
	return fmt.Sprintf(`
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: %[1]s-1, labels: {kubernetes.io/service-name: %[1]s}}
addressType: IPv4
ports: [{port: %[2]d}]
endpoints: [{addresses: [10.1.2.3], conditions: {ready: true}}]
`, service, port)
}

// What the printed Role allows is all that the checks need, and each of its rules is
// needed by the checks that it names.
func TestRoleIsExact(t *testing.T) {
	ns, options := settled(t)
	haveArgo(ns) // what a cluster does not have needs no right
	s := scenario{options: options}
	d := doctorOf(t, ns, s.options)
	full := byID(s.examine(t, ns, ns.Admin()))

	role := d.Role(d.Checks())
	require.Equal(t, role, d.Role(doctorOf(t, ns, s.options).Checks()), "it is the same each time")
	_, err := ns.Cluster.Kubectl(t.Context(), ns.Admin(), role, "apply", "-f", "-")
	require.NoError(t, err)
	user, err := ns.User("role-of-" + ns.Name)
	require.NoError(t, err)
	for line := range strings.SplitSeq(role, "\n") {
		if command, ok := strings.CutPrefix(line, "# kubectl "); ok {
			_, err := typeLine(t, ns, ns.Admin(), "kubectl "+strings.Replace(command, "NAME", "role-of-"+ns.Name, 1))
			require.NoError(t, err, line)
		}
	}
	t.Cleanup(func() { unbind(t, ns, d.Rights(d.Checks())) })
	waitFor(t, user, d.Rights(d.Checks()))
	require.Equal(t, full, byID(s.examine(t, ns, user)), "with the Role everything is seen that the administrator sees:\n%s", role)

	// A check reads in one of several namespaces what the rules allow in each of them.
	named, needed := map[string][]string{}, map[string][]string{}
	for i, left := range d.Rights(d.Checks()) {
		t.Run(strings.Join(left.Resources, ",")+" in "+ns.Out(left.Namespace), func(t *testing.T) {
			rest := slices.Delete(slices.Clone(d.Rights(d.Checks())), i, i+1)
			rest = slices.DeleteFunc(rest, func(r doctor.Right) bool { // one for better hints allows it everywhere
				return r.Namespace == "" && len(r.Checks) == 0 && slices.Equal(r.Resources, left.Resources)
			})
			without := byID(s.examine(t, ns, userWith(t, ns, fmt.Sprintf("without-%d-%s", i, ns.Name), rest)))
			var blind []string
			for id, was := range full {
				is := without[id]
				if unseen(is) && is != was {
					blind = append(blind, id)
				} else {
					require.Equal(t, judgement(was), judgement(is), "%s, which was: %s", id, was)
				}
			}
			slices.Sort(blind)
			require.Subset(t, checksOf(t, d, left), blind, "what is not seen without it")
			kind := fmt.Sprint(left.Group, left.Resources, left.Verbs)
			named[kind] = append(named[kind], left.Checks...)
			needed[kind] = append(needed[kind], blind...)
		})
	}
	for kind, globs := range named {
		for _, glob := range globs {
			require.True(t, slices.ContainsFunc(needed[kind], func(id string) bool { ok, _ := path.Match(glob, id); return ok }), "%s does without %s", glob, kind)
		}
	}
}

// unseen reports a check that RBAC keeps from looking, or that needs one such.
func unseen(finding string) bool {
	return strings.HasPrefix(finding, "unknown FLTS-K09 ") || strings.HasPrefix(finding, "skip - ") && strings.HasSuffix(finding, "which could not look")
}

// judgement is a finding without its words, which may say less than before.
func judgement(finding string) string {
	state, rest, _ := strings.Cut(finding, " ")
	code, _, _ := strings.Cut(rest, " ")
	return state + " " + code
}

// Every right belongs to a check that there is.
func TestEveryRightHasACheck(t *testing.T) {
	d := doctorOf(t, kubetest.New(t), everything(t))
	checks := append(d.Checks(), d.InsideChecks()...)
	for _, r := range d.AllRights() {
		require.Empty(t, checklist.Unmatched(r.Checks, checks), "%+v", r)
		require.True(t, len(r.Checks) > 0 || r.For != "", "%+v is for nothing", r)
	}
}

// checksOf are the IDs of the checks that a right names.
func checksOf(t *testing.T, d *doctor.Doctor, r doctor.Right) []string {
	t.Helper()
	if len(r.Checks) == 0 {
		return nil
	}
	var ids []string
	for _, c := range (checklist.Selection{Only: r.Checks}).Of(d.Checks()) {
		if !c.Prerequisite {
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// userWith makes a user with those rights alone, and waits until the API knows them.
func userWith(t *testing.T, ns kubetest.Namespace, name string, rights []doctor.Right) (kubeconfig string) {
	t.Helper()
	kubeconfig, err := ns.User(name)
	require.NoError(t, err)
	rules := map[string][]rbacv1.PolicyRule{} // by namespace
	for _, r := range rights {
		rules[r.Namespace] = append(rules[r.Namespace], rbacv1.PolicyRule{APIGroups: []string{r.Group}, Resources: r.Resources, Verbs: r.Verbs, ResourceNames: r.Names})
	}
	var objects strings.Builder
	for namespace, all := range rules {
		kind, metadata := "Role", fmt.Sprintf("{name: %s, namespace: %q}", name, namespace)
		if namespace == "" {
			kind, metadata = "ClusterRole", fmt.Sprintf("{name: %s}", name)
		}
		text, err := yaml.Marshal(all)
		require.NoError(t, err)
		fmt.Fprintf(&objects, "apiVersion: rbac.authorization.k8s.io/v1\nkind: %s\nmetadata: %s\nrules:\n%s---\n", kind, metadata, text)
		fmt.Fprintf(&objects, "apiVersion: rbac.authorization.k8s.io/v1\nkind: %sBinding\nmetadata: %s\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: %s, name: %s}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: %s}]\n---\n",
			kind, metadata, kind, name, name)
	}
	if objects.Len() > 0 {
		_, err = ns.Cluster.Kubectl(t.Context(), ns.Admin(), objects.String(), "apply", "-f", "-")
		require.NoError(t, err)
		t.Cleanup(func() {
			_, err := ns.Cluster.Kubectl(context.WithoutCancel(t.Context()), ns.Admin(), objects.String(), "delete", "--ignore-not-found", "-f", "-")
			require.NoError(t, err)
		})
	}
	waitFor(t, kubeconfig, rights)
	return kubeconfig
}

// waitFor returns when the API has heard of new rights, which takes it some
// milliseconds.
func waitFor(t *testing.T, kubeconfig string, rights []doctor.Right) {
	t.Helper()
	api := viewOf(t, kubeconfig).API
	for _, r := range rights {
		name := ""
		if len(r.Names) > 0 {
			name = r.Names[0]
		}
		require.Eventually(t, func() bool {
			may, err := cluster.NewView(api).MayI(t.Context(), r.Verbs[0], r.Group, r.Resources[0], r.Namespace, name)
			return err == nil && may
		}, 10*time.Second, 5*time.Millisecond, "%+v", r)
	}
}

// unbind takes the printed roles and their bindings away again.
func unbind(t *testing.T, ns kubetest.Namespace, rights []doctor.Right) {
	t.Helper()
	done := map[string]bool{}
	for _, r := range rights {
		if done[r.Namespace] {
			continue
		}
		done[r.Namespace] = true
		kinds := []string{"role,rolebinding", "-n", r.Namespace}
		if r.Namespace == "" {
			kinds = []string{"clusterrole,clusterrolebinding"}
		}
		_, err := ns.Cluster.Kubectl(context.WithoutCancel(t.Context()), ns.Admin(), "", append([]string{"delete", "--ignore-not-found"}, append(kinds, "flts-doctor")...)...)
		require.NoError(t, err)
	}
}

// typeLine types a line into a shell that knows kubectl, and returns what it printed on
// stdout, and its error.
func typeLine(t *testing.T, ns kubetest.Namespace, kubeconfig, line string) (string, error) {
	t.Helper()
	bin := t.TempDir()
	require.NoError(t, os.Symlink(ns.KubectlPath(), filepath.Join(bin, "kubectl")))
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Env = []string{"PATH=" + bin + ":/usr/bin:/bin", "KUBECONFIG=" + kubeconfig, "HOME=" + bin}
	out, err := cmd.Output()
	return string(out), err
}

// A 403 to everything is unknown to every check, and what the hints say to type shows
// why.
func TestNothingPassesWithoutPermission(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(inhabited)
	nobody := ns.Reader("nobody", "")
	s := scenario{options: everything(t)}
	full := byID(s.examine(t, ns, ns.Admin()))
	verdict := s.examine(t, ns, nobody)
	seen := byID(verdict)
	asked := 0
	for _, r := range verdict.Results {
		switch {
		case r.ID == "api.reach" || r.ID == "api.identity":
			require.Equal(t, checklist.Pass, r.State, r.ID)
		case strings.HasPrefix(r.ID, "pipeline.") && r.State != checklist.Unknown:
			require.Equal(t, full[r.ID], seen[r.ID], "the file alone decides")
		case r.State == checklist.Unknown:
			require.Equal(t, "FLTS-K09", r.Code, r.ID)
			out, err := typeLine(t, ns, nobody, r.Hint)
			require.Error(t, err, r.Hint)
			require.Equal(t, "no\n", out, r.Hint)
			asked++
		default:
			require.Equal(t, checklist.Skip, r.State, "%s: %s", r.ID, r.Detail)
		}
	}
	require.Positive(t, asked)
	for _, r := range verdict.Roots() {
		require.Equal(t, "pipeline", r.Target, r.ID)
	}
}

// The hint of a 403 shows the same as the check has seen, in all of the cluster too.
func TestHintOfADeniedLook(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(inhabited)
	d := doctorOf(t, ns, everything(t))
	nobody := ns.Reader("nobody", "")
	somebody := userWith(t, ns, "somebody-"+ns.Name, []doctor.Right{
		{Namespace: "", Resources: []string{"namespaces", "services"}, Verbs: []string{"list"}},
		{Namespace: ns.Name, Resources: []string{"pods"}, Verbs: []string{"list"}},
		{Namespace: ns.Name, Resources: []string{"secrets"}, Verbs: []string{"get"}, Names: []string{"flts-secrets"}},
	})
	for name, c := range map[string]struct {
		look func(v *cluster.View) error
		hint string
	}{
		"a list":    {func(v *cluster.View) error { _, err := v.Pods(t.Context(), ns.Name); return err }, "kubectl -n NS auth can-i list pods"},
		"an object": {func(v *cluster.View) error { _, err := v.Secret(t.Context(), ns.Name, "flts-secrets"); return err }, "kubectl -n NS auth can-i get secrets/flts-secrets"},
		"of no namespace": {
			func(v *cluster.View) error { _, err := v.Namespaces(t.Context()); return err },
			"kubectl auth can-i list namespaces --all-namespaces",
		},
		"of all namespaces": {
			func(v *cluster.View) error { _, err := v.Services(t.Context(), ""); return err },
			"kubectl auth can-i list services --all-namespaces",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := d.CouldNotLook(c.look(viewOf(t, nobody)))
			require.Equal(t, checklist.Unknown, f.State)
			require.Equal(t, c.hint, ns.Out(f.Hint))
			out, err := typeLine(t, ns, nobody, f.Hint)
			require.Error(t, err)
			require.Equal(t, "no\n", out)

			require.NoError(t, c.look(viewOf(t, somebody)))
			out, err = typeLine(t, ns, somebody, f.Hint)
			require.NoError(t, err)
			require.Equal(t, "yes\n", out)
		})
	}
}

// viewOf is a look at the cluster with a login.
func viewOf(t *testing.T, kubeconfig string) *cluster.View {
	t.Helper()
	api, err := cluster.Open(kubetest.Config(t, kubeconfig))
	require.NoError(t, err)
	t.Cleanup(api.Close)
	return cluster.NewView(api)
}

// Without a way to the API there is one failure, and everything else is skipped.
func TestNothingPassesWithoutAWay(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(inhabited)
	for name, change := range map[string]func(*testing.T, *rest.Config){
		"dead":            closedPort,
		"silent":          impatient,
		"expired token":   bearing(expired),
		"deleted account": bearing(gone),
		"another cluster": certified(false, nil), // of a context that is the wrong one
		"no API":          answer(200, "text/html", "<html></html>"),
	} {
		t.Run(name, func(t *testing.T) {
			config := kubetest.Config(t, ns.Admin())
			change(t, config)
			verdict := scenario{options: everything(t)}.look(t, ns, config)
			require.Equal(t, "api.reach", verdict.Results[0].ID)
			require.Equal(t, checklist.Fail, verdict.Results[0].State)
			for _, r := range verdict.Results[1:] {
				require.Equal(t, checklist.Skip, r.State, r.ID)
				require.Equal(t, "api.reach", r.Because, r.ID)
			}
			require.Len(t, verdict.Roots(), 1)
		})
	}
}

// A context of another cluster that answers: that there is no such namespace explains
// whatever else is not there.
func TestWithoutTheNamespaceThereIsOneCause(t *testing.T) {
	ns := kubetest.New(t)
	verdict := scenario{options: func(o *doctor.Options) {
		everything(t)(o)
		o.Namespace = "not-on-this-cluster"
	}}.examine(t, ns, ns.Admin())
	var roots []string
	for _, r := range verdict.Roots() {
		roots = append(roots, r.ID+" "+r.Code)
	}
	require.Equal(t, []string{"api.namespace FLTS-K20"}, roots, "what follows from the namespace stands in consequences:\n%s", checklist.Table(verdict))
}
