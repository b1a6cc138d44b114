package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// assemble finds the pipeline document and the platform document of a file.
func assemble(file string, documents []any) (*Package, error) {
	if len(documents) == 0 {
		return nil, faultf(file, hintCompile, "is empty")
	}
	p := &Package{File: file}
	for i, d := range documents {
		var place *map[string]any
		kind := kindOf(d)
		switch kind {
		case "pipeline":
			place = &p.spec
		case "platform":
			place = &p.platform
		default:
			what, hint := otherKind(file, d)
			if len(documents) > 1 {
				what += fmt.Sprintf(" (document %d of %d)", i+1, len(documents))
			}
			return nil, faultf(file, hint, "%s", what)
		}
		if *place != nil {
			return nil, faultf(file, "submit each from a file of its own", "has two %s documents", kind)
		}
		*place = d.(map[string]any)
	}
	if p.spec == nil {
		return nil, faultf(file, "put the pipeline document in front of it, with a line --- between", "has a platform document and no pipeline")
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, nil
}

// kindOf is "pipeline", "platform", or "" for something else.
func kindOf(document any) string {
	for _, name := range []string{"pipelineInfo", "deploymentSpec", "schemaVersion", "root"} {
		if member(document, name) != nil {
			return "pipeline"
		}
	}
	if member(document, "platforms") != nil {
		return "platform"
	}
	return ""
}

// check refuses what the server would refuse, mostly with status 500 and no
// reason.
func (p *Package) check() error {
	schema := member(p.spec, "schemaVersion")
	p.SchemaVersion, _ = schema.(string)
	p.Name = textAt(p.spec, "pipelineInfo", "name")
	_, hasRoot := member(p.spec, "root").(map[string]any)
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	switch {
	case schema == nil:
		return faultf(p.File, hintCompile, "has no schemaVersion: KFP takes 2.1.0 alone")
	case p.SchemaVersion == "":
		return faultf(p.File, `write schemaVersion: "2.1.0"`, "has a schemaVersion that is no text")
	case p.SchemaVersion != "2.1.0":
		hint := "compile it with the SDK of your server, or use a newer fltsctl"
		if strings.HasPrefix(p.SchemaVersion, "2.0.") {
			hint = hintNewSDK
		}
		return faultf(p.File, hint, "has schema version %q, and KFP takes 2.1.0 alone", p.SchemaVersion)
	case p.Name == "":
		return faultf(p.File, "give it a name: pipelineInfo: {name: my-pipeline}", "has no pipelineInfo.name")
	case !strings.ContainsAny(p.Name, letters):
		return faultf(p.File, "give it a name of small letters, digits and -", "has a pipelineInfo.name without a small letter or a digit, which KFP refuses")
	case !hasRoot:
		return faultf(p.File, hintCompile, "has no root component: there is nothing to run")
	}
	return p.checkParameters()
}

// checkParameters refuses definitions that cannot be read.
func (p *Package) checkParameters() error {
	for _, names := range [][]string{{"inputDefinitions"}, {"inputDefinitions", "parameters"}, {"inputDefinitions", "artifacts"}} {
		v := memberAt(p.spec, append([]string{"root"}, names...)...)
		if _, ok := v.(map[string]any); v != nil && !ok {
			return faultf(p.File, hintCompile, "has a root.%s that is no mapping", strings.Join(names, "."))
		}
	}
	for _, kind := range []string{"parameters", "artifacts"} {
		definitions := mappingAt(p.spec, "root", "inputDefinitions", kind)
		for _, name := range slices.Sorted(maps.Keys(definitions)) {
			if _, ok := definitions[name].(map[string]any); !ok {
				return faultf(p.File, hintCompile, "has a root.inputDefinitions.%s.%q that is no mapping", kind, name)
			}
		}
	}
	return nil
}
