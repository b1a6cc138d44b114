package doctor_test

import (
	"context"
	"strings"
	"testing"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// kfpOf is a KFP of that health whose login may see the runs of all namespaces.
func kfpOf(health doctor.KFPHealth) *doctor.KFP {
	return &doctor.KFP{
		Where:   "kubectl's context dev",
		Health:  func(context.Context) (doctor.KFPHealth, error) { return health, nil },
		MayList: func(context.Context, string) error { return nil },
	}
}

// brokenKFP is one that cannot be asked.
func brokenKFP(fault *doctor.ServerFault) *doctor.KFP {
	return &doctor.KFP{Where: "http://ml-pipeline:8888", Health: func(context.Context) (doctor.KFPHealth, error) { return doctor.KFPHealth{}, fault }}
}

var (
	forOne  = doctor.KFPHealth{Version: "2.5.0"}
	forMany = doctor.KFPHealth{Version: "2.5.0", MultiUser: true}
	newest  = doctor.KFPHealth{Version: "2.17.0", MultiUser: true}
	dumb    = doctor.KFPHealth{MultiUser: true}
)

// kfpServices are Services of KFP as its manifests make them, with pods behind each.
func kfpServices(names ...string) string {
	ports := map[string]string{"ml-pipeline": "{name: http, port: 8888}, {name: grpc, port: 8887}", "minio-service": "{name: http, port: 9000}", "seaweedfs": "{name: http, port: 9000}"}
	var all strings.Builder
	for _, name := range names {
		all.WriteString(serviceYAML(name, ports[name], "{ready: true}", "{ready: true}"))
	}
	return all.String()
}

// serviceYAML is a Service with an address for each of the conditions.
func serviceYAML(name, ports string, conditions ...string) string {
	text := "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name + "}\nspec: {selector: {app: " + name + "}, ports: [" + ports + "]}\n"
	for i, c := range conditions {
		text += "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " + name + "-" + string(rune('a'+i)) +
			", labels: {kubernetes.io/service-name: " + name + "}}\naddressType: IPv4\nports: [{name: http, port: 8080}]\n" +
			"endpoints: [{addresses: [10.1.2." + string(rune('1'+i)) + "], conditions: " + c + "}]\n"
	}
	return text
}

// kfpScenario is a scenario of two namespaces: that of the user, and that in which KFP
// runs, which is KFP in the texts.
type kfpScenario struct {
	scenario
	own string // YAML that is applied in KFP's namespace
	kfp *doctor.KFP
	// alone says that the user's namespace is KFP's own.
	alone bool
}

func (s kfpScenario) run(t *testing.T) {
	t.Helper()
	own := kubetest.New(t)
	if s.own != "" {
		own.Apply(s.own)
	}
	given := s.options
	s.options = func(o *doctor.Options) {
		o.Servers = doctor.Servers{KFP: s.kfp, KFPNamespace: own.Name}
		if s.alone {
			o.Servers.KFPNamespace = o.Namespace
		}
		if given != nil {
			given(o)
		}
	}
	in := func(text string) string { return strings.ReplaceAll(text, "KFP-NS", own.Name) }
	s.objects = in(s.objects)
	for i, f := range s.want {
		f.Detail, f.Hint = in(f.Detail), in(f.Hint)
		for j := range f.Evidence {
			f.Evidence[j] = in(f.Evidence[j])
		}
		s.want[i] = f
	}
	s.scenario.run(t)
}

func only(check string) []string { return []string{check} }

func found(state checklist.State, code, detail, hint string, evidence ...string) []checklist.Finding {
	return []checklist.Finding{{State: state, Code: code, Detail: detail, Hint: hint, Evidence: evidence}}
}

// maySee is what lets a user look at the objects of a namespace.
const maySee = `- {apiGroups: [""], resources: [services, configmaps, secrets, namespaces], verbs: [get, list]}`

