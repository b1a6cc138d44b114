package resolve

// Reindex makes a contract that a test has changed by hand whole again.
func (c *Contract) Reindex() { c.index() }
