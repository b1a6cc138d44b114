package doctor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// configMap is YAML of the ConfigMap with these lines in it.
func configMap(lines ...string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flts-config}\n" + strings.Join(lines, "\n") + "\n"
}

// secretOf is YAML of the Secret with these keys.
func secretOf(lines ...string) string {
	return "---\napiVersion: v1\nkind: Secret\nmetadata: {name: flts-secrets, labels: {kept: \"yes\"}}\nstringData:\n  " + strings.Join(lines, "\n  ") + "\n"
}

// create makes objects in a namespace as kubectl create does: what is there is as it was
// written.
func create(ns kubetest.Namespace, namespace, objects string) {
	ns.T.Helper()
	_, err := ns.Cluster.Kubectl(ns.T.Context(), ns.Admin(), ns.In(objects), "create", "--namespace", ns.In(namespace), "-f", "-")
	require.NoError(ns.T, err)
}

// otherNamespace makes one with an object in it.
func otherNamespace(object string) func(kubetest.Namespace) {
	return func(ns kubetest.Namespace) {
		ns.Kubectl("create", "namespace", "other-"+ns.Name)
		create(ns, "other-NS", object)
	}
}

// after runs the scenario, and looks at what is in its namespace then: want is what
// kubectl prints for the arguments, NS in it is the namespace.
func (s scenario) after(t *testing.T, want string, args ...string) {
	t.Helper()
	var namespace kubetest.Namespace
	prepare := s.prepare
	s.prepare = func(ns kubetest.Namespace) {
		if namespace = ns; prepare != nil {
			prepare(ns)
		}
	}
	s.run(t)
	if len(args) > 0 {
		for i, a := range args {
			args[i] = namespace.In(a)
		}
		require.Equal(t, want, namespace.Out(namespace.Kubectl(args...)))
	}
}

// ofItsOwn names both objects as no other test does, which a search across namespaces
// would find.
func ofItsOwn(o *doctor.Options) { o.ConfigMap, o.Secret = "c-"+o.Namespace, "s-"+o.Namespace }

// named gives an object another name.
func inNamed(name, object string) string {
	return strings.NewReplacer("flts-config", name, "flts-secrets", name).Replace(object)
}

