package doctor_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/resolve"
)

const contractObjects = `---
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data:
  MINIO_ENDPOINT: minio-service.default.svc.cluster.local:9000
  MLFLOW_TRACKING_URI: http://mlflow.default.svc.cluster.local:5000
  GATEWAY_URL: http://fastapi-app.default.svc.cluster.local:8000
  AWS_S3_ENDPOINT_URL: http://minio-service.default.svc.cluster.local:9000
  MLFLOW_S3_ENDPOINT_URL: http://minio-service.default.svc.cluster.local:9000
---
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
stringData: {MINIO_ACCESS_KEY: a-b, MINIO_SECRET_KEY: canary-secret, AWS_ACCESS_KEY_ID: a-b, AWS_SECRET_ACCESS_KEY: canary-secret}
`

// ir is a pipeline whose tasks, a and b, start such a container. platform is what its
// executor gets, "" is nothing.
func ir(parameters, inputs, container, platform string) string {
	text := `pipelineInfo: {name: p}
schemaVersion: 2.1.0
components: {c: {executorLabel: e, inputDefinitions: {parameters: {x: {parameterType: STRING, isOptional: true}}}}}
deploymentSpec: {executors: {e: {container: ` + container + `}}}
root:
  inputDefinitions: {parameters: {` + parameters + `}}
  dag: {tasks: {a: {componentRef: {name: c}, inputs: {parameters: {` + inputs + `}}}, b: {componentRef: {name: c}}}}
`
	if platform != "" {
		text += "---\nplatforms: {kubernetes: {deploymentSpec: {executors: {e: {" + platform + "}}}}}\n"
	}
	return text
}

const (
	bare    = "{image: i, command: [python, train.py]}"
	wrapped = "{image: i, command: [/opt/flts/bin/flts-run, exec, --, python, train.py]}"
	mounted = "configMapAsVolume: [{configMapName: flts-config, mountPath: /etc/flts/config}], secretAsVolume: [{secretName: flts-secrets, mountPath: /etc/flts/secrets/}]"
	mount   = `in the pipeline: kfp.kubernetes.use_config_map_as_volume(TASK, "flts-config", mount_path="/etc/flts/config"), and use_secret_as_volume(TASK, "flts-secrets", mount_path="/etc/flts/secrets")`
)

func read(t *testing.T, text string) *pipeline.Package {
	t.Helper()
	p, err := pipeline.Read("p.yaml", []byte(text))
	require.NoError(t, err)
	return p
}

