package lint_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/codescan"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/lint"
	"github.com/flts-run/flts-run/resolve"
)

// clean is a pipeline of which there is nothing to say. The cases change a line of it.
const clean = `pipelineInfo: {name: p}
schemaVersion: 2.1.0
components:
  comp-train:
    executorLabel: exec-train
    inputDefinitions:
      parameters:
        epochs: {parameterType: NUMBER_INTEGER, defaultValue: 10.0, isOptional: true}
        x: {parameterType: STRING}
deploymentSpec:
  executors:
    exec-train:
      container:
        image: registry.example:5000/flts/train:1.4
        command: [flts-run, exec, --, python3, train.py]
        env: [{name: LOG_LEVEL, value: info}]
root:
  inputDefinitions:
    parameters:
      dataset: {parameterType: STRING, defaultValue: ElBorn}
  dag:
    tasks:
      train:
        cachingOptions: {}
        componentRef: {name: comp-train}
        inputs: {parameters: {x: {runtimeValue: {constant: y}}}}
---
platforms:
  kubernetes:
    deploymentSpec:
      executors:
        exec-train:
          configMapAsEnv: [{configMapName: flts-config, keyToEnv: [{configMapKey: MINIO_ENDPOINT, envVar: FLTS_FROM_CONFIGMAP_MINIO_ENDPOINT}]}]
          secretAsEnv: [{secretName: flts-secrets, keyToEnv: [{secretKey: MINIO_SECRET_KEY, envVar: FLTS_FROM_SECRET_MINIO_SECRET_KEY}]}]
          configMapAsVolume: [{configMapName: flts-config, mountPath: /etc/flts/config}]
          secretAsVolume: [{secretName: flts-secrets, mountPath: /etc/flts/secrets}]
`

// Lines of clean that the cases change.
const (
	command   = "[flts-run, exec, --, python3, train.py]"
	image     = "registry.example:5000/flts/train:1.4"
	variables = "[{name: LOG_LEVEL, value: info}]"
	dataset   = "dataset: {parameterType: STRING, defaultValue: ElBorn}"
	input     = "{x: {runtimeValue: {constant: y}}}"
	epochs    = "{parameterType: NUMBER_INTEGER, defaultValue: 10.0, isOptional: true}"
	uncached  = "cachingOptions: {}"
	config    = "{configMapName: flts-config, mountPath: /etc/flts/config}"
	secrets   = "{secretName: flts-secrets, mountPath: /etc/flts/secrets}"
	fromMap   = "{configMapKey: MINIO_ENDPOINT, envVar: FLTS_FROM_CONFIGMAP_MINIO_ENDPOINT}"
	between   = "]}]\n          secretAsEnv: [{secretName: flts-secrets, keyToEnv: ["
	fromKey   = "{secretKey: MINIO_SECRET_KEY, envVar: FLTS_FROM_SECRET_MINIO_SECRET_KEY}"
)

// A value that is known for a credential, and one that no one would know.
const (
	known  = "AKIA" + "IOSFODNN7EXAMPLE"
	canary = "k9canaryvalue"
)

func check(t *testing.T, text, server string) []lint.Finding {
	t.Helper()
	p, err := pipeline.Read("p.yaml", []byte(text))
	require.NoError(t, err)
	contract, err := resolve.Builtin()
	require.NoError(t, err)
	o := lint.Options{Contract: contract, Inject: "INJECT"}
	if server != "" {
		o.Server, err = pipeline.ParseRelease(server)
		require.NoError(t, err)
	}
	found := lint.Check(p, o)
	for _, f := range found {
		seenCodes.Saw(f.Code)
		require.NotContains(t, f.Message+f.Hint, known)
		require.NotContains(t, f.Message+f.Hint, canary)
	}
	return found
}

func at(line int) []lint.Place { return []lint.Place{{Task: "train", Line: line}} }

func whole(line int) []lint.Place { return []lint.Place{{Line: line}} }

func TestNothingToSay(t *testing.T) {
	require.Empty(t, check(t, clean, ""))
	require.Empty(t, check(t, clean, "2.1"))
}

