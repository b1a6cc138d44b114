package pipeline

import (
	"bytes"
	"path"
	"strings"
)

// otherKind says what a document is that is no pipeline.
func otherKind(file string, document any) (what, hint string) {
	m, isMapping := document.(map[string]any)
	kind := textAt(document, "kind")
	switch {
	case !isMapping:
		return "is no pipeline: it holds a list or a text, and no mapping", hintCompile
	case kind == "Workflow" && strings.HasPrefix(textAt(document, "apiVersion"), "argoproj.io/"):
		return "is an Argo Workflow, as version 1 of the SDK compiles pipelines", hintNewSDK
	case kind == "PipelineVersion" && memberAt(document, "spec", "pipelineSpec") != nil:
		return "is a Kubernetes PipelineVersion, which holds a pipeline", "take it out: yq .spec.pipelineSpec " + file + " > pipeline.yaml"
	case kind != "" && m["apiVersion"] != nil:
		return "is a Kubernetes object and no pipeline", hintCompile
	case member(document, "pipelineSpec") != nil:
		return "is a pipeline job, which holds a pipeline", "take it out: yq .pipelineSpec " + file + " > pipeline.yaml"
	case m["implementation"] != nil:
		return "is a component and no pipeline", "use it in one, with kfp.components.load_component_from_file, and compile that"
	}
	return "is no pipeline: it has neither pipelineInfo nor root", hintCompile
}

// isPython reports whether a file is the source of a pipeline: by its name, or by
// its first statement.
func isPython(name string, data []byte) bool {
	firstLine, _, _ := bytes.Cut(data, []byte("\n"))
	if path.Ext(name) == ".py" || bytes.HasPrefix(firstLine, []byte("#!")) && bytes.Contains(firstLine, []byte("python")) {
		return true
	}
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		first, rest, _ := bytes.Cut(line, []byte(" "))
		switch string(first) {
		case "import", "def", "class":
			return true
		case "from":
			return bytes.Contains(rest, []byte(" import "))
		}
		return bytes.HasPrefix(line, []byte(`"""`))
	}
	return false
}
