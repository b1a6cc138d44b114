// Package hint holds commands that more than one package prints. They neither
// destroy nor leak.
package hint

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
	return "stty -echo; read -r V; stty echo; " + secret.write(kubectl, name, key)
}

// PatchConfigMapOf changes one key of a ConfigMap in the same way, and shows what is
// typed.
func PatchConfigMapOf(kubectl, name, key string) string {
	return "read -r V; " + configMap.write(kubectl, name, key)
}

// RewriteSecret replaces the value of one key of a Secret by what a template of Go makes
// of the Secret, less the newlines at its end. Nobody sees the value, and where the
// template fails or makes nothing, the Secret stays as it is.
func RewriteSecret(kubectl, name, key, template string) string {
	return "V=$(" + kubectl + " get secret " + ShellWord(name) + " -o go-template=" + ShellWord(template) + ") && " + secret.write(kubectl, name, key)
}

// MoveToSecret takes one key out of a ConfigMap and gives it to a Secret. Nobody sees
// the value, and it leaves the ConfigMap only when the Secret has it.
func MoveToSecret(kubectl, from, name, key string) string {
	return "V=$(" + kubectl + " get configmap " + ShellWord(from) + " -o go-template=" + ShellWord(`{{index .data "`+key+`"}}`) + ") && " +
		secret.write(kubectl, name, key) + " && " + RemoveFromConfigMap(kubectl, from, key)
}

// RemoveFromConfigMap takes one key out of a ConfigMap.
func RemoveFromConfigMap(kubectl, name, key string) string {
	return kubectl + " patch configmap " + ShellWord(name) + ` --type=json -p '[{"op":"remove","path":"/data/` + key + `"}]'`
}

// kind is an object with keys: what kubectl calls it, and what makes one.
type kind struct{ name, made string }

var (
	secret    = kind{"secret", "secret generic"}
	configMap = kind{"configmap", "configmap"}
)

// write gives $V to one key, if it is not empty. That kubectl makes the patch saves the
// user a program that knows how JSON is quoted.
func (k kind) write(kubectl, name, key string) string {
	name = ShellWord(name)
	return `[ "$V" ] && printf %s "$V" | kubectl create ` + k.made + " " + name + " --from-file=" + key + "=/dev/stdin --dry-run=client -o json | " +
		kubectl + " patch " + k.name + " " + name + " --type=merge --patch-file /dev/stdin"
}
