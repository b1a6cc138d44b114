package inject_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/inject"
)

// written is a pipeline of one task, as somebody may write it by hand.
const written = `# ours
pipelineInfo: {name: p}
schemaVersion: 2.1.0
root:
  dag:
    tasks:
      train: {componentRef: {name: comp-train}}
components:
  comp-train: {executorLabel: exec-train}
deploymentSpec:
  executors:
    exec-train:
      container:
        # the image of the team
        image: "train:1"  # not latest
        command:
        # what starts
        - python3
        - train.py
`

// platformOf is a platform document for that task.
func platformOf(config string) string {
	text := "---\nplatforms:\n  kubernetes:\n    deploymentSpec:\n      executors:\n        exec-train:\n"
	for line := range strings.Lines(config) {
		text += "          " + line
	}
	return text
}

var both = inject.Options{
	File: "p.yaml", ConfigMap: inject.Object{Name: "flts-config"}, Secret: inject.Object{Name: "flts-secrets"},
}

// with is both with more.
func with(change func(*inject.Options)) inject.Options {
	o := both
	change(&o)
	return o
}

// firstTask is the first task of a text.
func firstTask(t *testing.T, text []byte) pipeline.Task {
	t.Helper()
	p, err := pipeline.Read("p.yaml", text)
	require.NoError(t, err)
	return p.Tasks()[0]
}

func TestCommands(t *testing.T) {
	wrapper := []string{"/usr/local/bin/flts-run", "exec", "--executor-input", "{{$}}", "--"}
	python := []string{"/usr/local/bin/flts-run", "exec", "--"}
	for name, c := range map[string]struct {
		container string
		want      []string
	}{
		"command and arguments": {"command: [sh, -c]\n        args: [exit]", append(wrapper, "sh", "-c", "exit")},
		"arguments alone":       {"args: [train, --fast]", append(wrapper, "train", "--fast")},
		"an empty command":      {"command: []\n        args: [train]", append(wrapper, "train")},
		"no command":            {"command: null\n        args:\n        - train", append(wrapper, "train")},
		"Python component":      {"command: [python3]\n        args: [--executor_input, '{{$}}']", append(python, "python3", "--executor_input", "{{$}}")},
		"wrapped by its author": {"command: [/opt/flts-run, exec, --, x]", []string{"/opt/flts-run", "exec", "--", "x"}},
	} {
		text := strings.Replace(written, "command:\n        # what starts\n        - python3\n        - train.py", c.container, 1)
		got, err := inject.Inject([]byte(text), both)
		require.NoError(t, err, name)
		require.Equal(t, c.want, firstTask(t, got.Text).Command, name)
	}
}

func TestTheLinesAroundStayAsTheyWere(t *testing.T) {
	o := with(func(o *inject.Options) {
		o.Images = map[string]string{"train:1": "registry.example/train:2"}
		o.Variables = map[string]string{"FLTS_MODE": "supervise"}
		o.Secret = inject.Object{}
	})
	got, err := inject.Inject([]byte(written), o)
	require.NoError(t, err)
	require.False(t, got.Anew)
	require.Equal(t, `# ours
pipelineInfo: {name: p}
schemaVersion: 2.1.0
root:
  dag:
    tasks:
      train: {componentRef: {name: comp-train}}
components:
  comp-train: {executorLabel: exec-train}
deploymentSpec:
  executors:
    exec-train:
      container:
        env:
        - name: FLTS_MODE
          value: supervise
        - name: FLTS_INJECTED
          value: 'command=5&configMapAsVolume=%2Fetc%2Fflts%2Fconfig&env=FLTS_MODE&fieldPathAsEnv=KFP_RUN_ID&image=train%3A1&new=registry.example%2Ftrain%3A2&v=1'
        # the image of the team
        image: "registry.example/train:2"  # not latest
        command:
        - /usr/local/bin/flts-run
        - exec
        - --executor-input
        - '{{$}}'
        - --
        # what starts
        - python3
        - train.py
---
platforms:
  kubernetes:
    deploymentSpec:
      executors:
        exec-train:
          configMapAsVolume:
          - configMapName: flts-config
            configMapNameParameter:
              runtimeValue:
                constant: flts-config
            mountPath: /etc/flts/config
            optional: true
          fieldPathAsEnv:
          - fieldPath: 'metadata.labels[''pipeline/runid'']'
            name: KFP_RUN_ID
`, string(got.Text))
	require.Equal(t, []inject.Executor{{
		Label: "exec-train", Tasks: []string{"train"}, State: inject.Wrapped,
		Added: []string{
			"/usr/local/bin/flts-run exec --executor-input {{$}} --", "image registry.example/train:2", "FLTS_MODE=supervise",
			"ConfigMap flts-config at /etc/flts/config", "KFP_RUN_ID",
		},
	}}, got.Executors)
}

