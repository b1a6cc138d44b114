package resolve

// Codes of what a stored secret holds.
const (
	CodeStoredPath = "FLTS-S30" // a path that the JSON of a secret does not have
	CodeStoredForm = "FLTS-S31" // a secret that is no JSON
)
