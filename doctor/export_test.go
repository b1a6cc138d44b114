package doctor

// AllRights are those that some options need, and not only these.
func (d *Doctor) AllRights() []Right { return d.rights() }