// However a file is written, all comes out again; and where its lines can be kept, so
// does every byte.
func TestEveryWayOfWriting(t *testing.T) {
	platform := platformOf("imagePullPolicy: Always\nsecretAsEnv:\n- secretName: s\n  keyToEnv: [{secretKey: k, envVar: K}]\n")
	p, err := pipeline.Read("p", []byte(written+platform))
	require.NoError(t, err)
	spec, err := p.Spec()
	require.NoError(t, err)
	document, err := p.PlatformSpec()
	require.NoError(t, err)
	anchors := strings.Replace(written, "command:", "command: &c", 1) + "  x: *c\n"
	for name, c := range map[string]struct {
		text string
		anew bool
	}{
		"by hand":                  {written, false},
		"with a platform document": {written + platform, false},
		"the other way round":      {strings.TrimPrefix(platform, "---\n") + "---\n" + written, false},
		"lines of Windows":         {strings.ReplaceAll(written+platform, "\n", "\r\n"), false},
		"no last newline":          {strings.TrimSuffix(written, "\n"), false},
		"no last newline, both":    {strings.TrimSuffix(written+platform, "\n"), false},
		"a document end":           {written + "...\n", false},
		"wide letters":             {strings.Replace(written, `"train:1"`, `"träin:1"`, 1), false},
		"half a platform document": {written + "---\nplatforms:\n  kubernetes:\n    pipelineConfig:\n      workspace: {size: 5Gi}\n", false},
		"JSON":                     {string(spec), true},
		"both in JSON":             {string(spec) + "\n---\n" + string(document) + "\n", true},
		"in brackets":              {strings.Replace(written, "command:\n        # what starts\n        - python3\n        - train.py", "command: [python3, train.py]", 1), true},
		"aliases":                  {anchors, true},
		"merged":                   {strings.Replace(written, "      container:\n", "      container:\n        <<: {resources: {cpuLimit: 1.0}}\n", 1), true},
	} {
		o := with(func(o *inject.Options) { o.Variables = map[string]string{"APP_ENV": "dev"} })
		if name == "wide letters" {
			o.Images = map[string]string{"träin:1": "trän:2"}
		}
		got, err := inject.Inject([]byte(c.text), o)
		require.NoError(t, err, name)
		require.Equal(t, c.anew, got.Anew, "%s: %s", name, got.Text)
		require.NotEqual(t, c.text, string(got.Text))
		again, err := inject.Inject(got.Text, o)
		require.NoError(t, err, name)
		require.Equal(t, string(got.Text), string(again.Text), name)
		other, err := inject.Inject(got.Text, inject.Options{})
		require.NoError(t, err, name)
		alone, err := inject.Inject([]byte(c.text), inject.Options{})
		require.NoError(t, err, name)
		require.Equal(t, valuesOf(t, alone.Text), valuesOf(t, other.Text), name)
		back, err := inject.Remove("p.yaml", got.Text)
		require.NoError(t, err, name)
		require.Equal(t, valuesOf(t, []byte(c.text)), valuesOf(t, back.Text), name)
		if !c.anew {
			require.Equal(t, c.text, string(back.Text), name)
		}
	}
}

// valuesOf is what a text says.
func valuesOf(t testing.TB, text []byte) []any {
	t.Helper()
	values, err := pipeline.ReaderOf("p", text).Documents(text)
	require.NoError(t, err)
	return values
}