const (
	twoOut   = "take one of them out; to have both, with names that tell them apart: INJECT"
	heldHint = "take it out, and let the task get it from a Secret: INJECT; what was in a run must be changed"
	askHint  = "drop the parameter, and let the task get it from a Secret: INJECT"
	inClear  = " holds a secret, and KFP stores and shows the whole pipeline in clear"
	stored   = ", and KFP stores parameters in clear and shows them to all who see the run"
	giveIt   = `give the component its command: command=["python", "train.py"]`
	ofNames  = "give one of them another name, or take its keys as variables"
)

// Each case is clean with one text in the place of another; nothing is wrong with it
// where want is nil.
func TestFindings(t *testing.T) {
	for _, c := range []struct {
		name, old, now, server string
		want                   []lint.Finding
	}{
		{
			"I01 a shell by its name", command, "[sh, -c, x]", "",
			[]lint.Finding{{lint.Warning, "FLTS-I01", "the command begins with sh and not with flts-run: nothing checks the configuration, unless the image has a shim of that name", "INJECT; or the shim into the image: flts-run install --shim sh DIR", at(15)}},
		},
		{
			"I01 a parameter", command, "['{{$.inputs.parameters[''x'']}}']", "",
			[]lint.Finding{{lint.Warning, "FLTS-I01", "the command begins with a program that only a run knows, so nothing is known to check the configuration", "INJECT", at(15)}},
		},
		{"I01 flts-run by its path", command, "[/opt/flts/bin/flts-run, exec, --, sh]", "", nil},
		{
			"I02 a shell by its path", command, "[/bin/sh, -c, x]", "",
			[]lint.Finding{{lint.Warning, "FLTS-I02", "the command begins with /bin/sh, by its path, so neither flts-run nor a shim in the image checks the configuration", "INJECT", at(15)}},
		},
		{
			"I03 nothing", command, "[]", "",
			[]lint.Finding{{lint.Error, "FLTS-I03", `there is neither command nor args, and KFP never uses the ENTRYPOINT of an image: the task fails with "command and arguments are empty"`, giveIt, at(14)}},
		},
		{
			"I03 args alone", "command: " + command, "args: [--rate, '1']", "",
			[]lint.Finding{{lint.Error, "FLTS-I03", "there are args alone, and KFP never uses the ENTRYPOINT of an image: it starts --rate as a program, which fails", giveIt, at(15)}},
		},
		{"I03 args that begin with a program", "command: " + command, "args: [flts-run, check]", "", nil},
		{
			"I04 by the key of a variable", variables, "[{name: AWS_SECRET_ACCESS_KEY, value: " + canary + "}]", "",
			[]lint.Finding{{lint.Error, "FLTS-I04", "variable AWS_SECRET_ACCESS_KEY" + inClear, heldHint, at(16)}},
		},
		{
			"I04 by the name of a variable", variables, "[{name: HUB_TOKEN, value: " + canary + "}]", "",
			[]lint.Finding{{lint.Error, "FLTS-I04", "variable HUB_TOKEN" + inClear, heldHint, at(16)}},
		},
		{
			"I04 by the looks of a default", dataset, "dataset: {parameterType: STRING, defaultValue: " + known + "}", "",
			[]lint.Finding{{lint.Error, "FLTS-I04", "parameter dataset" + inClear, heldHint, whole(20)}},
		},
		{
			"I04 a constant of a task", input, "{minio_secret_key: {runtimeValue: {constant: " + canary + "}}}", "",
			[]lint.Finding{{lint.Error, "FLTS-I04", "parameter minio_secret_key" + inClear, heldHint, at(26)}},
		},
		{
			"I04 in the command", command, "[flts-run, exec, --, curl, 'http://me:" + canary + "@gateway']", "",
			[]lint.Finding{{lint.Error, "FLTS-I04", "the command" + inClear, heldHint, at(15)}},
		},
		{"I04 a file with a secret", variables, "[{name: MINIO_SECRET_KEY_FILE, value: /vault/key}]", "", nil},
		{"I04 a variable that is empty", variables, "[{name: HUB_TOKEN, value: ''}]", "", nil},
		{
			"I05 by the key", dataset, "minio-secret-key: {parameterType: STRING}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I05", "parameter minio-secret-key asks for MINIO_SECRET_KEY" + stored, askHint, whole(20)}},
		},
		{
			"I05 by the name", dataset, "hub_token: {parameterType: STRING, defaultValue: ''}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I05", "parameter hub_token asks for a secret by its name" + stored, askHint, whole(20)}},
		},
		{
			"I05 handed from task to task", input, "{password: {taskOutputParameter: {producerTask: login, outputParameterKey: o}}}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I05", "parameter password asks for a secret by its name" + stored, askHint, at(26)}},
		},
		{"I05 the name of a Secret", "deploymentSpec:\n      executors:\n        exec-train:\n", "deploymentSpec:\n      executors:\n        exec-train:\n          imagePullSecret: [{secretNameParameter: {componentInputParameter: pull_secret}}]\n", "", nil},
		{
			"I06 from the pipeline and from a Secret", variables, "[{name: FLTS_FROM_SECRET_MINIO_SECRET_KEY, value: ''}]", "",
			[]lint.Finding{{lint.Error, "FLTS-I06", "variable FLTS_FROM_SECRET_MINIO_SECRET_KEY comes from two places: KFP merges both into one entry, and Kubernetes refuses the pod", twoOut, at(32)}},
		},
		{
			"I07 of equal names", secrets, "{secretName: flts-config, mountPath: /other}", "",
			[]lint.Finding{
				{lint.Error, "FLTS-I07", "ConfigMap flts-config and Secret flts-config are both mounted: KFP makes one volume with two sources of them, and Kubernetes refuses the pod", ofNames, at(32)},
				{lint.Warning, "FLTS-I12", "Secret flts-config is taken, and the contract's ConfigMap has that name", "did you mean Secret flts-secrets?", at(32)},
			},
		},
		{
			"I07 a claim", "[" + secrets + "]", "[" + secrets + "]\n          pvcMount: [{constant: flts-secrets, mountPath: /data}]", "",
			[]lint.Finding{{lint.Error, "FLTS-I07", "Secret flts-secrets and claim flts-secrets are both mounted: KFP makes one volume with two sources of them, and Kubernetes refuses the pod", ofNames, at(32)}},
		},
		{"I07 one object at two paths", secrets, secrets + ", {secretName: flts-secrets, mountPath: /other}", "", nil},
		{
			"I08 of two volumes", secrets, "{secretName: flts-secrets, mountPath: /etc/flts/config/}", "",
			[]lint.Finding{{lint.Error, "FLTS-I08", "ConfigMap flts-config and Secret flts-secrets are mounted at /etc/flts/config: one of them hides the other", "mount each at a path of its own", at(32)}},
		},
		{
			"I08 of the launcher", secrets, "{secretNameParameter: {componentInputParameter: which}, mountPath: /minio}", "",
			[]lint.Finding{{lint.Error, "FLTS-I08", "a Secret that only a run knows is mounted at /minio, where KFP mounts a volume of its own", "mount it somewhere else, as /mnt/minio", at(32)}},
		},
		{"I08 below one another", secrets, "{secretName: flts-secrets, mountPath: /minio/secrets}", "", nil},
		{
			"I09 with objects", uncached, "cachingOptions: {enableCache: true}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I09", "the result may come from the cache, which does not see variables and volumes: after a change of the configuration it may be an old one", "run it with fltsctl submit --no-cache after a change; or for good, in the pipeline: TASK.set_caching_options(False)", at(23)}},
		},
		{"I09 without configuration", uncached + "\n        componentRef: {name: comp-train}", "cachingOptions: {enableCache: true}\n        componentRef: {name: none}", "", nil},
		{
			"I10 by two spellings", fromMap + between + fromKey, "{configMapKey: k, envVar: AWS_DEFAULT_REGION}" + between + "{secretKey: k, envVar: AWS_REGION}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I10", "AWS_DEFAULT_REGION comes from a ConfigMap as AWS_DEFAULT_REGION and from a Secret as AWS_REGION: a variable does not say which object it is from, so neither can go before the other", twoOut, at(32)}},
		},
		{"I10 with prefixes", fromKey, "{secretKey: k, envVar: FLTS_FROM_SECRET_MINIO_ENDPOINT}", "", nil},
		{
			"I11 a key", fromMap, "{configMapKey: k, envVar: FLTS_FROM_CONFIGMAP_MINIO_ACCESS_KEY}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I11", "variable FLTS_FROM_CONFIGMAP_MINIO_ACCESS_KEY, which is a credential, comes from ConfigMap flts-config, which most people of the namespace can read", "put it into Secret flts-secrets, and take it from there: INJECT", at(33)}},
		},
		{"I11 a key that is no credential", fromMap, "{configMapKey: k, envVar: GATEWAY_URL}", "", nil},
		{
			"I12 a letter too few", secrets, "{secretName: flts-secret, mountPath: /etc/flts/secrets}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I12", "Secret flts-secret is nearly the contract's", "did you mean flts-secrets?", at(32)}},
		},
		{"I12 an object of somebody's own", secrets, "{secretName: team-secrets, mountPath: /etc/flts/secrets}", "", nil},
		{
			"I13 a variable", variables, "[{name: MINIO_ENDPIONT, value: 'minio:9000'}]", "",
			[]lint.Finding{{lint.Warning, "FLTS-I13", "variable MINIO_ENDPIONT is nearly MINIO_ENDPOINT, which flts-run and the clients read; nobody reads this one", "did you mean MINIO_ENDPOINT?", at(16)}},
		},
		{
			"I13 a key of the ConfigMap", fromMap, "{configMapKey: MINIO_ENDPONT, envVar: FLTS_FROM_CONFIGMAP_MINIO_ENDPOINT}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I13", "ConfigMap flts-config: key MINIO_ENDPONT is nearly MINIO_ENDPOINT, which flts-run and the clients read; nobody reads this one", "did you mean MINIO_ENDPOINT?", at(32)}},
		},
		{
			"I13 a parameter", dataset, "gatway_url: {parameterType: STRING}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I13", "parameter gatway_url is nearly gateway_url, which flts-run reads; it leaves this one to the task", "did you mean gateway_url?", whole(20)}},
		},
		{"I13 APP_ENV, which is no key", variables, "[{name: APP_ENV, value: dev}]", "", nil},
		{
			"I14 latest", image, "train:latest", "",
			[]lint.Finding{{lint.Warning, "FLTS-I14", "image train:latest may be another one tomorrow, and the cache does not see that", "name a version: train:1.0, or a digest: @sha256:…", at(14)}},
		},
		{
			"I14 no tag", image, "registry.example:5000/train", "",
			[]lint.Finding{{lint.Warning, "FLTS-I14", "image registry.example:5000/train has no tag, which means latest: it may be another one tomorrow, and the cache does not see that", "name a version: registry.example:5000/train:1.0, or a digest: @sha256:…", at(14)}},
		},
		{"I14 a digest", image, "train@sha256:0123", "", nil},
		{"I14 a parameter", image, "'{{$.inputs.parameters[''image'']}}'", "", nil},
		{
			"I15 retries", uncached, "retryPolicy: {maxRetryCount: 3}", "",
			[]lint.Finding{{lint.Info, "FLTS-I15", "a failure is tried 3 more times: KFP has no status that stops this, so a wrong configuration is tried as often", "leave waiting for services to flts-run (--wait), and keep the retries for the task's own failures", at(23)}},
		},
		{"I15 a policy of none", uncached, "retryPolicy: {maxRetryCount: 0}", "", nil},
		{
			"I16 for an old server", secrets, "{secretNameParameter: {runtimeValue: {constant: flts-secrets}}, mountPath: /etc/flts/secrets}", "2.4.1",
			[]lint.Finding{{lint.Error, "FLTS-I16", "secretAsVolume.secretNameParameter is read by KFP 2.5 and newer, and the server is 2.4, which refuses or ignores it", "take it out of the pipeline, or have the server upgraded", whole(36)}},
		},
		{
			"I16 literals", dataset, "mode: {parameterType: STRING, literals: [a]}", "2.15",
			[]lint.Finding{{lint.Error, "FLTS-I16", "literals is read by KFP 2.16 and newer, and the server is 2.15, which refuses or ignores it", "take it out of the pipeline, or have the server upgraded", whole(20)}},
		},
		{
			"I16 a type", epochs, "{parameterType: TASK_CONFIG}", "2.0.5",
			[]lint.Finding{
				{lint.Error, "FLTS-I16", "parameterType TASK_CONFIG is read by KFP 2.15 and newer, and the server is 2.0, which refuses or ignores it", "take it out of the pipeline, or have the server upgraded", whole(8)},
				{lint.Error, "FLTS-I16", "configMapAsEnv is read by KFP 2.1 and newer, and the server is 2.0, which refuses or ignores it", "take it out of the pipeline, or have the server upgraded", whole(33)},
				{lint.Error, "FLTS-I16", "configMapAsVolume is read by KFP 2.1 and newer, and the server is 2.0, which refuses or ignores it", "take it out of the pipeline, or have the server upgraded", whole(35)},
			},
		},
		{
			"I16 for no server", secrets + "]", secrets + "]\n          podAffinity: [{}]", "",
			[]lint.Finding{{lint.Error, "FLTS-I16", "podAffinity is in the schema, and no KFP reads it", "take it out: it does nothing, and a server may refuse it", whole(37)}},
		},
		{"I16 for a new server", dataset, "mode: {parameterType: STRING, literals: [a]}", "v2.16.0-rc.1", nil},
		{
			"I17 an executor", "        exec-train:\n          configMapAsEnv", "        exec-trian: {}\n        exec-train:\n          configMapAsEnv", "",
			[]lint.Finding{{lint.Warning, "FLTS-I17", "the platform document configures executor exec-trian, which the pipeline does not have: it reaches no task", "did you mean exec-train?", whole(32)}},
		},
		{
			"I17 a platform", "  kubernetes:\n", "  vertex:\n", "",
			[]lint.Finding{{lint.Warning, "FLTS-I17", "p.yaml has a platform document without platforms.kubernetes, which KFP ignores", "compile the pipeline with kfp-kubernetes, or delete the document", whole(28)}},
		},
		{
			"I18 a type", epochs, "{parameterType: NUMBER_INTEGER, defaultValue: 1.5}", "",
			[]lint.Finding{{lint.Error, "FLTS-I18", "default of comp-train: epochs takes a NUMBER_INTEGER, and 1.5 is not whole", "write a whole number without quotes", whole(8)}},
		},
		{
			"I18 literals", dataset, "mode: {parameterType: STRING, literals: [train, eval], defaultValue: test}", "",
			[]lint.Finding{{lint.Error, "FLTS-I18", `default: mode takes one of "train", "eval", and this is none of them`, "write one of them as it stands here", whole(20)}},
		},
		{"I18 one of the literals", dataset, "mode: {parameterType: STRING, literals: [train, eval], defaultValue: eval}", "", nil},
		{"I18 null", dataset, "mode: {parameterType: STRING, defaultValue: null}", "", nil},
		{
			"I19 digits", dataset, "ids: {parameterType: LIST, defaultValue: [9007199254740993]}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I19", "default: ids has a whole number in it that is beyond ±9007199254740991, where KFP, which keeps a double, loses digits", "write it in quotes, and let the task read a text", whole(20)}},
		},
		{
			"I20 a default", dataset, "gateway_url: {parameterType: STRING, defaultValue: 'http://localhost:8000'}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I20", "parameter gateway_url is on localhost, which in a pod is the pod itself", "leave it out, and let the task get GATEWAY_URL from the ConfigMap: INJECT", whole(20)}},
		},
		{
			"I20 a variable", variables, "[{name: MLFLOW_TRACKING_URI, value: 'http://127.0.0.1:5000'}]", "",
			[]lint.Finding{{lint.Error, "FLTS-I20", "variable MLFLOW_TRACKING_URI is on localhost, which in a pod is the pod itself", "leave it out, and let the task get MLFLOW_TRACKING_URI from the ConfigMap: INJECT", at(16)}},
		},
		{"I20 a Service", variables, "[{name: MLFLOW_TRACKING_URI, value: 'http://mlflow.mlops:5000'}]", "", nil},
		{
			"I21 a variable", variables, "[{name: BUCKET_DATASET, value: Data_Set}]", "",
			[]lint.Finding{{lint.Error, "FLTS-I21", "variable BUCKET_DATASET is not what BUCKET_DATASET takes", "BUCKET_DATASET is 3 to 63 of a-z, 0-9, '-' and '.'", at(16)}},
		},
		{
			"I21 a default", dataset, "minio_secure: {parameterType: STRING, defaultValue: maybe}", "",
			[]lint.Finding{{lint.Warning, "FLTS-I21", "parameter minio_secure is not what MINIO_SECURE takes", "MINIO_SECURE is true or false (1 and 0 too)", whole(20)}},
		},
		{"I21 a boolean", dataset, "minio_secure: {parameterType: BOOLEAN, defaultValue: true}", "", nil},
		{
			"I22 an artifact", "  inputDefinitions:\n    parameters:\n      dataset", "  inputDefinitions:\n    artifacts: {rows: {}}\n    parameters:\n      dataset", "",
			[]lint.Finding{{lint.Error, "FLTS-I22", "the pipeline wants an artifact for its input rows, and KFP gives none to a run: its tasks would fail", "let an importer task in the pipeline bring it, or declare it Optional", whole(18)}},
		},
		{"I22 an optional artifact", "  inputDefinitions:\n    parameters:\n      dataset", "  inputDefinitions:\n    artifacts: {rows: {isOptional: true}}\n    parameters:\n      dataset", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(clean, c.old), "what is to be replaced")
			require.Equal(t, c.want, check(t, strings.Replace(clean, c.old, c.now, 1), c.server))
		})
	}
}