func TestConfigMapPresent(t *testing.T) {
	for _, s := range []scenario{
		{name: "here", objects: inNamed("c-NS", configMap("data: {MINIO_ENDPOINT: minio:9000}", "binaryData: {A: AA==}")), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "c-NS has 2 keys"},
		}},
		{name: "in another namespace, with all that it has", mends: true, prepare: otherNamespace(
			inNamed("c-NS, labels: {a: b}, finalizers: [a.example/b]", configMap(`data: {A: "namespace: x\nuid: y"}`, "binaryData: {B: /w==}"))), want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K03", Detail: "there is no ConfigMap c-NS in NS; it is in other-NS", Hint: `kubectl -n other-NS get configmap c-NS -o json | kubectl patch --local -f - --type=merge -p '{"metadata":{"name":"c-NS","namespace":"NS","resourceVersion":null,"uid":null,"creationTimestamp":null,"managedFields":null,"ownerReferences":null,"finalizers":null}}' -o json | kubectl create -f -`, Explains: []string{"policy/FLTS-K26"}},
		}},
		{name: "under nearly that name", objects: inNamed("cc-NS", configMap("data: {A: b}")), mends: true, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K03", Detail: "there is no ConfigMap c-NS in NS, which has cc-NS", Hint: `kubectl -n NS get configmap cc-NS -o json | kubectl patch --local -f - --type=merge -p '{"metadata":{"name":"c-NS","namespace":"NS","resourceVersion":null,"uid":null,"creationTimestamp":null,"managedFields":null,"ownerReferences":null,"finalizers":null}}' -o json | kubectl create -f -`, Explains: []string{"policy/FLTS-K26"}},
		}},
		{name: "nowhere that may be seen", as: `- {apiGroups: [""], resources: [configmaps], verbs: [get, list]}`, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K03", Detail: "there is no ConfigMap c-NS in NS", Evidence: []string{"may not look into 2 other namespaces"}, Hint: "kubectl -n NS create configmap c-NS --from-literal=MINIO_ENDPOINT=HOST:PORT --from-literal=MLFLOW_TRACKING_URI=http://HOST:PORT --from-literal=GATEWAY_URL=http://HOST:PORT", Explains: []string{"policy/FLTS-K26"}},
		}},
		{name: "nowhere, and a key is required", as: `- {apiGroups: [""], resources: [configmaps], verbs: [get]}`, options: func(o *doctor.Options) {
			o.Contract = parsed("extends: builtin\nkeys: {FEATURES_URL: {type: url, required: true}}\n")
		}, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K03", Detail: "there is no ConfigMap c-NS in NS", Evidence: []string{"may not look into 2 other namespaces"}, Hint: "kubectl -n NS create configmap c-NS --from-literal=FEATURES_URL=http://HOST:PORT --from-literal=MINIO_ENDPOINT=HOST:PORT --from-literal=MLFLOW_TRACKING_URI=http://HOST:PORT --from-literal=GATEWAY_URL=http://HOST:PORT", Explains: []string{"policy/FLTS-K26"}},
		}},
		{name: "not to be seen", objects: inNamed("c-NS", configMap("data: {A: b}")), as: `- {apiGroups: [""], resources: [pods], verbs: [list]}`, want: []checklist.Finding{
			mayNotGet("configmaps", "c-NS"),
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only, s.options = []string{"configmap.present"}, and(s.options, ofItsOwn)
			if s.prepare == nil {
				s.run(t)
				return
			}
			s.after(t, `{"A":"namespace: x\nuid: y"} {"B":"/w=="} {"a":"b"} ,`, "get", "configmap", "c-NS", "-o", "jsonpath={.data} {.binaryData} {.metadata.labels} {.metadata.finalizers},")
		})
	}
}

// and is both, in that order; either may be nil.
func and(a, b func(*doctor.Options)) func(*doctor.Options) {
	return func(o *doctor.Options) {
		for _, f := range []func(*doctor.Options){a, b} {
			if f != nil {
				f(o)
			}
		}
	}
}

func TestConfigMapKeys(t *testing.T) {
	for _, s := range []scenario{
		{name: "some", objects: configMap("data: {MINIO_ENDPOINT: 'minio:9000', AWS_REGION: eu-west-1, LEARNING_RATE: '0.1'}"), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "2 of 17 keys, the others have defaults"},
		}},
		{name: "other names", objects: configMap("data: {MINIO_ENPOINT: 'minio:9000', mlflow-tracking-uri: 'http://mlflow:5000', APPENV: dev, GATEWAY_URI: 'http://g', GATEWAY_URL: 'http://g', KEPT: a}"), mends: true, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K04", Detail: "3 findings, of which the first: flts-config has key APPENV, expected APP_ENV", Evidence: []string{"FLTS-K04 flts-config has key APPENV, expected APP_ENV", "FLTS-K04 flts-config has key MINIO_ENPOINT, expected MINIO_ENDPOINT", "FLTS-K04 flts-config has key mlflow-tracking-uri, expected MLFLOW_TRACKING_URI"}, Hint: `kubectl -n NS patch configmap flts-config --type=json -p '[{"op":"move","from":"/data/APPENV","path":"/data/APP_ENV"}]'`},
		}},
		{name: "the end of a name", objects: configMap("data: {tracking_uri: 'http://mlflow:5000'}"), want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-K04", Detail: "flts-config has key tracking_uri, expected MLFLOW_TRACKING_URI", Hint: `if it was meant: kubectl -n NS patch configmap flts-config --type=json -p '[{"op":"move","from":"/data/tracking_uri","path":"/data/MLFLOW_TRACKING_URI"}]'`},
		}},
		{name: "a required one", objects: configMap("data: {A: b}"), mends: true, typed: "http://features:8080\n", options: func(o *doctor.Options) {
			o.Contract = parsed("extends: builtin\nkeys: {FEATURES_URL: {type: url, required: true}}\n")
		}, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K04", Detail: "flts-config has no key FEATURES_URL, which is required", Hint: typeConfigMap("FEATURES_URL", "http://HOST:PORT")},
		}},
		{name: "a required one that the Secret has", objects: configMap("data: {A: b}") + secretOf("FEATURES_URL: http://features:8080"), options: func(o *doctor.Options) {
			o.Contract = parsed("extends: builtin\nkeys: {FEATURES_URL: {type: url, required: true}}\n")
		}, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "0 of 18 keys, the others have defaults"},
		}},
		{name: "a required one that the Secret may have", objects: configMap("data: {A: b}"), as: `- {apiGroups: [""], resources: [configmaps], verbs: [get]}`, options: func(o *doctor.Options) {
			o.Contract = parsed("extends: builtin\nkeys: {FEATURES_URL: {type: url, required: true}}\n")
		}, want: []checklist.Finding{
			mayNotGet("secrets", "flts-secrets"),
		}},
		{name: "another name in one that cannot be changed", objects: configMap("data: {MINIO_ENPOINT: 'minio:9000'}", "immutable: true"), want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K04", Detail: "flts-config has key MINIO_ENPOINT, expected MINIO_ENDPOINT", Hint: "kubectl -n NS describe configmap flts-config   shows its keys; it is immutable, so make another one and name that in the pods"},
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"configmap.keys"}
			s.run(t)
		})
	}
}

