package doctor

// Codes of looking from inside.
const (
	codeNoProgram  = "FLTS-K50" // there is no flts-run where the component runs
	codeNotStarted = "FLTS-K51" // the short-lived pod does not start
	codeNoReport   = "FLTS-K52" // what ran gave no report that can be read
	codeNowhere    = "FLTS-K53" // there is nothing to look from
	codeLeft       = "FLTS-K54" // the short-lived pod is still there
)
