// Package hint holds commands that more than one package prints. They neither
// destroy nor leak.
package hint

import "fmt"

// PatchSecret is the command that changes one key of a Secret and takes the value
// from the terminal: the other keys stay, the shell's history does not get the
// value, and it does not get the newline that echo would add. Which Secret it is,
// a pod does not know, so NAME stays; so does NS for a namespace of "".
//
// It holds in sh and dash too, which know no "read -s", and an empty line leaves
// the Secret as it is.
func PatchSecret(namespace, key string) string {
	if namespace == "" {
		namespace = "NS"
	}
	return PatchSecretOf("kubectl -n "+namespace, "NAME", key)
}

// PatchSecretOf is that command where it is known which Secret it is. kubectl is the
// beginning of the command line, with context and namespace.
func PatchSecretOf(kubectl, name, key string) string {
	return fmt.Sprintf(`stty -echo; read -r V; stty echo; [ "$V" ] && printf %%s "$V" | jq -Rs '{stringData:{%s:.}}' | %s patch secret %s --type=merge --patch-file /dev/stdin`, key, kubectl, name)
}