func TestConfigMapValues(t *testing.T) {
	t.Parallel()
	for _, s := range []scenario{
		{name: "as they should be", objects: configMap("data: {MINIO_ENDPOINT: 'minio:9000', GATEWAY_URL: 'https://gateway', BUCKET_MLFLOW: mlflow}"), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "2 endpoints usable"},
			{State: checklist.Pass, Detail: "1 value usable"},
		}},
		{name: "a scheme where none belongs", objects: configMap("data: {MINIO_ENDPOINT: 'https://minio:9000/', KEPT: a}"), mends: true, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C05", Detail: `MINIO_ENDPOINT = "https://minio:9000/" (ConfigMap flts-config) is a URL where a host and port belong`, Evidence: []string{"set MINIO_ENDPOINT=minio:9000 MINIO_SECURE=true"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"minio:9000","MINIO_SECURE":"true"}}'`},
			{State: checklist.Pass, Detail: "no value"},
		}},
		{name: "no scheme where one belongs", objects: configMap("data: {MLFLOW_TRACKING_URI: 'mlflow:5000'}"), mends: true, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C04", Detail: `MLFLOW_TRACKING_URI = "mlflow:5000" (ConfigMap flts-config) has no scheme`, Evidence: []string{"set MLFLOW_TRACKING_URI=http://mlflow:5000"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MLFLOW_TRACKING_URI":"http://mlflow:5000"}}'`},
			{State: checklist.Pass, Detail: "no value"},
		}},
		{name: "localhost", objects: configMap("data: {GATEWAY_URL: 'http://localhost:8000'}"), mends: true, typed: "http://gateway:8000\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C02", Detail: `GATEWAY_URL = "http://localhost:8000" (ConfigMap flts-config) is on localhost, and in a pod that is the pod itself`, Evidence: []string{`set GATEWAY_URL=http://SVC.default.svc.cluster.local:8000; a sidecar is declared in the contract: policy: {localhost-in-pod: {allow: ["localhost:8000"]}}`}, Hint: typeConfigMap("GATEWAY_URL", "http://fastapi-app.default.svc.cluster.local:8000")},
			{State: checklist.Pass, Detail: "no value"},
		}},
		{name: "a file for a server", objects: configMap("data: {MLFLOW_TRACKING_URI: 'file:///mlruns'}"), mends: true, typed: "http://mlflow:5000\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C19", Detail: `MLFLOW_TRACKING_URI = "file:///mlruns" (ConfigMap flts-config) is no tracking server: what is written there is lost with the pod`, Evidence: []string{"set MLFLOW_TRACKING_URI=http://mlflow.default.svc.cluster.local:5000"}, Hint: typeConfigMap("MLFLOW_TRACKING_URI", "http://mlflow.default.svc.cluster.local:5000")},
			{State: checklist.Pass, Detail: "no value"},
		}},
		{name: "a link of Docker", objects: configMap("data: {MINIO_ENDPOINT: 'tcp://10.0.0.1:9000'}"), mends: true, typed: "minio:9000\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C12", Detail: `MINIO_ENDPOINT = "tcp://10.0.0.1:9000" (ConfigMap flts-config) is the address that Kubernetes injects for a Service of that name, not HOST:PORT, without http://`, Evidence: []string{"set enableServiceLinks: false in the pod spec"}, Hint: typeConfigMap("MINIO_ENDPOINT", "minio-service.default.svc.cluster.local:9000")},
			{State: checklist.Pass, Detail: "no value"},
		}},
		{name: "an address in the form of numbers", objects: configMap("data: {MINIO_ENDPOINT: '10.96.0.7:9000'}"), mends: true, typed: "minio:9000\n", want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-C03", Detail: `MINIO_ENDPOINT = "10.96.0.7:9000" (ConfigMap flts-config) is the address 10.96.0.7, which changes when the Service behind it is made again`, Evidence: []string{"kubectl get svc -A | grep -w 10.96.0.7, then set MINIO_ENDPOINT=SVC.default.svc.cluster.local:9000"}, Hint: typeConfigMap("MINIO_ENDPOINT", "minio-service.default.svc.cluster.local:9000")},
			{State: checklist.Pass, Detail: "no value"},
		}},
		{name: "an object", objects: configMap("data: {MLFLOW_TRACKING_URI: 's3://mlflow/artifacts'}"), mends: true, typed: "http://mlflow:5000\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C07", Detail: `MLFLOW_TRACKING_URI = "s3://mlflow/artifacts" (ConfigMap flts-config) names an object, not a server`, Evidence: []string{"write http://HOST:PORT"}, Hint: typeConfigMap("MLFLOW_TRACKING_URI", "http://mlflow.default.svc.cluster.local:5000")},
			{State: checklist.Pass, Detail: "no value"},
		}},
		{name: "a newline, and quotes", objects: configMap(`data: {BUCKET_MLFLOW: "mlflow\n", AWS_DEFAULT_REGION: "'eu-west-1'", MINIO_SECURE: 'false '}`), mends: true, typed: "eu-west-1\n", want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no endpoint"},
			{State: checklist.Fail, Code: "FLTS-C08", Detail: `3 findings, of which the first: BUCKET_MLFLOW = "mlflow\n" (ConfigMap flts-config) ends with a newline`, Evidence: []string{`FLTS-C08 BUCKET_MLFLOW = "mlflow\n" (ConfigMap flts-config) ends with a newline; set BUCKET_MLFLOW=mlflow; write it without, with printf %s instead of echo; a variable has the newline; of a mounted file flts-run takes one newline away, and other programs do not`, `FLTS-C08 MINIO_SECURE = "false " (ConfigMap flts-config) ends with a space; write it without, with printf %s instead of echo`, `FLTS-C08 AWS_DEFAULT_REGION = "'eu-west-1'" (ConfigMap flts-config) stands in quotes, which are part of the value; leave the inner quotes out: docker --env-file and YAML blocks keep them`}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"BUCKET_MLFLOW":"mlflow"}}'`},
		}},
		{name: "types", objects: configMap("data: {MINIO_SECURE: 'perhaps', BUCKET_DATASET: 'Data Set'}"), mends: true, typed: "dataset\nfalse\n", want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no endpoint"},
			{State: checklist.Fail, Code: "FLTS-C20", Detail: `2 findings, of which the first: BUCKET_DATASET = "Data Set" (ConfigMap flts-config) is no bucket name`, Evidence: []string{`FLTS-C20 BUCKET_DATASET = "Data Set" (ConfigMap flts-config) is no bucket name; 3 to 63 of a-z, 0-9, '-' and '.', beginning and ending with a letter or digit`, `FLTS-C20 MINIO_SECURE = "perhaps" (ConfigMap flts-config) is no bool; write true or false`}, Hint: typeConfigMap("BUCKET_DATASET", "dataset")},
		}},
		{name: "stand-ins", objects: configMap("data: {MLFLOW_EXPERIMENT_NAME: changeme, BUCKET_MLFLOW: '${BUCKET}'}"), mends: true, typed: "mlflow\nchurn\n", want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no endpoint"},
			{State: checklist.Fail, Code: "FLTS-C30", Detail: `2 findings, of which the first: BUCKET_MLFLOW = "${BUCKET}" (ConfigMap flts-config) is the name of a variable that nothing expanded`, Evidence: []string{`FLTS-C30 BUCKET_MLFLOW = "${BUCKET}" (ConfigMap flts-config) is the name of a variable that nothing expanded; write the value itself: flts-run expands nothing, and Kubernetes only $(NAME) of a variable that the pod sets above it`, `FLTS-C30 MLFLOW_EXPERIMENT_NAME = "changeme" (ConfigMap flts-config) looks like a stand-in for a value; set MLFLOW_EXPERIMENT_NAME to its value, or leave it out`}, Hint: typeConfigMap("BUCKET_MLFLOW", "mlflow")},
		}},
		{name: "two spellings", objects: configMap("data: {AWS_DEFAULT_REGION: eu-west-1, AWS_REGION: eu-west-2}"), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no endpoint"},
			{State: checklist.Warn, Code: "FLTS-C24", Detail: `AWS_DEFAULT_REGION has two values in layer configmap: "eu-west-1" (ConfigMap flts-config) wins over "eu-west-2" (ConfigMap flts-config AWS_REGION)`, Hint: "keep one of them"},
		}},
		{name: "one that cannot be changed", objects: configMap("data: {MINIO_ENDPOINT: 'http://minio:9000'}", "immutable: true"), want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C05", Detail: `MINIO_ENDPOINT = "http://minio:9000" (ConfigMap flts-config) is a URL where a host and port belong`, Hint: "kubectl -n NS describe configmap flts-config   shows its keys; it is immutable, so make another one and name that in the pods"},
			{State: checklist.Pass, Detail: "no value"},
		}},
		{name: "an address with a login", objects: configMap("data: {MLFLOW_TRACKING_URI: 'mlflow://me:" + canary + "@mlflow:5000'}"), mends: true, typed: "http://mlflow:5000\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C04", Detail: `MLFLOW_TRACKING_URI = "mlflow://********@mlflow:5000" (ConfigMap flts-config) has a scheme that is neither http nor https`, Evidence: []string{"write http://HOST:PORT"}, Hint: typeConfigMap("MLFLOW_TRACKING_URI", "http://mlflow.default.svc.cluster.local:5000")},
			{State: checklist.Pass, Detail: "no value"},
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"configmap.addresses", "configmap.values"}
			s.run(t)
		})
	}
}

