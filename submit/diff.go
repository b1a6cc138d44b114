package submit

import (
	"maps"
	"reflect"
	"slices"
)

// Difference is one thing in which two runs are not the same.
type Difference struct {
	What string // "pipeline version", "parameter", "image"
	Name string // of the parameter, or of the task that has the image
	A, B any    // JSON values; nil where a run has none
}

// Diff lists what may make two runs of a pipeline end differently: what was run,
// with which parameters and images, as whom and where to. It does not look at what
// became of them, nor at what they are called. unknown names what could not be
// compared, because the platform does not say it of both.
func Diff(a, b Run) (differences []Difference, unknown []string) {
	for _, f := range []struct{ what, a, b, idA, idB string }{
		{"pipeline", a.Pipeline, b.Pipeline, a.PipelineID, b.PipelineID},
		{"pipeline version", a.Version, b.Version, a.VersionID, b.VersionID},
		{"namespace", a.Namespace, b.Namespace, "", ""},
		{"service account", a.ServiceAccount, b.ServiceAccount, "", ""},
		{"pipeline root", a.PipelineRoot, b.PipelineRoot, "", ""},
	} {
		if f.a == f.b && f.idA == f.idB {
			continue
		}
		differences = append(differences, Difference{What: f.what, A: named(f.a, f.idA), B: named(f.b, f.idB)})
	}
	differences = append(differences, diffMaps("parameter", a.Parameters, b.Parameters)...)
	if len(a.Images) == 0 || len(b.Images) == 0 {
		return differences, []string{"images"}
	}
	return append(differences, diffMaps("image", a.Images, b.Images)...), nil
}

// named is how something with a name and an id is shown, nil if it has neither.
func named(name, id string) any {
	switch {
	case name == "" && id == "":
		return nil
	case id == "":
		return name
	case name == "":
		return id
	}
	return name + " (" + id + ")"
}

func diffMaps[V any](what string, a, b map[string]V) []Difference {
	var list []Difference
	names := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		d := Difference{What: what, Name: name}
		if v, there := a[name]; there {
			d.A = v
		}
		if v, there := b[name]; there {
			d.B = v
		}
		if !reflect.DeepEqual(d.A, d.B) {
			list = append(list, d)
		}
	}
	return list
}
