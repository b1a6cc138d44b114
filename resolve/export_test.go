package resolve

import "slices"

// Reindex makes a contract that a test has changed by hand whole again.
func (c *Contract) Reindex() { c.index() }

// Shadowed lists the candidates that lost against the winner, highest first.
func (k *Resolved) Shadowed() []Candidate {
	if k.Winner < 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(k.Candidates[k.Winner+1:]), func(c Candidate) bool { return c.Empty })
}
