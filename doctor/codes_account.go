package doctor

// Codes of the service account of the pipelines.
const (
	codeNoAccount   = "FLTS-K15" // it is not there, or its pods get no token
	codeMayTooFew   = "FLTS-K60" // it may not read what the platform reads with it
	codeMayTooMuch  = "FLTS-K61" // it may do more than any component needs
	codeNoPullLogin = "FLTS-K62" // a login for images that is not there
	codeNotPullType = "FLTS-K63" // a login for images that is a Secret of another type
)
