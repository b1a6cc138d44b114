package manifests

import "strings"

// MadeBy is the first line of every file, by which we know our own.
const MadeBy = "# Made by fltsctl manifests: change the contract or what gives its values, and make it again.\n"

// Text is a file of several documents.
func Text(objects []Object) string {
	texts := make([]string, len(objects))
	for i, o := range objects {
		texts[i] = o.Text
	}
	return MadeBy + "---\n" + strings.Join(texts, "---\n")
}
