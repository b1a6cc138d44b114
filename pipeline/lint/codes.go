package lint

import "github.com/flts-run/flts-run/checklist/codes"

// Codes of the findings of this package. They are stable: a code is never reused.
const (
	codeBare          = "FLTS-I01" // a task does not start with flts-run
	codePastShim      = "FLTS-I02" // nor with a program that a shim in the image could stand for
	codeNothing       = "FLTS-I03" // a container without command and arguments
	codeHeldSecret    = "FLTS-I04" // a secret stands in the pipeline
	codeAskedSecret   = "FLTS-I05" // a parameter asks for a secret
	codeVariableTwice = "FLTS-I06" // a variable from two places
	codeVolumeTwice   = "FLTS-I07" // volumes of one name
	codePathTwice     = "FLTS-I08" // volumes at one path
	codeCached        = "FLTS-I09" // the cache does not see the configuration
	codeBothKinds     = "FLTS-I10" // a key from a ConfigMap and from a Secret
	codeOpenSecret    = "FLTS-I11" // a sensitive key from a ConfigMap
	codeOtherObject   = "FLTS-I12" // an object that is nearly the contract's
	codeMisspelt      = "FLTS-I13" // a name that is nearly one of the contract's
	codeImage         = "FLTS-I14" // an image that may be another one tomorrow
	codeRetried       = "FLTS-I15" // configuration errors are retried
	codeNewer         = "FLTS-I16" // a field that the server does not know
	codeUnreached     = "FLTS-I17" // a part of the platform document that reaches no task
	codeDefault       = "FLTS-I18" // a default that no run can take
	codeChanged       = "FLTS-I19" // a default that the server changes
	codeLocalhost     = "FLTS-I20" // an endpoint on localhost
	codeInvalid       = "FLTS-I21" // a value that its key does not take
	codeNotGivable    = "FLTS-I22" // an input that no run can be given
)

// severityOf is how bad a finding is.
func severityOf(code string) Severity {
	switch code {
	case codeNothing, codeHeldSecret, codeVariableTwice, codeVolumeTwice, codePathTwice,
		codeNewer, codeDefault, codeLocalhost, codeInvalid, codeNotGivable:
		return Error
	case codeRetried:
		return Info
	}
	return Warning
}

// Codes are all codes that Check gives, sorted.
func Codes() []string {
	var all []string
	for _, t := range codes.All() {
		if len(t.ID) > len(prefix) && t.ID[:len(prefix)] == prefix {
			all = append(all, t.ID)
		}
	}
	return all
}

const prefix = "FLTS-I"
