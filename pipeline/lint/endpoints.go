package lint

import (
	"github.com/flts-run/flts-run/resolve"
)

// endpoints holds the constants against the keys that they supply. A run may give
// another value than the default of a parameter, so that is a warning.
func (l *linter) endpoints() {
	for _, c := range l.constants {
		if c.Key == nil || c.IsSecret() {
			continue
		}
		_, found, usable := c.Judge(l.Contract)
		code := ""
		switch {
		case !usable:
			code = codeInvalid
		case found == resolve.CodeLocalhost:
			code = codeLocalhost
		default:
			continue
		}
		severity := severityOf(code)
		if c.Task == "" {
			severity = Warning
		}
		message, hint := c.What+" is not what "+c.Key.Name+" takes", c.Key.Name+" is "+c.Key.Accepts()
		if code == codeLocalhost {
			message, hint = c.What+" is on localhost, which in a pod is the pod itself", "leave it out, and let the task get "+c.Key.Name+" from the ConfigMap: "+l.Inject
		}
		l.rank(severity, code, c.Task, message, hint, c.At...)
	}
}