func TestConfigMapBinary(t *testing.T) {
	for _, s := range []scenario{
		{name: "none of the contract", objects: configMap("data: {A: b}", "binaryData: {LOGO: AA==}"), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no binary keys"},
		}},
		{name: "text, UTF-16 and neither", mends: false, objects: configMap("data: {A: b}",
			"binaryData: {BUCKET_MLFLOW: bWxmbG93, MINIO_ENDPOINT: //5tADoAOQAKAA==, GATEWAY_URL: /w==}"), want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K27", Detail: "3 findings, of which the first: BUCKET_MLFLOW is in binaryData, of which envFrom makes no variable", Evidence: []string{"FLTS-K27 BUCKET_MLFLOW is in binaryData, of which envFrom makes no variable", "FLTS-S10 GATEWAY_URL is no text, so it is in binaryData, of which envFrom makes no variable; make the key of text again: kubectl -n NS get configmap flts-config -o yaml", "FLTS-S10 MINIO_ENDPOINT is UTF-16 text, so it is in binaryData, of which envFrom makes no variable"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"binaryData":{"BUCKET_MLFLOW":null},"data":{"BUCKET_MLFLOW":"mlflow"}}'`},
		}},
		{name: "text and UTF-16", mends: true, objects: configMap("data: {A: b}",
			"binaryData: {BUCKET_MLFLOW: bWxmbG93, MINIO_ENDPOINT: //5tADoAOQAKAA==}"), want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K27", Detail: "2 findings, of which the first: BUCKET_MLFLOW is in binaryData, of which envFrom makes no variable", Evidence: []string{"FLTS-K27 BUCKET_MLFLOW is in binaryData, of which envFrom makes no variable", "FLTS-S10 MINIO_ENDPOINT is UTF-16 text, so it is in binaryData, of which envFrom makes no variable"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"binaryData":{"BUCKET_MLFLOW":null},"data":{"BUCKET_MLFLOW":"mlflow"}}'`},
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"configmap.binary"}
			s.run(t)
		})
	}
}