func TestPipeline(t *testing.T) {
	const advice = "take it out of the pipeline, and let tasks get it from a Secret; what was in a run must be changed"
	const correct = "correct the pipeline, or submit with --from-contract, which fills such parameters"
	for _, c := range []struct {
		name, check string
		pipeline    string // IR, or the name of a sample
		objects     string
		want        []checklist.Finding
	}{
		{"all injected", "pipeline.parameters", "flts-train-kubernetes", contractObjects, found(
			checklist.Pass, "", "2 of 2 endpoints", "", "MINIO_ENDPOINT by ConfigMap flts-config", "MLFLOW_TRACKING_URI by ConfigMap flts-config",
		)},
		{"half by parameters", "pipeline.parameters", "flts-train", contractObjects, found(
			checklist.Fail, "FLTS-C18", "no task of flts-train gets MINIO_ENDPOINT", mount, "MLFLOW_TRACKING_URI by parameter mlflow_uri",
		)},
		{"nothing", "pipeline.parameters", "container-one", "", found(checklist.Fail, "FLTS-C18", "no task of container-one gets MINIO_ENDPOINT, MLFLOW_TRACKING_URI", mount)},
		{"the contract's defaults", "pipeline.parameters", ir("", "", wrapped, ""), "", found(
			checklist.Pass, "", "2 of 2 endpoints", "", "MINIO_ENDPOINT by the contract's default", "MLFLOW_TRACKING_URI by the contract's default",
		)},
		{"defaults that the cluster changed", "pipeline.parameters", ir("", "", wrapped, ""), contractObjects, found(checklist.Fail, "FLTS-C18", "no task of p gets MINIO_ENDPOINT, MLFLOW_TRACKING_URI", mount)},
		{"no container", "pipeline.parameters", strings.Replace(ir("", "", "{}", ""), "container: {}", "importer: {artifactUri: {constant: x}}", 1), "", found(checklist.Skip, "", "the pipeline p starts no container", "")},

		{"each task", "pipeline.injected", "flts-train-kubernetes", contractObjects, found(checklist.Pass, "", "all 3 tasks", "")},
		{"each task, mounted", "pipeline.injected", ir("", "", bare, mounted), contractObjects, found(checklist.Pass, "", "all 2 tasks", "")},
		{"mounted and not there", "pipeline.injected", ir("", "", bare, mounted), "", found(
			checklist.Warn, "FLTS-C18", "2 of 2 tasks lack keys of the contract: a lacks MINIO_ENDPOINT, MLFLOW_TRACKING_URI, GATEWAY_URL, MINIO_ACCESS_KEY, MINIO_SECRET_KEY", mount,
			"a lacks MINIO_ENDPOINT, MLFLOW_TRACKING_URI, GATEWAY_URL, MINIO_ACCESS_KEY, MINIO_SECRET_KEY", "b lacks MINIO_ENDPOINT, MLFLOW_TRACKING_URI, GATEWAY_URL, MINIO_ACCESS_KEY, MINIO_SECRET_KEY",
		)},
		{"mounted where nobody reads", "pipeline.injected", ir("", "", "{image: i, command: [a], env: [{name: FLTS_DISABLE, value: 'minio,gateway'}, {name: FLTS_CONFIG_DIR, value: /mnt}]}", mounted), contractObjects, found(
			checklist.Warn, "FLTS-C18", "2 of 2 tasks lack keys of the contract: a lacks MLFLOW_TRACKING_URI", mount, "a lacks MLFLOW_TRACKING_URI", "b lacks MLFLOW_TRACKING_URI",
		)},

		{"all there", "pipeline.references", "flts-train-kubernetes", contractObjects, found(checklist.Pass, "", "9 of 9 keys and objects are in NS", "")},
		{"only a run knows", "pipeline.references", "kubernetes-names-as-parameters", contractObjects, found(checklist.Pass, "", "1 of 1 keys and objects are in NS; 1 tasks name an object that only a run knows", "")},
		{"nothing there", "pipeline.references", "flts-train-kubernetes", "", found(
			checklist.Fail, "FLTS-K68", "task evaluate wants ConfigMap flts-config, which is not in NS", "kubectl get configmaps -A | grep flts-config",
			"task evaluate wants ConfigMap flts-config, which is not in NS", "task evaluate wants Secret flts-secrets, which is not in NS",
		)},
		{"a key of another name", "pipeline.references", ir("", "", bare, "secretAsEnv: [{secretName: flts-secrets, keyToEnv: [{secretKey: minio_access_key, envVar: MINIO_ACCESS_KEY}]}]"), contractObjects, found(
			checklist.Fail, "FLTS-K68", "task a wants the key minio_access_key of Secret flts-secrets in NS, which has none of that name", "kubectl -n NS describe secret flts-secrets",
			"task a wants the key minio_access_key of Secret flts-secrets in NS, which has none of that name",
		)},
		{"two places", "pipeline.references", ir("", "", "{image: i, command: [a], env: [{name: GATEWAY_URL, value: x}]}", "configMapAsEnv: [{configMapName: flts-config, keyToEnv: [{configMapKey: GATEWAY_URL, envVar: GATEWAY_URL}]}]"), contractObjects, found(
			checklist.Fail, "FLTS-K68", "task a gets the variable GATEWAY_URL from two places, and Kubernetes takes no such pod", "take one of them out of the pipeline",
			"task a gets the variable GATEWAY_URL from two places, and Kubernetes takes no such pod", "task b gets the variable GATEWAY_URL from two places, and Kubernetes takes no such pod",
		)},
		{"an optional one", "pipeline.references", "kubernetes-configmap-volume", "", found(
			checklist.Warn, "FLTS-K68", "task say wants ConfigMap flts-config, which is not in NS (optional)", "", "task say wants ConfigMap flts-config, which is not in NS (optional)",
		)},
		{"nothing wanted", "pipeline.references", "flts-train", "", found(checklist.Skip, "", "the pipeline takes nothing from the cluster by its platform document", "")},

		{"no secret", "pipeline.secrets", "flts-train", "", found(checklist.Pass, "", "7 parameters, 3 tasks", "")},
		{"a parameter for a secret", "pipeline.secrets", ir("minio_secret_key: {parameterType: STRING}", "", bare, ""), "", found(
			checklist.Warn, "FLTS-C22", "parameter minio_secret_key asks for MINIO_SECRET_KEY", advice, "parameter minio_secret_key asks for MINIO_SECRET_KEY",
		)},
		{"in production", "pipeline.secrets", ir("minio_secret_key: {parameterType: STRING}", "", bare, ""), "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: flts-config}\ndata: {APP_ENV: prod}\n", found(
			checklist.Fail, "FLTS-C22", "parameter minio_secret_key asks for MINIO_SECRET_KEY", advice, "parameter minio_secret_key asks for MINIO_SECRET_KEY",
		)},
		{
			"secrets all over", "pipeline.secrets",
			ir("api_token: {parameterType: STRING, defaultValue: canary-secret}, tokens: {parameterType: STRING, defaultValue: many}", "minio_access_key: {runtimeValue: {constant: canary-secret}}",
				"{image: i, command: [train, 'http://me:canary-secret@host/'], env: [{name: AWS_SECRET_ACCESS_KEY, value: canary-secret}, {name: HOME, value: /}]}", ""), "", found(
				checklist.Fail, "FLTS-C22", "parameter api_token holds a secret", advice,
				"parameter api_token holds a secret", "task a: parameter minio_access_key holds a secret", "task a: variable AWS_SECRET_ACCESS_KEY holds a secret",
				"task b: variable AWS_SECRET_ACCESS_KEY holds a secret", "the command of task a holds a secret", "the command of task b holds a secret",
			),
		},

		{"the same values", "pipeline.defaults", "flts-train", contractObjects, found(checklist.Pass, "", "2 of 2 values are those of the cluster", "")},
		{"nothing to compare", "pipeline.defaults", "flts-train", "", found(checklist.Skip, "", "no value in the pipeline is one that the ConfigMap or the Secret has too", "")},
		{
			"other values", "pipeline.defaults",
			ir("gateway-url: {parameterType: STRING, defaultValue: 'http://other:8000/'}, minio_endpoint: {parameterType: STRING, defaultValue: 'minio-service.default.svc.cluster.local:9000'}", "mlflow_uri: {runtimeValue: {constant: 'http://old:5000'}}", bare, ""), contractObjects, found(
				checklist.Warn, "FLTS-C01", "parameter gateway-url is http://other:8000/, and ConfigMap flts-config says http://fastapi-app.default.svc.cluster.local:8000", correct,
				"parameter gateway-url is http://other:8000/, and ConfigMap flts-config says http://fastapi-app.default.svc.cluster.local:8000",
				"task a: parameter mlflow_uri is http://old:5000, and ConfigMap flts-config says http://mlflow.default.svc.cluster.local:5000",
			),
		},
		{"no value at all", "pipeline.defaults", ir("bucket_dataset: {parameterType: STRING, defaultValue: 'Not A Bucket'}", "", bare, ""), "", found(
			checklist.Fail, "FLTS-C20", `parameter bucket_dataset is "Not A Bucket", and BUCKET_DATASET takes 3 to 63 of a-z, 0-9, '-' and '.'`, correct,
			`parameter bucket_dataset is "Not A Bucket", and BUCKET_DATASET takes 3 to 63 of a-z, 0-9, '-' and '.'`,
		)},

		{"a scheme where none belongs", "pipeline.defaults", ir("minio_endpoint: {parameterType: STRING, defaultValue: 'http://minio:9000'}", "", bare, ""), "", found(
			checklist.Fail, "FLTS-C05", `parameter minio_endpoint is "http://minio:9000", and MINIO_ENDPOINT takes HOST:PORT, without http://`, correct,
			`parameter minio_endpoint is "http://minio:9000", and MINIO_ENDPOINT takes HOST:PORT, without http://`,
		)},

		{"wrapped", "pipeline.wrapper", "container-flts-run", "", found(checklist.Pass, "", "all 1 tasks", "")},
		{"not wrapped", "pipeline.wrapper", "flts-train", "", found(
			checklist.Warn, "FLTS-K69", "3 of 3 tasks start something else, and nothing checks their configuration unless the image has the shim",
			`begin the command of a component with "flts-run", "exec", "--"; or put the shim into its image: flts-run install --shim sh,python3 DIR`, "evaluate", "preprocess", "train",
		)},
	} {
		t.Run(c.check+" "+c.name, func(t *testing.T) {
			p := c.pipeline
			scenario{only: only(c.check), objects: c.objects, want: c.want, options: func(o *doctor.Options) {
				if !strings.Contains(p, "\n") {
					var err error
					o.Pipeline, err = pipeline.Load("../testdata/kfp/pipelines/" + p + ".yaml")
					require.NoError(t, err)
					return
				}
				o.Pipeline = read(t, p)
			}}.run(t)
		})
	}
}

