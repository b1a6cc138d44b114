package doctor

import "github.com/flts-run/flts-run/internal/hint"

// asked are the items of the security checklist that no program can see in a cluster:
// people do them. They have a row, so that the list is whole, with what helps.
var asked = []struct {
	what, title, reason string
	command             func(*Doctor) string
}{
	{
		"audits", "somebody goes through RBAC regularly", "what people do cannot be seen in a cluster",
		func(d *Doctor) string { return d.kubectl(d.Namespace) + " auth can-i --list" },
	},
	{
		"bindings", "somebody wrote down what each role binding is for", "there is no place in a cluster for it",
		func(d *Doctor) string { return d.kubectl(d.Namespace) + " get rolebindings -o wide" },
	},
	{
		"alerts", "somebody hears of failed logins", "the alerts live outside of the cluster",
		func(d *Doctor) string {
			return d.kubectl("") + ` get --raw /metrics | grep '^authentication_attempts{result="failure"}'`
		},
	},
	{
		"reviews", "somebody goes through this list regularly", "what people do cannot be seen in a cluster",
		func(d *Doctor) string {
			return "fltsctl doctor -n " + hint.ShellWord(d.Namespace) + " --checklist security -o markdown"
		},
	},
	{
		"scan", "somebody scans the images for vulnerabilities", "the results of a scan are not in the cluster",
		func(d *Doctor) string {
			return d.kubectl(d.Namespace) + ` get pods -o jsonpath='{range .items[*].spec.containers[*]}{.image}{"\n"}{end}' | sort -u | xargs -n 1 trivy image`
		},
	},
}