// JSON stays JSON, and keeps the order of its names and the digits of its numbers.
func TestJSONKeepsItsOrder(t *testing.T) {
	text := `{"schemaVersion": "2.1.0", "pipelineInfo": {"name": "p"}, "z": 1.50, "a": "\ud83d\ude00",
"root": {"dag": {"tasks": {"t": {"componentRef": {"name": "c"}}}}}, "components": {"c": {"executorLabel": "e"}},
"deploymentSpec": {"executors": {"e": {"container": {"command": ["x"], "image": "i"}}}}}`
	got, err := inject.Inject([]byte(text), inject.Options{Program: "flts-run"})
	require.NoError(t, err)
	first, platform, found := strings.Cut(string(got.Text), "---\n")
	require.True(t, found)
	require.True(t, json.Valid([]byte(first)))
	require.True(t, json.Valid([]byte(platform)))
	require.Regexp(t, `(?s)schemaVersion.*pipelineInfo.*"z": 1\.50.*"a": "😀".*root.*components.*deploymentSpec`, first)
	require.Equal(t, []string{"flts-run", "exec", "--executor-input", "{{$}}", "--", "x"}, firstTask(t, got.Text).Command)
}

// What the pipeline has itself is used, or said.
func TestWhatThePipelineHasItself(t *testing.T) {
	volume := func(kind, name, path string) string {
		field := map[string]string{"configMap": "configMapName", "secret": "secretName"}[kind]
		return kind + "AsVolume:\n- " + field + ": " + name + "\n  mountPath: " + path + "\n"
	}
	for name, c := range map[string]struct {
		config, env string
		options     inject.Options
		environ     map[string]string // without the mark
		volumes     map[string]string // paths by name
		notes       []string
	}{
		"mounts the ConfigMap elsewhere": {
			config: volume("configMap", "flts-config", "/mnt/c"), options: both,
			environ: map[string]string{"FLTS_CONFIG_DIR": "/mnt/c"},
			volumes: map[string]string{"flts-config": "/mnt/c", "flts-secrets": "/etc/flts/secrets"},
			notes:   []string{"it mounts the ConfigMap flts-config at /mnt/c itself"},
		},
		"mounts the Secret where it would be": {
			config: volume("secret", "flts-secrets", "/etc/flts/secrets/"), options: both,
			environ: map[string]string{},
			volumes: map[string]string{"flts-config": "/etc/flts/config", "flts-secrets": "/etc/flts/secrets/"},
			notes:   []string{"it mounts the Secret flts-secrets at /etc/flts/secrets/ itself"},
		},
		"has a directory of its own": {
			env: "{name: FLTS_SECRET_DIR, value: /own}", options: both,
			environ: map[string]string{"FLTS_SECRET_DIR": "/own"},
			volumes: map[string]string{"flts-config": "/etc/flts/config", "flts-secrets": "/own"},
		},
		"sets a variable": {
			env:     "{name: FLTS_MODE, value: exec}, {name: KFP_RUN_ID, value: x}, {name: APP_ENV, value: dev}",
			options: with(func(o *inject.Options) { o.Variables = map[string]string{"FLTS_MODE": "supervise", "APP_ENV": "dev"} }),
			environ: map[string]string{"FLTS_MODE": "exec", "KFP_RUN_ID": "x", "APP_ENV": "dev"},
			volumes: map[string]string{"flts-config": "/etc/flts/config", "flts-secrets": "/etc/flts/secrets"},
			notes:   []string{"it has FLTS_MODE itself, and keeps it"},
		},
		"gets a variable from an object": {
			config: "secretAsEnv:\n- secretName: s\n  keyToEnv: [{secretKey: k, envVar: FLTS_FROM_SECRET_MINIO_SECRET_KEY}]\n",
			options: with(func(o *inject.Options) {
				o.By, o.Keys = inject.Variables, []inject.Key{{Name: "MINIO_SECRET_KEY", Sensitive: true}}
			}),
			environ: map[string]string{}, volumes: map[string]string{},
			notes: []string{"it has FLTS_FROM_SECRET_MINIO_SECRET_KEY itself, and keeps it"},
		},
		"mounted elsewhere on demand": {
			options: with(func(o *inject.Options) { o.ConfigMap.Dir = "/mnt/own" }),
			environ: map[string]string{"FLTS_CONFIG_DIR": "/mnt/own"},
			volumes: map[string]string{"flts-config": "/mnt/own", "flts-secrets": "/etc/flts/secrets"},
		},
	} {
		text := strings.Replace(written, "        command:", "        env: ["+c.env+"]\n        command:", 1)
		if c.config != "" {
			text += platformOf(c.config)
		}
		got, err := inject.Inject([]byte(text), c.options)
		require.NoError(t, err, name)
		task := firstTask(t, got.Text)
		require.Empty(t, task.Repeated(), name)
		require.Contains(t, task.Environ, "FLTS_INJECTED", name)
		delete(task.Environ, "FLTS_INJECTED")
		require.Equal(t, c.environ, task.Environ, name)
		volumes := map[string]string{}
		for _, v := range task.Injected.Volumes {
			volumes[v.Name.Text()] = v.Path
		}
		require.Equal(t, c.volumes, volumes, name)
		require.Equal(t, c.notes, got.Executors[0].Notes, name)
	}
}

