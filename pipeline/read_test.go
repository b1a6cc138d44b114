package pipeline_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/pipeline"
)

const (
	small    = "pipelineInfo: {name: p}\nschemaVersion: 2.1.0\nroot: {dag: {}}\n"
	platform = "platforms: {kubernetes: {deploymentSpec: {}}}\n"
)

func samples(t testing.TB) []string {
	files, err := filepath.Glob("../testdata/kfp/pipelines/*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 30)
	return files
}

func jsonOf(t testing.TB, v any) string {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

func spec(t testing.TB, p *pipeline.Package) string {
	text, err := p.Spec()
	require.NoError(t, err)
	return string(text)
}

func platformSpec(t testing.TB, p *pipeline.Package) string {
	text, err := p.PlatformSpec()
	require.NoError(t, err)
	return string(text)
}

func TestWhatTheSDKCompilesLosesNothing(t *testing.T) {
	for _, file := range samples(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var want []any
			require.NoError(t, yaml.Load(text, &want, yaml.WithAllDocuments()))

			p, err := pipeline.Load(file)
			require.NoError(t, err)
			// Two of its texts, 1e3 and 0o17, are numbers to all but Python;
			// TestTheFormIsTheSDKsOwn compares those.
			if filepath.Base(file) != "inputs-texts-like-values.yaml" {
				require.JSONEq(t, jsonOf(t, want[0]), spec(t, p))
			}
			upload := spec(t, p)
			if len(want) == 2 {
				require.JSONEq(t, jsonOf(t, want[1]), platformSpec(t, p))
				upload += "\n---\n" + platformSpec(t, p)
			} else {
				require.Empty(t, platformSpec(t, p))
			}

			again, err := pipeline.Read("upload.yaml", []byte(upload))
			require.NoError(t, err)
			require.Equal(t, spec(t, p), spec(t, again))
			require.Equal(t, p.Digest(), again.Digest())
			var read []any
			require.NoError(t, yaml.Load([]byte(upload), &read, yaml.WithAllDocuments()))
			require.Len(t, read, len(want))
			require.JSONEq(t, spec(t, p), jsonOf(t, read[0]))
		})
	}
}

func TestFieldsThatAreNewerThanThisProgramLive(t *testing.T) {
	p, err := pipeline.Read("p.yaml", []byte(platform+"---\n"+small+"novelty: {of: [2030, 10000000, 1.50, '007', null]}\n"))
	require.NoError(t, err)
	require.Equal(t, `{"novelty":{"of":[2030,10000000,1.50,"007",null]},"pipelineInfo":{"name":"p"},"root":{"dag":{}},"schemaVersion":"2.1.0"}`, spec(t, p))
	require.Equal(t, `{"platforms":{"kubernetes":{"deploymentSpec":{}}}}`, platformSpec(t, p))
}

func TestTheServersReaderIsFollowed(t *testing.T) {
	p, err := pipeline.Read("p.yaml", []byte(small+"x: [yes, 0o17, 017, 1_000, 12:30, 2024-01-01, '2024-01-01', \"\\x7f\\x85\"]\n"))
	require.NoError(t, err)
	require.Equal(t, `{"pipelineInfo":{"name":"p"},"root":{"dag":{}},"schemaVersion":"2.1.0",`+
		`"x":["yes",15,15,1000,"12:30","2024-01-01T00:00:00Z","2024-01-01","\u007f\u0085"]}`, spec(t, p))
}

func TestWhatPythonWroteIsReadAsPythonReadsIt(t *testing.T) {
	texts := "x: [1e3, 08, 0o17, 1.0e-07, 5]\n"
	p, err := pipeline.Read("p.yaml", []byte("# PIPELINE DEFINITION\n# Name: p\n"+small+texts))
	require.NoError(t, err)
	require.Contains(t, spec(t, p), `"x":["1e3","08","0o17",1.0e-07,5]`)
	p, err = pipeline.Read("p.yaml", []byte(small+texts))
	require.NoError(t, err)
	require.Contains(t, spec(t, p), `"x":[1e3,8,15,1.0e-07,5]`)
}

