package pipeline

import (
	"maps"
	"slices"
	"strconv"
)

// Need is a field of a pipeline that not every server knows.
type Need struct {
	Field string
	Since string   // the first KFP that reads it: "2.15"; "" where none does
	At    []string // where its document has it, as Line takes it
}

// Since when the driver reads the members of an executor's platform configuration. What
// is not named here is read since 2.0.5.
var configSince = map[string]string{
	"configMapAsEnv": "2.1", "configMapAsVolume": "2.1", "fieldPathAsEnv": "2.1", "tolerations": "2.1",
	"emptyDirMounts":  "2.3",
	"securityContext": "2.16",
	"podAffinity":     "", "enabledSharedMemory": "",
}

// The same for the members of what such a member lists. "optional" of a volume is older.
var entrySince = map[string]map[string]string{
	"secretAsEnv":       {"secretNameParameter": "2.5", "optional": "2.15"},
	"configMapAsEnv":    {"configMapNameParameter": "2.5", "optional": "2.15"},
	"secretAsVolume":    {"secretNameParameter": "2.5"},
	"configMapAsVolume": {"configMapNameParameter": "2.5"},
	"pvcMount":          {"pvcNameParameter": "2.5"},
	"imagePullSecret":   {"secretNameParameter": "2.5"},
}

// Needs are the fields of both documents that not every server of KFP 2 knows, in the
// order of their places.
func (p *Package) Needs() []Need {
	found := parameterNeeds([]string{"root"}, p.spec["root"])
	components := mappingAt(p.spec, "components")
	for _, name := range slices.Sorted(maps.Keys(components)) {
		found = append(found, parameterNeeds([]string{"components", name}, components[name])...)
	}
	configs := p.configs()
	for _, label := range slices.Sorted(maps.Keys(configs)) {
		found = append(found, configNeeds(AtPlatform(label), configs[label])...)
	}
	return found
}

func parameterNeeds(at []string, component any) []Need {
	var found []Need
	parameters := mappingAt(component, "inputDefinitions", "parameters")
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		place := slices.Concat(at, []string{"inputDefinitions", "parameters", name})
		if len(listAt(parameters[name], "literals")) > 0 {
			found = append(found, Need{"literals", "2.16", append(slices.Clip(place), "literals")})
		}
		if textAt(parameters[name], "parameterType") == "TASK_CONFIG" {
			found = append(found, Need{"parameterType TASK_CONFIG", "2.15", append(slices.Clip(place), "parameterType")})
		}
	}
	return found
}

func configNeeds(at []string, config any) []Need {
	var found []Need
	for _, name := range slices.Sorted(maps.Keys(configSince)) {
		if member(config, name) != nil {
			found = append(found, Need{name, configSince[name], append(slices.Clip(at), name)})
		}
	}
	for _, list := range slices.Sorted(maps.Keys(entrySince)) {
		for i, entry := range listAt(config, list) {
			for _, name := range slices.Sorted(maps.Keys(entrySince[list])) {
				if member(entry, name) != nil {
					found = append(found, Need{list + "." + name, entrySince[list][name], slices.Concat(at, []string{list, strconv.Itoa(i), name})})
				}
			}
		}
	}
	return found
}
