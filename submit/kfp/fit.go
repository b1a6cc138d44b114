package kfp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/flts-run/flts-run/pipeline"
)

// fit takes out of a pipeline what a server of this version cannot read and does
// not need, and says what it cannot read and needs. A server reads strictly: it
// answers 500 to a field of a newer SDK, or takes the run and the task's driver
// fails.
func fit(p *pipeline.Package, tag string) (fitted *pipeline.Package, notes []string, err error) {
	f := fitting{server: pipeline.ReleaseOf(tag), tag: tag}
	spec, platform, err := changeable(p)
	if err != nil {
		return nil, nil, err
	}
	f.literals(spec)
	f.kubernetes(platform)
	if !f.changed {
		return p, f.notes, nil
	}
	documents := []any{spec}
	if platform != nil {
		documents = append(documents, platform)
	}
	fitted, err = packageOfDocuments(p.File, documents...)
	return fitted, f.notes, err
}

// changeable are the documents of a pipeline as values that may be changed.
func changeable(p *pipeline.Package) (spec, platform map[string]any, err error) {
	specText, platformText, err := documents(p)
	if err != nil {
		return nil, nil, err
	}
	if spec, err = decode(specText); err != nil || platformText == nil {
		return spec, nil, err
	}
	platform, err = decode(platformText)
	return spec, platform, err
}

// decode reads a JSON object with the digits of its numbers.
func decode(text []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value map[string]any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("kfp: %w", err)
	}
	return value, nil
}

type fitting struct {
	server  pipeline.Release
	tag     string
	notes   []string
	changed bool
}

func (f *fitting) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...)+"; this server is "+f.tag)
}

// literals are the values that a parameter is limited to. Those of the pipeline's
// own parameters were held against the form already.
func (f *fitting) literals(spec map[string]any) {
	since := pipeline.Release{2, 16}
	if !f.server.Before(since) {
		return
	}
	components := []any{spec["root"]}
	for _, c := range object(spec, "components") {
		components = append(components, c)
	}
	found := 0
	for _, c := range components {
		for _, parameter := range object(c, "inputDefinitions", "parameters") {
			definition := object(parameter)
			if _, ok := definition["literals"]; ok {
				delete(definition, "literals")
				found++
			}
		}
	}
	if found > 0 {
		f.changed = true
		f.note("sent without the lists of allowed values of %s, which KFP reads from %s on", counted(found, "parameter"), since)
	}
}

// kubernetesFields say which version of KFP began to read a field of the platform
// document.
var kubernetesFields = map[string]pipeline.Release{
	"configMapAsEnv":    {2, 1},
	"configMapAsVolume": {2, 1},
	"fieldPathAsEnv":    {2, 1},
	"tolerations":       {2, 1},
	"emptyDirMounts":    {2, 3},
	"securityContext":   {2, 16},
}

func (f *fitting) kubernetes(platform map[string]any) {
	if kubernetes := object(platform, "platforms", "kubernetes"); kubernetes != nil && f.server == (pipeline.Release{2, 0}) {
		f.first(kubernetes)
	}
	executors := object(platform, "platforms", "kubernetes", "deploymentSpec", "executors")
	newer := map[string]bool{}
	for _, label := range slices.Sorted(maps.Keys(executors)) {
		fields := object(executors[label])
		for name, value := range fields {
			if since, ok := kubernetesFields[name]; ok && f.server.Before(since) {
				newer[name] = true
			}
			entries, _ := value.([]any)
			for _, entry := range entries {
				f.names(object(entry), newer)
				f.optional(name, object(entry), newer)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(newer)) {
		since, ok := kubernetesFields[name]
		if !ok {
			since = laterFields[name]
		}
		f.note("the tasks may fail: KFP reads %s of the platform document from %s on", name, since)
	}
}

// first is for 2.0: it ends itself over a document without executors, and drops a
// document that configures the pipeline as a whole.
func (f *fitting) first(kubernetes map[string]any) {
	if kubernetes["deploymentSpec"] == nil {
		kubernetes["deploymentSpec"] = map[string]any{"executors": map[string]any{}}
		f.changed = true
	}
	if kubernetes["pipelineConfig"] != nil {
		f.note("the server drops the platform document: it does not know pipelineConfig in it")
	}
}

// laterFields are those inside an entry of the platform document.
var laterFields = map[string]pipeline.Release{"secretNameParameter": {2, 5}, "configMapNameParameter": {2, 5}, "optional": {2, 15}}

// names drops the name that may be a parameter where the plain name says the same.
func (f *fitting) names(entry map[string]any, newer map[string]bool) {
	for plain, parameter := range map[string]string{"secretName": "secretNameParameter", "configMapName": "configMapNameParameter"} {
		value, ok := entry[parameter]
		if !ok || !f.server.Before(laterFields[parameter]) {
			continue
		}
		if constant, ok := object(value, "runtimeValue")["constant"]; ok && constant == entry[plain] {
			delete(entry, parameter)
			f.changed = true
			continue
		}
		newer[parameter] = true
	}
}

// optional drops what is the default anyway.
func (f *fitting) optional(field string, entry map[string]any, newer map[string]bool) {
	value, ok := entry["optional"]
	if !ok || (field != "secretAsEnv" && field != "configMapAsEnv") || !f.server.Before(laterFields["optional"]) {
		return
	}
	if value == false {
		delete(entry, "optional")
		f.changed = true
		return
	}
	newer["optional"] = true
}

// object is a JSON object inside another; one that is missing is empty.
func object(v any, names ...string) map[string]any {
	m, _ := v.(map[string]any)
	for _, name := range names {
		m, _ = m[name].(map[string]any)
	}
	return m
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
