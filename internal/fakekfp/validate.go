package fakekfp

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

var specFields = []string{"pipelineInfo", "deploymentSpec", "schemaVersion", "sdkVersion", "components", "root", "defaultPipelineRoot"}

// pipelineOf is the pipeline in what was sent, and the platform document if the
// two came under names of their own. Those names are snake case alone.
func pipelineOf(sent any) object {
	whole := fields(sent)
	if inner := fields(whole["pipeline_spec"]); inner != nil {
		return inner
	}
	return whole
}

// checkTemplate refuses what the server cannot read. It calls that an internal
// error.
func (s *Server) checkTemplate(sent any, frames string) *failure {
	spec := pipelineOf(sent)
	if spec == nil {
		return errorf(codeInternal, "Failed to fetch a template with an empty pipeline spec manifest", frames+"Invalid input error: ")
	}
	invalid := func(text string) *failure {
		return errorf(codeInternal, text+": pipeline spec is invalid", frames+"InvalidInputError: ")
	}
	for name := range spec {
		if !slices.Contains(specFields, name) {
			return invalid("unknown template format")
		}
	}
	switch schema := spec.text("schemaVersion"); {
	case spec["pipelineInfo"] == nil || fields(spec["pipelineInfo"]).text("name") == "":
		return invalid("unknown template format")
	case schema != "2.1.0":
		return invalid("KFP only supports schema version 2.1.0, but the pipeline spec has version " + schema)
	case spec["root"] == nil:
		return invalid("invalid v2 pipeline spec: root component is empty")
	}
	if s.newer {
		return nil
	}
	for _, definition := range definitions(spec) {
		if _, ok := fields(definition)["literals"]; ok {
			return invalid(`invalid v2 pipeline spec: proto: (line 1:1): unknown field "literals"`)
		}
	}
	return nil
}

// definitions are the parameters of the pipeline itself.
func definitions(spec object) object {
	return fields(fields(fields(spec["root"])["inputDefinitions"])["parameters"])
}

// checkParameters holds the parameters of a run against the pipeline's.
func (s *Server) checkParameters(sent any, given object) *failure {
	defined := definitions(pipelineOf(sent))
	const frames = "Failed to generate the ExecutionSpec: invalid pipeline job inputs: Invalid input error: "
	for _, name := range slices.Sorted(maps.Keys(defined)) {
		definition := fields(defined[name])
		value, ok := given[name]
		_, hasDefault := definition["defaultValue"]
		if !ok {
			if !hasDefault && definition["isOptional"] != true {
				return errorf(codeInvalid, fmt.Sprintf("parameter %s is not optional, yet has neither default value nor user provided value", name), frames)
			}
			continue
		}
		if text := s.checkValue(name, definition, value); text != "" {
			return errorf(codeInvalid, text, frames)
		}
	}
	var extra []string
	for name := range given {
		if _, ok := defined[name]; !ok {
			extra = append(extra, name)
		}
	}
	if len(extra) > 0 {
		slices.Sort(extra)
		return errorf(codeInvalid, "parameter(s) provided are not required by pipeline: "+strings.Join(extra, ", "), frames)
	}
	return nil
}

func (s *Server) checkValue(name string, definition object, value any) string {
	ok, wanted, noun := false, "", "input parameter"
	switch kind := definition.text("parameterType"); kind {
	case "NUMBER_DOUBLE", "NUMBER_INTEGER":
		_, ok = value.(json.Number)
		wanted, noun = "number", "parameter value"
	case "STRING":
		_, ok = value.(string)
		wanted = "string"
	case "BOOLEAN":
		_, ok = value.(bool)
		wanted = "bool"
	case "LIST":
		_, ok = value.([]any)
		wanted = "list"
	case "STRUCT":
		_, ok = value.(map[string]any)
		wanted = "struct"
	case "":
		return fmt.Sprintf("input parameter %s has unspecified type", name)
	default:
		return fmt.Sprintf("input parameter %s requires type %s, which is invalid for root component", name, kind)
	}
	if !ok {
		kind := strings.Replace(wanted, "number", "double or integer", 1)
		return fmt.Sprintf("input parameter %s requires type %s, but the %s is not of %s value type", name, kind, noun, wanted)
	}
	literals, limited := definition["literals"].([]any)
	if limited && !slices.ContainsFunc(literals, func(l any) bool { return fmt.Sprint(l) == fmt.Sprint(value) }) {
		return fmt.Sprintf("input parameter %q value %v does not match any of the allowed literal values: %v", name, value, literals)
	}
	return ""
}
