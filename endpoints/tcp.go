package endpoints

import "github.com/flts-run/flts-run/checklist"

// TCP is a port that takes connections: a database.
type TCP struct {
	Name     string
	Address  Setting // host:port
	Advisory bool
}

// Checks returns the checks of the target.
func (t TCP) Checks(env Env) []checklist.Check {
	if t.Name == "" {
		t.Name = "tcp"
	}
	addr, bad := parseHostPort(t.Address, "tcp")
	if bad != nil {
		return unparsed(t.Name, t.Advisory, bad)
	}
	return newLadder(t.Name, t.Advisory, addr, "", requestsClient, env).base()
}