func TestConfigMapSecrets(t *testing.T) {
	t.Parallel()
	for _, s := range []scenario{
		{name: "none", objects: configMap("data: {MINIO_ENDPOINT: 'minio:9000', SORT_KEY: a, DB_PASSWORD: ''}"), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no credentials"},
		}},
		{name: "of the contract and by name", objects: configMap("data: {MINIO_SECRET_KEY: "+canary+", MINIO_SECRETKEY: "+canary+", DB_PASSWORD: \"multi\\nline "+canary+"\", KEPT: a}") + secretOf("MINIO_ACCESS_KEY: me"), mends: true, want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-C23", Detail: "3 findings, of which the first: DB_PASSWORD is named like a credential, and is in the ConfigMap flts-config", Evidence: []string{"FLTS-C23 DB_PASSWORD is named like a credential, and is in the ConfigMap flts-config", "FLTS-C23 MINIO_SECRETKEY is sensitive, and is in the ConfigMap flts-config", "FLTS-C23 MINIO_SECRET_KEY is sensitive, and is in the ConfigMap flts-config"}, Hint: moveToSecret("DB_PASSWORD")},
		}},
		{name: "in production", objects: configMap("data: {APP_ENV: prod, MINIO_SECRET_KEY: "+canary+"}") + secretOf("MINIO_ACCESS_KEY: me"), mends: true, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C23", Detail: "MINIO_SECRET_KEY is sensitive, and is in the ConfigMap flts-config", Hint: moveToSecret("MINIO_SECRET_KEY")},
		}},
		{name: "the Secret has it too", objects: configMap("data: {MINIO_SECRET_KEY: "+canary+"}") + secretOf("MINIO_SECRET_KEY: "+canary), mends: true, want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-C23", Detail: "MINIO_SECRET_KEY is sensitive, and is in the ConfigMap flts-config; the Secret has the same", Hint: `kubectl -n NS patch configmap flts-config --type=json -p '[{"op":"remove","path":"/data/MINIO_SECRET_KEY"}]'`},
		}},
		{name: "the Secret has another", objects: configMap("data: {MINIO_SECRET_KEY: "+canary+"}") + secretOf("MINIO_SECRET_KEY: other"), want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-C23", Detail: "MINIO_SECRET_KEY is sensitive, and is in the ConfigMap flts-config; the Secret has another value, which does not count", Hint: `where that of the Secret is right: kubectl -n NS patch configmap flts-config --type=json -p '[{"op":"remove","path":"/data/MINIO_SECRET_KEY"}]'`},
		}},
		{name: "no Secret", objects: configMap("data: {MINIO_SECRET_KEY: " + canary + "}"), want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-C23", Detail: "MINIO_SECRET_KEY is sensitive, and is in the ConfigMap flts-config", Hint: "make the Secret flts-secrets first: a key that is taken out of the ConfigMap must be somewhere"},
		}},
		{name: "a Secret that is not to be seen", objects: configMap("data: {MINIO_SECRET_KEY: " + canary + "}"), as: `- {apiGroups: [""], resources: [configmaps], verbs: [get]}`, want: []checklist.Finding{
			{
				State: checklist.Warn, Code: "FLTS-C23", Detail: "MINIO_SECRET_KEY is sensitive, and is in the ConfigMap flts-config",
				Evidence: []string{"whether the Secret has it is not known: may not get secrets flts-secrets in NS"},
				Hint:     "stty -echo; read -r V; stty echo; " + givenSecret("MINIO_SECRET_KEY") + ` && kubectl -n NS patch configmap flts-config --type=json -p '[{"op":"remove","path":"/data/MINIO_SECRET_KEY"}]'`,
			},
		}},
		{name: "a Secret that cannot be changed", objects: configMap("data: {MINIO_SECRET_KEY: "+canary+"}") + strings.Replace(whole, "stringData", "immutable: true\nstringData", 1), want: []checklist.Finding{
			{
				State: checklist.Warn, Code: "FLTS-C23", Detail: "MINIO_SECRET_KEY is sensitive, and is in the ConfigMap flts-config",
				Hint: "kubectl -n NS describe secret flts-secrets   shows its keys; it is immutable, so make another one and name that in the pods",
			},
		}},
		{name: "by its looks", objects: configMap("data: {config.yaml: 'url: http://me:" + canary + "@gateway'}"), want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-C23", Detail: "config.yaml holds a credential, by its looks, and is in the ConfigMap flts-config", Hint: "take it out, give it in the Secret flts-secrets, and change it: kubectl -n NS edit configmap flts-config"},
		}},
		{name: "the policy does not mind", objects: configMap("data: {MINIO_SECRET_KEY: " + canary + "}"), options: func(o *doctor.Options) {
			o.Contract = parsed("extends: builtin\npolicy: {sensitive-in-configmap: off}\n")
		}, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "the policy allows them"},
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"configmap.secrets"}
			s.run(t)
		})
	}
}

