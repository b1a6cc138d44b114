package resolve

import "fmt"

// Severity ranks a finding.
type Severity string

const (
	Warning Severity = "warning"
	Error   Severity = "error" // the task must not start
)

// Finding is something to say about the configuration. It holds no secret:
// values of sensitive keys are not in it, and others only in their shown form.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`
	Key      string   `json:"key,omitempty"`
	Keys     []string `json:"keys,omitempty"` // all of them, when it is about more than one
	Message  string   `json:"message"`        // what, and where it came from
	Hint     string   `json:"hint,omitempty"`
	Status   int      `json:"-"` // exit status that an error calls for; 0 is that of a wrong configuration
}

func (r *Resolution) add(sev Severity, code string, k *Key, hint, format string, args ...any) {
	f := Finding{Severity: sev, Code: code, Message: fmt.Sprintf(format, args...), Hint: hint}
	if k != nil {
		f.Key = k.Name
	}
	r.Findings = append(r.Findings, f)
}
