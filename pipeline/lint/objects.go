package lint

import (
	"fmt"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/pipeline"
)

// objects looks for objects that are nearly those of the contract. What a task takes
// from others is its own business.
func (l *linter) objects(t pipeline.Task) {
	for _, o := range t.Objects() {
		name, own := nameOf(o), l.object(o.Kind)
		others := map[string]string{pipeline.ConfigMap: pipeline.Secret, pipeline.Secret: pipeline.ConfigMap}
		at := pipeline.AtPlatform(t.Executor)
		switch other := l.object(others[o.Kind]); {
		case name == "" || name == own:
		case name == other:
			l.add(codeOtherObject, t.Path, fmt.Sprintf("%s %s is taken, and the contract's %s has that name", o.Kind, name, others[o.Kind]), "did you mean "+o.Kind+" "+own+"?", at...)
		default:
			if meant := near.Name(name, []string{own}); meant != "" {
				l.add(codeOtherObject, t.Path, fmt.Sprintf("%s %s is nearly the contract's", o.Kind, name), "did you mean "+meant+"?", at...)
			}
		}
	}
}

// object is the contract's object of a kind.
func (l *linter) object(kind string) string {
	if kind == pipeline.ConfigMap {
		return l.Contract.Objects.ConfigMap
	}
	return l.Contract.Objects.Secret
}

// nameOf is the name of an object, "" where only a run knows it.
func nameOf(o pipeline.Object) string { return o.Name.Text() }
