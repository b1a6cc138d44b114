package doctor

import (
	"encoding/json"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
)

// step is one of a JSON patch.
type step struct {
	Op   string `json:"op"`
	From string `json:"from,omitempty"`
	Path string `json:"path"`
}

// move gives the value of a key to another one, without a look at it.
func move(from, to string) step { return step{"move", "/data/" + from, "/data/" + to} }

// patch changes the ConfigMap or the Secret by a document of that type: "merge", "json".
func (d *Doctor) patch(kind, form string, doc any) checklist.Command {
	name := d.ConfigMap
	if kind == "secret" {
		name = d.Secret
	}
	text, _ := json.Marshal(doc) // of maps and texts, which cannot fail
	return checklist.Command{Line: d.kubectl(d.Namespace) + " patch " + kind + " " + hint.ShellWord(name) + " --type=" + form + " -p " + hint.ShellWord(string(text))}
}