// Every code has a case that gives it, and one near it that gives nothing.
func TestCodes(t *testing.T) {
	declared, err := codescan.Below(".")
	require.NoError(t, err)
	var codes []string
	for code := range declared {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	require.Equal(t, codes, lint.Codes())
}

// What is true of several tasks is one finding.
func TestTasksOfAFinding(t *testing.T) {
	two := strings.Replace(clean, "      train:\n", "      again: {componentRef: {name: comp-train}}\n      train:\n", 1)
	found := check(t, strings.Replace(two, command, "[python3]", 1), "")
	require.Len(t, found, 1)
	require.Equal(t, []lint.Place{{Task: "again", Line: 15}, {Task: "train", Line: 15}}, found[0].Places)
	require.Equal(t, map[lint.Severity]int{lint.Error: 0, lint.Warning: 1, lint.Info: 0}, lint.Count(found))
}

// Whatever is in a file: no panic, no finding without a code, and lines that exist.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(clean))
	files, err := filepath.Glob("../../testdata/kfp/pipelines/kubernetes-*.yaml")
	require.NoError(f, err)
	for _, file := range files {
		p, err := pipeline.Load(file)
		require.NoError(f, err)
		spec, err := p.Spec()
		require.NoError(f, err)
		f.Add([]byte(spec))
	}
	contract, err := resolve.Builtin()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := pipeline.Read("p", data)
		if err != nil {
			return
		}
		lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + 1
		for _, found := range lint.Check(p, lint.Options{Contract: contract, Server: pipeline.Release{2}}) {
			require.Contains(t, lint.Codes(), found.Code)
			require.NotEmpty(t, found.Places)
			for _, place := range found.Places {
				require.LessOrEqual(t, place.Line, lines)
			}
		}
	})
}