// What cannot be done is refused, all of it at once.
func TestRefusals(t *testing.T) {
	claim := "pvcMount:\n- mountPath: /data\n  pvcNameParameter: {runtimeValue: {constant: flts-config}}\n"
	scratch := "emptyDirMounts:\n- mountPath: /etc/flts/secrets\n  volumeName: scratch\n"
	noCommand := strings.Replace(written, "        command:\n        # what starts\n        - python3\n        - train.py\n", "", 1)
	twice := strings.Replace(written, "      train: {componentRef: {name: comp-train}}\n", "      a: {componentRef: {name: comp-train}}\n      b: {componentRef: {name: comp-train}}\n", 1)
	for name, c := range map[string]struct {
		text    string
		options inject.Options
		want    []string
	}{
		"no command":         {noCommand, both, []string{"exec-train has neither command nor args, which KFP refuses too: there is nothing to start flts-run with"}},
		"volume of the name": {written + platformOf(claim), both, []string{"exec-train has a volume flts-config already, for a claim: KFP would give the ConfigMap the same name"}},
		"path in use":        {written + platformOf(scratch), both, []string{"exec-train mounts another object at /etc/flts/secrets already"}},
		"both": {noCommand + platformOf(claim+scratch), both, []string{
			"exec-train has neither command nor args, which KFP refuses too: there is nothing to start flts-run with",
			"exec-train has a volume flts-config already, for a claim: KFP would give the ConfigMap the same name",
			"exec-train mounts another object at /etc/flts/secrets already",
		}},
		"unknown directory": {strings.Replace(written, "        command:", "        env: [{name: FLTS_CONFIG_DIR, value: $(HOME)/c}]\n        command:", 1), both, []string{
			"exec-train has a FLTS_CONFIG_DIR whose value is not known here, so nothing can be mounted there",
		}},
		"of another kind": {strings.Replace(written, "        image:", "        env: none\n        image:", 1), inject.Options{File: "p.yaml"}, []string{
			"p.yaml:15: env is not of the kind that it should be, so nothing can be added to it",
		}},
		"one of two tasks": {twice, with(func(o *inject.Options) { o.Skip = []string{"b"} }), []string{
			"b cannot be skipped alone: a runs the same component, and the command belongs to that (exec-train)",
		}},
		"words that fit nothing": {written, with(func(o *inject.Options) {
			o.Skip, o.Images = []string{"trian", "[", "comp-*"}, map[string]string{"train:9": "x", "train:1": ""}
		}), []string{"--skip trian fits no task of the pipeline", `--skip "[" is no pattern`, "--image train:1 has no new image", "--image train:9: no task of the pipeline has this image"}},
		"options": {written, inject.Options{
			Program: "flts run", By: "magic", Server: "new", ConfigMap: inject.Object{Name: "A b"}, Secret: inject.Object{Name: "s", Dir: "x"},
			Variables: map[string]string{"PATH": "/x", "FLTS_INJECTED": "x", "FLTS_FINGERPRINT_KEY": "x", "FLTS_NEEDS": "{{$}}"},
		}, []string{
			`the program "flts run" is no path`,
			"FLTS_FINGERPRINT_KEY is a secret, and a pipeline shows what it sets",
			"FLTS_INJECTED is not for you to set: the injection itself does",
			"FLTS_NEEDS has {{ in its value, where KFP puts something else",
			"PATH is no variable of flts-run",
			`"new" is no version of KFP`,
			`"x" is no place to mount the Secret at`,
			`"magic" is no way for the configuration: volume or env`,
		}},
		"one name": {written, with(func(o *inject.Options) { o.Secret.Name, o.Secret.Dir = "flts-config", inject.DefaultConfigDir }), []string{
			"the ConfigMap and the Secret are both called flts-config, and KFP names the volumes like the objects: a pod has each name once",
			"the ConfigMap and the Secret cannot both be mounted at /etc/flts/config",
		}},
		"old server": {written, with(func(o *inject.Options) { o.Server, o.By = "2.0.5", inject.Variables }), []string{
			"KFP reads ConfigMaps in a pipeline from 2.1 on, and the server is 2.0.5",
			"no keys are given, and variables are one for each key",
		}},
		"not optional": {written, with(func(o *inject.Options) {
			o.Server, o.By, o.Keys = "2.14.3", inject.Variables, []inject.Key{{Name: "APP_ENV"}}
		}), []string{"KFP reads from 2.15 on that a variable is optional, and the server is 2.14.3: no pod would start while one of the keys is missing"}},
	} {
		_, err := inject.Inject([]byte(c.text), c.options)
		var all *inject.Refusal
		require.ErrorAs(t, err, &all, name)
		var messages []string
		for _, p := range all.Problems {
			messages = append(messages, p.Message)
		}
		require.Equal(t, c.want, messages, name)
	}
}