func TestWithoutAPipeline(t *testing.T) {
	var want []checklist.Finding
	for range 6 {
		want = append(want, checklist.Finding{State: checklist.Skip, Detail: "no pipeline is given: --pipeline FILE"})
	}
	scenario{only: []string{"pipeline.*"}, want: want}.run(t)
}

// Runs of a KFP without users are in its own namespace, and so is what they name.
func TestPipelineInTheNamespaceOfKFP(t *testing.T) {
	kfpScenario{scenario: scenario{only: only("pipeline.references"), objects: contractObjects, options: func(o *doctor.Options) {
		o.Pipeline = read(t, ir("", "", bare, mounted))
	}, want: found(
		checklist.Fail, "FLTS-K68", "task a wants ConfigMap flts-config, which is not in KFP-NS", "kubectl get configmaps -A | grep flts-config",
		"task a wants ConfigMap flts-config, which is not in KFP-NS",
	)}, own: kfpServices("ml-pipeline") + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: flts-secrets}\n", kfp: kfpOf(forOne)}.run(t)
}

// Who may not look gets no pass and no failure where that would have decided.
func TestPipelineUnseen(t *testing.T) {
	const detail, hint = "may not get configmaps flts-config in NS", "kubectl -n NS auth can-i get configmaps/flts-config"
	for _, check := range []string{"pipeline.parameters", "pipeline.injected", "pipeline.references", "pipeline.defaults"} {
		t.Run(check, func(t *testing.T) {
			scenario{only: only(check), objects: contractObjects, as: " ", want: found(checklist.Unknown, "FLTS-K09", detail, hint), options: func(o *doctor.Options) {
				o.Pipeline = read(t, ir("", "", bare, mounted))
			}}.run(t)
		})
	}
}

// Every sample of the compiler is judged, by every check, and twice the same way.
func TestPipelineOfEachSample(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(contractObjects)
	api, err := cluster.Open(kubetest.Config(t, ns.Admin()))
	require.NoError(t, err)
	contract, err := resolve.Builtin()
	require.NoError(t, err)
	files, err := filepath.Glob("../testdata/kfp/pipelines/*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 60)
	for _, file := range files {
		p, err := pipeline.Load(file)
		require.NoError(t, err)
		judge := func() (found []checklist.Finding) {
			d := doctor.New(cluster.NewView(api), doctor.Options{Contract: contract, Namespace: ns.Name, ConfigMap: "flts-config", Secret: "flts-secrets", Pipeline: p})
			runner := checklist.Runner{}
			for _, r := range runner.Run(t.Context(), checklist.Selection{Only: []string{"pipeline.*"}}.Of(d.Checks())).Results {
				found = append(found, r.Finding)
				require.NotEqual(t, checklist.Unknown, r.State, "%s %s %s", file, r.ID, r.Detail)
				require.NotContains(t, r.Detail, "canary-secret")
			}
			return found
		}
		require.Equal(t, judge(), judge(), file)
	}
}
