package doctor

import (
	"encoding/json"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

// step is one of a JSON patch.
type step struct {
	Op   string `json:"op"`
	From string `json:"from,omitempty"`
	Path string `json:"path"`
}

// move gives the value of a key to another one, without a look at it.
func move(from, to string) step { return step{"move", "/data/" + from, "/data/" + to} }

// patch changes the object of a layer by a document of that type: "merge", "json".
func (d *Doctor) patch(layer resolve.Layer, form string, doc any) checklist.Command {
	kind, name := d.objectOf(layer)
	return d.patchObject(d.Namespace, kind, name, form, doc)
}

// patchObject changes any object.
func (d *Doctor) patchObject(namespace, kind, name, form string, doc any) checklist.Command {
	text, _ := json.Marshal(doc) // of maps and texts, which cannot fail
	return checklist.Command{Line: d.kubectl(namespace) + " patch " + kind + " " + hint.ShellWord(name) + " --type=" + form + " -p " + hint.ShellWord(string(text))}
}

// objectOf is the object that gives a layer its values: its kind, as kubectl says it, and
// its name.
func (d *Doctor) objectOf(layer resolve.Layer) (kind, name string) {
	if layer == resolve.Secret {
		return "secret", d.Secret
	}
	return "configmap", d.ConfigMap
}