func TestKFPServerOfACluster(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, check string
		own         string
		kfp         *doctor.KFP
		want        []checklist.Finding
	}{
		{"healthy", "kfp.health", kfpServices("ml-pipeline"), kfpOf(forOne), found(checklist.Pass, "", "through kubectl's context dev", "")},
		{"no way", "kfp.health", kfpServices("ml-pipeline"), nil, found(checklist.Skip, "", "no way to the API server of Kubeflow Pipelines is known", "")},
		{"not installed", "kfp.health", "", kfpOf(forOne), found(checklist.Skip, "", "there is no Service ml-pipeline in KFP-NS: Kubeflow Pipelines is not installed there, and --host names none elsewhere", "")},
		{
			"a page", "kfp.health", kfpServices("ml-pipeline"), brokenKFP(&doctor.ServerFault{Code: "FLTS-K16", Message: "a web page answers", Hint: "correct --host"}),
			found(checklist.Fail, "FLTS-K16", "a web page answers", "correct --host"),
		},
		{
			"a name of the cluster", "kfp.health", kfpServices("ml-pipeline"), brokenKFP(&doctor.ServerFault{Code: "FLTS-D18", Message: "ml-pipeline is a name of the cluster, and this is outside of it", Hint: "leave --host out"}),
			found(checklist.Skip, "FLTS-D18", "ml-pipeline is a name of the cluster, and this is outside of it", "leave --host out"),
		},
		{
			"may not pass", "kfp.health", kfpServices("ml-pipeline"), brokenKFP(&doctor.ServerFault{Code: "FLTS-K09", Message: "may not go through", Hint: "kubectl auth can-i", Refused: true}),
			found(checklist.Unknown, "FLTS-K09", "may not go through", "kubectl auth can-i"),
		},
		{"version 2", "kfp.version", kfpServices("ml-pipeline"), kfpOf(forMany), found(checklist.Pass, "", "version 2.5.0, for many users", "")},
		{
			"version 1", "kfp.version", kfpServices("ml-pipeline"), kfpOf(doctor.KFPHealth{Version: "1.8.22"}),
			found(checklist.Fail, "FLTS-K65", "version 1.8.22 takes no pipeline that version 2 of the SDK compiled", "pip install 'kfp<2' to compile for it, or have it upgraded"),
		},
		{
			"no version", "kfp.version", kfpServices("ml-pipeline"), kfpOf(doctor.KFPHealth{}),
			found(checklist.Unknown, "", "it does not say which version it is, for one user", "kubectl -n KFP-NS get deployment ml-pipeline -o jsonpath='{.spec.template.spec.containers[*].image}'"),
		},
		{"anybody", "kfp.identity", kfpServices("ml-pipeline"), kfpOf(forOne), found(checklist.Pass, "", "it asks for no user", "")},
		{"a user", "kfp.identity", kfpServices("ml-pipeline"), kfpOf(forMany), found(checklist.Pass, "", "the login may see runs in NS", "")},
		{
			"for one user", "kfp.namespace", kfpServices("ml-pipeline"), kfpOf(forOne),
			[]checklist.Finding{{State: checklist.Warn, Code: "FLTS-K66", Detail: "all runs of this Kubeflow Pipelines are in KFP-NS, and get nothing of NS", Hint: "fltsctl doctor -n KFP-NS"}},
		},
		{"for many users", "kfp.namespace", kfpServices("ml-pipeline"), kfpOf(forMany), found(checklist.Pass, "", "runs are in NS", "")},
		{"two pods", "kfp.service", kfpServices("ml-pipeline"), nil, found(checklist.Pass, "", "ml-pipeline in KFP-NS, 2 of 2 pods ready", "")},
		{
			"one of two", "kfp.service", serviceYAML("ml-pipeline", "{name: http, port: 8888}, {name: grpc, port: 8887}", "{ready: true}", "{ready: false}"), nil,
			found(checklist.Pass, "", "ml-pipeline in KFP-NS, 1 of 2 pods ready", ""),
		},
		{
			"not ready", "kfp.service", serviceYAML("ml-pipeline", "{name: http, port: 8888}, {name: grpc, port: 8887}", "{ready: false}"), nil,
			found(checklist.Fail, "FLTS-K55", "none of 1 pods behind the Service ml-pipeline in KFP-NS is ready", "kubectl -n KFP-NS describe pods -l app=ml-pipeline"),
		},
		{
			"no pod", "kfp.service", serviceYAML("ml-pipeline", "{name: http, port: 8888}, {name: grpc, port: 8887}"), nil,
			found(checklist.Fail, "FLTS-K55", "no pod is behind the Service ml-pipeline in KFP-NS", "kubectl -n KFP-NS get service ml-pipeline -o wide; kubectl -n KFP-NS get pods --show-labels"),
		},
		{
			"no port for tasks", "kfp.service", serviceYAML("ml-pipeline", "{name: http, port: 8888}", "{ready: true}"), nil,
			found(checklist.Fail, "FLTS-K16", "the Service ml-pipeline in KFP-NS has no port 8887 for gRPC, which tasks speak", "kubectl -n KFP-NS get service ml-pipeline -o wide"),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			kfpScenario{scenario: scenario{only: only(c.check), want: c.want}, own: c.own, kfp: c.kfp}.run(t)
		})
	}
}