func TestBadInput(t *testing.T) {
	compile := "compile one: kfp dsl compile --py PIPELINE.py --output pipeline.yaml"
	newSDK := "compile it with a newer SDK: pip install 'kfp>=2' && kfp dsl compile --py PIPELINE.py --output pipeline.yaml"
	for name, c := range map[string]struct{ text, want, hint string }{
		"empty file":             {"", "f is empty", compile},
		"comments alone":         {"# nothing\n---\n", "f is empty", compile},
		"two pipeline documents": {small + "---\n" + small, "f has two pipeline documents", "submit each from a file of its own"},
		"two platform documents": {small + "---\n" + platform + "---\n" + platform, "f has two platform documents", "submit each from a file of its own"},
		"a platform document alone": {
			platform, "f has a platform document and no pipeline",
			"put the pipeline document in front of it, with a line --- between",
		},
		"another document": {
			small + "---\na: 1\n", "f is no pipeline: it has neither pipelineInfo nor root (document 2 of 2)", compile,
		},
		"legacy Argo YAML": {
			"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {}\n",
			"f is an Argo Workflow, as version 1 of the SDK compiles pipelines", newSDK,
		},
		"schema 2.0": {
			strings.Replace(small, "2.1.0", "2.0.0", 1), `f has schema version "2.0.0", and KFP takes 2.1.0 alone`, newSDK,
		},
		"schema 2.2": {
			strings.Replace(small, "2.1.0", "2.2.0", 1), `f has schema version "2.2.0", and KFP takes 2.1.0 alone`, "compile it with the SDK of your server, or use a newer fltsctl",
		},
		"schema as a number": {strings.Replace(small, "2.1.0", "2.1", 1), "f has a schemaVersion that is no text", `write schemaVersion: "2.1.0"`},
		"no schema":          {strings.Replace(small, "schemaVersion: 2.1.0", "", 1), "f has no schemaVersion: KFP takes 2.1.0 alone", compile},
		"no name":            {strings.Replace(small, "name: p", "", 1), "f has no pipelineInfo.name", "give it a name: pipelineInfo: {name: my-pipeline}"},
		"a strange name": {
			strings.Replace(small, "name: p", "name: ÄÖ", 1),
			"f has a pipelineInfo.name without a small letter or a digit, which KFP refuses", "give it a name of small letters, digits and -",
		},
		"no root":         {strings.Replace(small, "root: {dag: {}}", "", 1), "f has no root component: there is nothing to run", compile},
		"bad parameters":  {strings.Replace(small, "dag: {}", "inputDefinitions: {parameters: []}", 1), "f has a root.inputDefinitions.parameters that is no mapping", compile},
		"a bad parameter": {strings.Replace(small, "dag: {}", "inputDefinitions: {parameters: {a: 1}}", 1), `f has a root.inputDefinitions.parameters."a" that is no mapping`, compile},
		"a component": {
			"name: c\nimplementation: {container: {image: i}}\n", "f is a component and no pipeline",
			"use it in one, with kfp.components.load_component_from_file, and compile that",
		},
		"a ConfigMap":       {"apiVersion: v1\nkind: ConfigMap\n", "f is a Kubernetes object and no pipeline", compile},
		"a PipelineVersion": {"apiVersion: v1\nkind: PipelineVersion\nspec: {pipelineSpec: {}}\n", "f is a Kubernetes PipelineVersion, which holds a pipeline", "take it out: yq .spec.pipelineSpec f > pipeline.yaml"},
		"a pipeline job":    {`{"pipelineSpec": {}, "runtimeConfig": {}}`, "f is a pipeline job, which holds a pipeline", "take it out: yq .pipelineSpec f > pipeline.yaml"},
		"a list":            {"- a\n", "f is no pipeline: it holds a list or a text, and no mapping", compile},
		"python":            {"# Copyright\n\nfrom kfp import dsl\n", "f is Python source, and a compiled pipeline is wanted", "compile it: kfp dsl compile --py f --output pipeline.yaml"},
		"a docstring":       {"\"\"\"Trains.\"\"\"\n", "f is Python source, and a compiled pipeline is wanted", "compile it: kfp dsl compile --py f --output pipeline.yaml"},
		"a python script":   {"#!/usr/bin/env python3\nprint()\n", "f is Python source, and a compiled pipeline is wanted", "compile it: kfp dsl compile --py f --output pipeline.yaml"},
		"bad syntax":        {small + "x: [1,\n", "f:5:1: is no valid YAML: did not find expected node content", ""},
		"a name twice":      {small + "root: {}\n", `f:4:1: has the name "root" twice`, ""},
		"not UTF-8":         {"a: \xff\n", "f:1:1: is not UTF-8", "save it as UTF-8"},
		"UTF-16":            {"\xff\xfea\x00", "f:1:1: is not UTF-8", "save it as UTF-8"},
		"a damaged zip":     {"PK\x03\x04 and more", "f is a damaged archive", "pack it again: zip pipeline.zip pipeline.yaml"},
		"a damaged tarball": {"\x1f\x8b and more", "f is a damaged archive", "pack it again: zip pipeline.zip pipeline.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pipeline.Read("f", []byte(c.text))
			requireFailure(t, err, c.want, c.hint)
		})
	}
}

func requireFailure(t *testing.T, err error, want, hint string) {
	t.Helper()
	require.EqualError(t, err, want)
	var failure *pipeline.Error
	require.True(t, errors.As(err, &failure))
	require.Equal(t, hint, failure.Hint())
	require.Equal(t, 64, failure.Status())
}

func TestBadFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := pipeline.Load("nowhere.yaml")
	requireFailure(t, err, "nowhere.yaml cannot be read: no such file or directory",
		"compile one: kfp dsl compile --py PIPELINE.py --output pipeline.yaml; a pipeline that the server has is named by --pipeline")

	require.NoError(t, os.Mkdir("dir", 0o700))
	_, err = pipeline.Load("dir")
	requireFailure(t, err, "dir is a directory", "name the file in it, as dir/pipeline.yaml")

	large, err := os.Create("large.yaml")
	require.NoError(t, err)
	require.NoError(t, large.Truncate(40<<20))
	require.NoError(t, large.Close())
	_, err = pipeline.Load("large.yaml")
	requireFailure(t, err, "large.yaml is larger than 32 MiB, which is all that a KFP server takes",
		"data belongs in a bucket or in the image, not in a pipeline")

	require.NoError(t, os.WriteFile("flow.py", []byte("x = 1\n"), 0o600))
	_, err = pipeline.Load("flow.py")
	requireFailure(t, err, "flow.py is Python source, and a compiled pipeline is wanted",
		"compile it: kfp dsl compile --py flow.py --output pipeline.yaml")

	_, err = pipeline.Read("x", make([]byte, 40<<20))
	require.ErrorContains(t, err, "is larger than 32 MiB")
}

func TestTheCommentThatTheSDKBreaksIsNamed(t *testing.T) {
	_, err := pipeline.Load("../testdata/kfp/pipelines/unreadable/inputs-multiline.yaml")
	var failure *pipeline.Error
	require.True(t, errors.As(err, &failure))
	require.Equal(t, "the SDK wrote a default of several lines into the comment at the top: delete all that is above components:", failure.Hint())
}

type entry struct{ name, text string }

func zipped(t testing.TB, entries ...entry) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		w, err := z.Create(e.name)
		require.NoError(t, err)
		_, err = w.Write([]byte(e.text))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

func tarball(t testing.TB, entries ...entry) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for _, e := range entries {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: e.name, Mode: 0o600, Size: int64(len(e.text))}))
		_, err := w.Write([]byte(e.text))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	return out.Bytes()
}

func TestArchives(t *testing.T) {
	other := entry{"other.yaml", "a: 1\n"}
	for name, pack := range map[string]func(testing.TB, ...entry) []byte{"a.zip": zipped, "a.tgz": tarball, "a.yaml": tarball} {
		for file, entries := range map[string][]entry{
			"pipeline.yaml": {other, {"./pipeline.yaml", small}},
			"train.yml":     {{"README.md", "x"}, {"._train.yml", "\x00"}, {"train.yml", small}},
			"out/p.json":    {{"out/p.json", `{"pipelineInfo": {"name": "p"}, "schemaVersion": "2.1.0", "root": {"dag": {}}}`}},
		} {
			p, err := pipeline.Read(name, pack(t, entries...))
			require.NoError(t, err)
			require.Equal(t, name+"/"+file, p.File)
			require.Equal(t, "p", p.Name)
		}
		_, err := pipeline.Read(name, pack(t, other, entry{"third.yaml", small}))
		requireFailure(t, err, name+" has 2 YAML files in it, and none is pipeline.yaml", "call the pipeline pipeline.yaml in it")
		_, err = pipeline.Read(name, pack(t, entry{"a.txt", small}))
		requireFailure(t, err, name+" has no YAML file in it", "call the pipeline pipeline.yaml in it")
		_, err = pipeline.Read(name, pack(t, entry{"a.yaml", "a: b: c"}))
		requireFailure(t, err, name+"/a.yaml:1:5: is no valid YAML: mapping values are not allowed in this context", "")
	}
}

func TestWhatIsUnpackedIsBounded(t *testing.T) {
	bomb := entry{"a.yaml", strings.Repeat(" ", 33<<20)}
	for name, data := range map[string][]byte{"a.zip": zipped(t, bomb), "a.tgz": tarball(t, bomb)} {
		_, err := pipeline.Read(name, data)
		requireFailure(t, err, name+", unpacked, is larger than 32 MiB, which is all that a KFP server takes",
			"data belongs in a bucket or in the image, not in a pipeline")
	}
}

func FuzzRead(f *testing.F) {
	for _, file := range samples(f)[:8] {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add(zipped(f, entry{"pipeline.yaml", small}))
	f.Add(tarball(f, entry{"pipeline.yaml", small + "---\n" + platform}))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := pipeline.Read("f", data)
		if err != nil {
			var failure *pipeline.Error
			require.True(t, errors.As(err, &failure), "%v", err)
			return
		}
		again, err := pipeline.Read("f", []byte(spec(t, p)))
		require.NoError(t, err)
		require.Equal(t, spec(t, p), spec(t, again))
		require.NotNil(t, p.Form())
		p.Images()
		copied, changed := p.DisableCaching()
		_, rest := copied.DisableCaching()
		require.Zero(t, rest)
		require.Equal(t, changed > 0, copied.Digest() != p.Digest())
	})
}