func TestSkipped(t *testing.T) {
	for _, pattern := range []string{"train", "tr*", "exec-train", "comp-train", "comp-*"} {
		got, err := inject.Inject([]byte(written), with(func(o *inject.Options) { o.Skip = []string{pattern} }))
		require.NoError(t, err)
		require.Equal(t, written, string(got.Text))
		require.Equal(t, []inject.Executor{{Label: "exec-train", Tasks: []string{"train"}, State: inject.Skipped}}, got.Executors)
	}
}

// What an old server cannot read is left out.
func TestOldServers(t *testing.T) {
	for version, want := range map[string]string{
		"2.0.5": "secretAsVolume:\n- mountPath: /etc/flts/secrets\n  secretName: flts-secrets\n",
		"2.4.1": "secretAsVolume:\n- mountPath: /etc/flts/secrets\n  optional: true\n  secretName: flts-secrets\nfieldPathAsEnv:\n- {fieldPath: 'metadata.labels[''pipeline/runid'']', name: KFP_RUN_ID}\n",
		"2.17":  "secretAsVolume:\n- mountPath: /etc/flts/secrets\n  optional: true\n  secretName: flts-secrets\n  secretNameParameter: {runtimeValue: {constant: flts-secrets}}\nfieldPathAsEnv:\n- {fieldPath: 'metadata.labels[''pipeline/runid'']', name: KFP_RUN_ID}\n",
	} {
		got, err := inject.Inject([]byte(written), with(func(o *inject.Options) { o.Server, o.ConfigMap = version, inject.Object{} }))
		require.NoError(t, err)
		require.Equal(t, valuesOf(t, []byte(strings.TrimPrefix(platformOf(want), "---\n"))), valuesOf(t, got.Text)[1:], version)
	}
}

// A pipeline that was changed by hand since keeps what is no longer ours.
func TestRemovalAfterAChange(t *testing.T) {
	got, err := inject.Inject([]byte(written), with(func(o *inject.Options) { o.Images = map[string]string{"train:1": "train:2"} }))
	require.NoError(t, err)
	moved := strings.Replace(string(got.Text), "train:2", "train:3", 1)
	back, err := inject.Remove("p.yaml", []byte(moved))
	require.NoError(t, err)
	require.Equal(t, strings.Replace(written, "train:1", "train:3", 1), string(back.Text))
	require.Equal(t, []string{"its image was changed since, and stays"}, back.Executors[0].Notes)
	for from, to := range map[string]string{
		"- --\n        # what": "# what", // a word less
		"command=5":            "command=x",
		"command=5&":           "command=99&",
		"v=1":                  "v=2",
	} {
		damaged := strings.Replace(string(got.Text), from, to, 1)
		require.NotEqual(t, damaged, string(got.Text))
		for _, do := range []func() (inject.Result, error){
			func() (inject.Result, error) { return inject.Remove("p.yaml", []byte(damaged)) },
			func() (inject.Result, error) { return inject.Inject([]byte(damaged), both) },
		} {
			_, err := do()
			require.ErrorContains(t, err, "what was added to exec-train cannot be told apart", from)
		}
	}
}