func TestKFPRefusesTheUser(t *testing.T) {
	kfp := kfpOf(forMany)
	kfp.MayList = func(_ context.Context, namespace string) error {
		return &doctor.ServerFault{Message: "cannot list runs: User 'me' is not authorized in namespace " + namespace, Hint: "ask", Refused: true}
	}
	kfpScenario{scenario: scenario{only: only("kfp.identity"), want: []checklist.Finding{{
		State: checklist.Fail, Code: "FLTS-A11", Detail: "cannot list runs: User 'me' is not authorized in namespace NS", Hint: "ask", Refused: true,
	}}}, own: kfpServices("ml-pipeline"), kfp: kfp}.run(t)
}

func TestKFPElsewhere(t *testing.T) {
	kfp := kfpOf(forMany)
	kfp.Where, kfp.Named = "https://kfp.example", true
	kfpScenario{scenario: scenario{only: []string{"kfp.service", "kfp.health"}, want: []checklist.Finding{
		{State: checklist.Skip, Detail: "Kubeflow Pipelines is reached at https://kfp.example, and no Service ml-pipeline is in KFP-NS"},
		{State: checklist.Pass, Detail: "through https://kfp.example"},
	}}, kfp: kfp}.run(t)
}

// Its own namespace is nobody's.
func TestKFPForManyUsersAndItsOwnNamespace(t *testing.T) {
	kfpScenario{scenario: scenario{only: only("kfp.namespace"), objects: kfpServices("ml-pipeline"), want: []checklist.Finding{{
		State: checklist.Warn, Code: "FLTS-K66", Detail: "runs are in the namespaces of their users, and none is in NS",
		Hint: "kubectl get namespaces -l app.kubernetes.io/part-of=kubeflow-profile; then fltsctl doctor -n NAMESPACE",
	}}}, kfp: kfpOf(forMany), alone: true}.run(t)
}

const artifactSecret = `---
apiVersion: v1
kind: Secret
metadata: {name: mlpipeline-minio-artifact, labels: {made: here}}
stringData: {accesskey: minio, secretkey: minio123}
`

func launcherYAML(data string) string {
	return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: kfp-launcher}\ndata:\n" + data
}

const (
	ownStore = `  defaultPipelineRoot: s3://runs/kfp
  providers: |
    s3:
      Default:
        endpoint: minio.NS:9000
        disableSSL: true
        credentials: {fromEnv: false, secretRef: {secretName: store, accessKeyKey: user, secretKeyKey: password}}
      overrides:
      - {bucketName: a, credentials: {fromEnv: true}}
`
	ambient   = "  defaultPipelineRoot: s3://runs/kfp\n  providers: 's3: {default: {endpoint: s3.eu-west-1.amazonaws.com, credentials: {fromEnv: true}}}'\n"
	withLogin = "  providers: 'minio: {default: {endpoint: \"http://me:canary-secret@store:9000\", credentials: {fromEnv: true}}}'\n"
	kfpBroken = `  defaultPipelineRoot: runs/kfp
  providers: |
    minio: {default: {endpoint: "x:9000"}, overrides: [{bucketName: b}]}
    s3: {overrides: []}
    gs: {default: {credentials: {secretRef: {secretName: s}}}}
`
)

