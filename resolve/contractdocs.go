package resolve

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
)

// Markdown writes the keys of the contract as a table, for the documentation of
// a component. It holds all that an author of a pipeline or of a manifest needs.
func (c *Contract) Markdown() string {
	var b strings.Builder
	b.WriteString("| name | type | default | sensitive | parameter names | spellings | |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, k := range c.Keys {
		sensitive := ""
		if k.Sensitive {
			sensitive = "yes"
		}
		params := append([]string{near.Folded(k.Name)}, k.Params...)
		cells := []string{code(k.Name), k.typeText(), k.defaultText(), sensitive, codes(params), codes(k.variables()[1:]), k.Doc}
		for i, cell := range cells {
			cells[i] = strings.NewReplacer("|", `\|`, "\r", "", "\n", " ").Replace(cell)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	return b.String()
}

func (k *Key) typeText() string {
	text := string(k.Type)
	if k.Type == Enum {
		text = codes(k.Values)
	}
	if k.Required {
		text += ", required"
	}
	return text
}

func (k *Key) defaultText() string {
	var list []string
	if k.Default != "" {
		list = append(list, code(k.Default))
	}
	if k.DevDefault != "" {
		list = append(list, code(k.DevDefault)+" (dev only)")
	}
	return strings.Join(list, ", ")
}

func codes(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = code(s)
	}
	return strings.Join(quoted, ", ")
}

func code(s string) string { return "`" + s + "`" }