func TestSizes(t *testing.T) {
	big := func(kib int) string { return strings.Repeat("0123456789abcdef", kib*64) }
	for _, s := range []scenario{
		{name: "small", objects: configMap("data: {A: b}") + secretOf("A: b"), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "2 bytes of 1024 KiB"},
			{State: checklist.Pass, Detail: "2 bytes of 1024 KiB"},
		}},
		{name: "more than kubectl apply sends", objects: configMap("data: {A: "+big(300)+"}") + secretOf("A: "+big(300)), want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-K08", Detail: "flts-config has 300 KiB, more than kubectl apply can send, which keeps the whole object in an annotation of at most 256 KiB", Evidence: []string{"the largest key is A with 300 KiB"}, Hint: "kubectl -n NS apply --server-side -f FILE"},
			{State: checklist.Warn, Code: "FLTS-K08", Detail: "flts-secrets has 300 KiB, more than kubectl apply can send, which keeps the whole object in an annotation of at most 256 KiB", Evidence: []string{"the largest key is A with 300 KiB"}, Hint: "kubectl -n NS apply --server-side -f FILE"},
		}},
		{name: "near the limit", objects: configMap("data: {A: "+big(1000)+"}") + secretOf("A: "+big(1000)), want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-K08", Detail: "flts-config has 1000 KiB, and the API takes 1024 KiB", Evidence: []string{"the largest key is A with 1000 KiB"}, Hint: "mount what is no configuration from a volume or a bucket: kubectl -n NS describe configmap flts-config"},
			{State: checklist.Warn, Code: "FLTS-K08", Detail: "flts-secrets has 1000 KiB, and the API takes 1024 KiB", Evidence: []string{"the largest key is A with 1000 KiB"}, Hint: "mount what is no configuration from a volume or a bucket: kubectl -n NS describe secret flts-secrets"},
		}},
		{name: "an annotation near its limit", prepare: func(ns kubetest.Namespace) {
			create(ns, "NS", strings.ReplaceAll(configMap("data: {A: "+big(200)+"}")+secretOf("A: "+big(190)), "metadata: {", "metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: "+big(240)+"}, "))
		}, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "200 KiB of 1024 KiB"},
			{State: checklist.Pass, Detail: "190 KiB of 1024 KiB"},
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"configmap.size", "secret.size"}
			s.run(t)
		})
	}
}