func TestKFPLauncher(t *testing.T) {
	for _, c := range []struct {
		name, check, objects, own string
		kfp                       *doctor.KFP
		want                      []checklist.Finding
	}{
		{"none", "kfp.launcher", "", "", kfpOf(forMany), found(checklist.Pass, "", "none in NS, so artifacts go below minio://mlpipeline/v2/artifacts", "")},
		{"a good one", "kfp.launcher", launcherYAML(ownStore), "", kfpOf(forMany), found(checklist.Pass, "", "artifacts go below s3://runs/kfp", "")},
		{"that of KFP itself", "kfp.launcher", launcherYAML(kfpBroken), launcherYAML(ownStore), kfpOf(forOne), found(checklist.Pass, "", "artifacts go below s3://runs/kfp", "")},
		{"broken", "kfp.launcher", launcherYAML(kfpBroken), "", kfpOf(forMany), found(
			checklist.Fail, "FLTS-K56", `5 mistakes in ConfigMap kfp-launcher in NS: defaultPipelineRoot "runs/kfp" begins with none of minio://, s3://, gs://`, "kubectl -n NS edit configmap kfp-launcher",
			`defaultPipelineRoot "runs/kfp" begins with none of minio://, s3://, gs://`, "providers.minio.default has no credentials", "providers.minio.overrides[0] has no credentials",
			"providers.s3.default has no credentials", "providers.gs.default.credentials.secretRef has no tokenKey",
		)},
		{"broken, and what it names", "kfp.artifact-secret", launcherYAML(kfpBroken), "", kfpOf(forMany), found(checklist.Skip, "", "ConfigMap kfp-launcher cannot be used", "")},

		{"the same store", "kfp.endpoint", launcherYAML(ownStore) + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: flts-config}\ndata: {MINIO_ENDPOINT: 'minio.NS.svc.cluster.local:9000'}\n", "", kfpOf(forMany), found(checklist.Pass, "", "both are minio.NS.svc.cluster.local:9000", "")},
		{"another store", "kfp.endpoint", launcherYAML(ownStore), "", kfpOf(forMany), found(
			checklist.Warn, "FLTS-K58", "artifacts go to minio.NS:9000, and MINIO_ENDPOINT is minio-service.default.svc.cluster.local:9000", "kubectl -n NS get configmap kfp-launcher -o jsonpath='{.data.providers}'",
		)},
		{"another store, with a login", "kfp.endpoint", launcherYAML(withLogin), "", kfpOf(forMany), found(
			checklist.Warn, "FLTS-K58", "artifacts go to http://********@store:9000, and MINIO_ENDPOINT is minio-service.default.svc.cluster.local:9000", "kubectl -n NS get configmap kfp-launcher -o jsonpath='{.data.providers}'",
		)},
		{"no store", "kfp.endpoint", "", "", kfpOf(forMany), found(checklist.Skip, "", "ConfigMap kfp-launcher names no endpoint for minio://", "")},

		{"all credentials", "kfp.artifact-secret", artifactSecret, "", kfpOf(forMany), found(checklist.Pass, "", "Secret mlpipeline-minio-artifact in NS, with all keys", "")},
		{"those of the pod", "kfp.artifact-secret", launcherYAML(ambient), "", kfpOf(forMany), found(checklist.Skip, "", "the launcher takes the credentials of its object store from the environment of its pod", "")},
		{
			"no credentials anywhere", "kfp.artifact-secret", "", "", kfpOf(forMany),
			found(checklist.Fail, "FLTS-K05", "there is no Secret mlpipeline-minio-artifact in NS, and no run there can read or write an artifact", "kubectl -n KFP-NS get secrets"),
		},
		{
			"no credentials of one's own", "kfp.artifact-secret", "", "", kfpOf(forOne),
			found(checklist.Fail, "FLTS-K05", "there is no Secret mlpipeline-minio-artifact in KFP-NS, and no run there can read or write an artifact", "kubectl get secrets -A | grep mlpipeline-minio-artifact"),
		},
		{
			"nobody knows where runs are", "kfp.artifact-secret", "", "", nil,
			found(checklist.Unknown, "", "there is no Secret mlpipeline-minio-artifact in NS, and no run there can read or write an artifact, and Kubeflow Pipelines does not say whether its runs are there at all", "kubectl get namespace NS --show-labels"),
		},

		{"the store of KFP", "kfp.store", "", kfpServices("minio-service"), kfpOf(forMany), found(checklist.Pass, "", "minio-service in KFP-NS, 2 of 2 pods ready", "")},
		{"the new store of KFP", "kfp.store", "", kfpServices("seaweedfs", "minio-service"), kfpOf(newest), found(checklist.Pass, "", "seaweedfs in KFP-NS, 2 of 2 pods ready", "")},
		{"one of both", "kfp.store", "", kfpServices("seaweedfs"), kfpOf(dumb), found(checklist.Pass, "", "seaweedfs in KFP-NS, 2 of 2 pods ready", "")},
		{
			"the new store under an old version", "kfp.store", "", kfpServices("seaweedfs"), kfpOf(forMany),
			found(checklist.Warn, "FLTS-D03", "version 2.5.0 keeps artifacts in minio-service.KFP-NS:9000, and only the Service seaweedfs is there", "kubectl -n KFP-NS get services,pods"),
		},
		{
			"no store of KFP", "kfp.store", "", "", kfpOf(forMany),
			found(checklist.Fail, "FLTS-K55", "artifacts go to the store of Kubeflow Pipelines, and neither Service minio-service nor seaweedfs is in KFP-NS", "kubectl -n KFP-NS get services,pods"),
		},
		{"a store of the world", "kfp.store", launcherYAML(ambient), "", kfpOf(forMany), found(checklist.Skip, "", "artifacts go to s3.eu-west-1.amazonaws.com, which is outside of the cluster", "")},
		{"one's own store", "kfp.store", launcherYAML(ownStore) + serviceYAML("minio", "{port: 9000}", "{ready: true}"), "", kfpOf(forMany), found(checklist.Pass, "", "minio in NS, 1 of 1 pods ready", "")},
		{
			"one's own store that is not there", "kfp.store", launcherYAML(ownStore), "", kfpOf(forMany),
			found(checklist.Fail, "FLTS-K55", "ConfigMap kfp-launcher in NS names minio.NS:9000, and there is no Service minio in NS", "kubectl get services -A | grep minio"),
		},

		{"no metadata, and none needed", "kfp.metadata", "", "", kfpOf(newest), found(checklist.Skip, "", "version 2.17.0 does without ConfigMap metadata-grpc-configmap", "")},
		{"metadata", "kfp.metadata", metadataYAML("METADATA_GRPC_SERVICE_HOST"), "", kfpOf(forMany), found(checklist.Pass, "", "ConfigMap metadata-grpc-configmap in NS names metadata-grpc-service", "")},
		{
			"half of metadata", "kfp.metadata", metadataYAML("METADATA_HOST"), "", kfpOf(forMany),
			found(checklist.Fail, "FLTS-K59", "ConfigMap metadata-grpc-configmap in NS has no METADATA_GRPC_SERVICE_HOST", "kubectl -n NS get configmap metadata-grpc-configmap -o yaml"),
		},
		{
			"no metadata under an unknown version", "kfp.metadata", "", "", kfpOf(dumb),
			found(checklist.Warn, "FLTS-K59", "there is no ConfigMap metadata-grpc-configmap in NS, which tasks need up to version 2.14", "kubectl get configmaps -A | grep metadata-grpc-configmap"),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			kfpScenario{scenario: scenario{only: only(c.check), objects: c.objects, want: c.want}, own: kfpServices("ml-pipeline") + c.own, kfp: c.kfp}.run(t)
		})
	}
}

