package doctor

import "github.com/flts-run/flts-run/checklist"

// AllRights are those that some options need, and not only these.
func (d *Doctor) AllRights() []Right { return append(d.rights(), d.insideRights()...) }

// CouldNotLook is the finding of a check that needed to see something.
func (d *Doctor) CouldNotLook(err error) checklist.Finding { return d.couldNotLook(err) }
