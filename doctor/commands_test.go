package doctor_test

import "github.com/flts-run/flts-run/checklist"

// The hints that many scenarios have, written out.

// given is the end of a command that gives $V to a key.
func given(made, name, key string) string {
	return `[ "$V" ] && printf %s "$V" | kubectl create ` + made + ` --from-file=` + key + `=/dev/stdin --dry-run=client -o json | kubectl -n NS patch ` + name + ` --type=merge --patch-file /dev/stdin`
}

func givenSecret(key string) string {
	return given("secret generic flts-secrets", "secret flts-secrets", key)
}

func typeSecret(key string) string {
	return "stty -echo; read -r V; stty echo; " + givenSecret(key) + "   (then type the value of " + key + ")"
}

func typeConfigMap(key, like string) string {
	return "read -r V; " + given("configmap flts-config", "configmap flts-config", key) + "   (then type the value of " + key + ", like " + like + ")"
}

func rewriteSecret(key, template string) string {
	return "V=$(kubectl -n NS get secret flts-secrets -o go-template='" + template + "') && " + givenSecret(key)
}

func moveToSecret(key string) string {
	return `V=$(kubectl -n NS get configmap flts-config -o go-template='{{index .data "` + key + `"}}') && ` + givenSecret(key) +
		` && kubectl -n NS patch configmap flts-config --type=json -p '[{"op":"remove","path":"/data/` + key + `"}]'`
}

// mayNotGet is what a check finds that is not allowed to look.
func mayNotGet(resource, name string) checklist.Finding {
	return checklist.Finding{
		State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get " + resource + " " + name + " in NS",
		Hint: "kubectl -n NS auth can-i get " + resource + "/" + name,
	}
}