func metadataYAML(name string) string {
	return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: metadata-grpc-configmap}\ndata: {" + name + ": metadata-grpc-service, METADATA_GRPC_SERVICE_PORT: '8080'}\n"
}

// The label of a profile says that there are users where KFP itself cannot be asked.
func TestNamespaceOfAProfile(t *testing.T) {
	kfpScenario{scenario: scenario{
		only: only("kfp.artifact-secret"),
		prepare: func(ns kubetest.Namespace) {
			ns.Kubectl("label", "namespace", ns.Name, "app.kubernetes.io/part-of=kubeflow-profile")
		},
		want: found(checklist.Fail, "FLTS-K05", "there is no Secret mlpipeline-minio-artifact in NS, and no run there can read or write an artifact", "kubectl -n KFP-NS get secrets"),
	}, own: kfpServices("ml-pipeline")}.run(t)
}

const copying = `kubectl -n KFP-NS get KIND NAME -o json | kubectl patch --local -f - --type=merge -p '{"metadata":{"name":"NAME","namespace":"NS","resourceVersion":null,"uid":null,"creationTimestamp":null,"managedFields":null,"ownerReferences":null,"finalizers":null}}' -o json | kubectl create -f -`

// What the fixes say is typed into a shell.
func TestFixesOfKFP(t *testing.T) {
	copied := func(kind, name string) string {
		return strings.NewReplacer("KIND", kind, "NAME", name).Replace(copying)
	}
	for _, c := range []struct {
		name, check, objects, own, typed string
		want                             []checklist.Finding
	}{
		{
			"a Secret that only KFP has", "kfp.artifact-secret", "", artifactSecret, "",
			found(checklist.Fail, "FLTS-K05", "there is no Secret mlpipeline-minio-artifact in NS, and no run there can read or write an artifact", copied("secret", "mlpipeline-minio-artifact")),
		},
		{
			"a ConfigMap that only KFP has", "kfp.metadata", "", metadataYAML("METADATA_GRPC_SERVICE_HOST"), "",
			found(checklist.Fail, "FLTS-K59", "there is no ConfigMap metadata-grpc-configmap in NS", copied("configmap", "metadata-grpc-configmap")),
		},
		{
			"a Secret without a key", "kfp.artifact-secret", launcherYAML(ownStore) + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: store}\nstringData: {user: me, Password: right}\n", "", "s3cr3t'$x\n",
			found(checklist.Fail, "FLTS-K57", "Secret store in NS has nothing under the key password, which the launcher reads",
				`stty -echo; read -r V; stty echo; [ "$V" ] && printf %s "$V" | kubectl create secret generic store --from-file=password=/dev/stdin --dry-run=client -o json | kubectl -n NS patch secret store --type=merge --patch-file /dev/stdin   (then type the value of password of the object store)`),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			kfpScenario{
				scenario: scenario{only: only(c.check), objects: c.objects, want: c.want, mends: true, typed: c.typed},
				own:      kfpServices("ml-pipeline") + c.own, kfp: kfpOf(forMany),
			}.run(t)
		})
	}
}

