package doctor

// Codes of the way from a component to its services, as the cluster has it.
const (
	codeNoService      = "FLTS-K01" // there is no such Service
	codeNotReady       = "FLTS-K02" // no pod behind it is ready
	codeMayBlock       = "FLTS-K14" // a network policy may keep components from it
	codeNoPort         = "FLTS-K40" // the Service has no such port
	codeNoPods         = "FLTS-K41" // its selector matches no pod
	codePortName       = "FLTS-K42" // no container has a port of the name that it sends to
	codeDNSMayBlock    = "FLTS-K43" // a network policy may keep components from the name server
	codeOtherNamespace = "FLTS-D02"
	codeNowSeaweed     = "FLTS-D03"
	codeDangling       = "FLTS-D12" // an alias of something that is not there
	codeConsole        = "FLTS-H01" // the web console's port, not the API's
)