// Who may not look gets no pass and no failure.
func TestKFPUnseen(t *testing.T) {
	for _, c := range []struct {
		name, check, as string
		kfp             *doctor.KFP
		detail, hint    string
	}{
		{"nothing", "kfp.service", maySee, kfpOf(forMany), "may not list services in KFP-NS", "kubectl -n KFP-NS auth can-i list services"},
		{"nothing, and KFP is silent", "kfp.launcher", maySee, nil, "may not list services in KFP-NS", "kubectl -n KFP-NS auth can-i list services"},
		{"no ConfigMap", "kfp.launcher", " ", kfpOf(forMany), "may not get configmaps kfp-launcher in NS", "kubectl -n NS auth can-i get configmaps/kfp-launcher"},
		{"no Secret", "kfp.artifact-secret", `- {apiGroups: [""], resources: [configmaps], verbs: [get]}`, kfpOf(forMany), "may not get secrets mlpipeline-minio-artifact in NS", "kubectl -n NS auth can-i get secrets/mlpipeline-minio-artifact"},
		{"no store", "kfp.store", maySee, kfpOf(forMany), "may not list services in KFP-NS", "kubectl -n KFP-NS auth can-i list services"},
		{"no metadata", "kfp.metadata", " ", kfpOf(forMany), "may not get configmaps metadata-grpc-configmap in NS", "kubectl -n NS auth can-i get configmaps/metadata-grpc-configmap"},
	} {
		t.Run(c.name, func(t *testing.T) {
			kfpScenario{
				scenario: scenario{only: only(c.check), as: c.as, want: found(checklist.Unknown, "FLTS-K09", c.detail, c.hint)},
				own:      kfpServices("ml-pipeline", "minio-service") + artifactSecret, kfp: c.kfp,
			}.run(t)
		})
	}
}
