package endpoints

// The codes of what lies between a task and its services: names, connections,
// sidecars, proxies.
const (
	codeNoSuchHost     = "FLTS-D01"
	codeOtherNamespace = "FLTS-D02"
	codeNowSeaweed     = "FLTS-D03"
	codeServfail       = "FLTS-D04"
	codeDNSRefused     = "FLTS-D05"
	codeDNSSilent      = "FLTS-D06"
	codeResolverDown   = "FLTS-D07"
	codeFamily         = "FLTS-D09"
	codeSlowName       = "FLTS-D10"
	codeDangling       = "FLTS-D12"
	codeWildcard       = "FLTS-D13"
	codeNotClusterDNS  = "FLTS-D14"
	codeClusterDomain  = "FLTS-D15"
	codeNeedsTCP       = "FLTS-D16"
	codeHostsFile      = "FLTS-D17"
	codeNotInCluster   = "FLTS-D18"
	codeNoAddress      = "FLTS-D19"

	codeRefused     = "FLTS-T01"
	codeDialTimeout = "FLTS-T02"
	codeReset       = "FLTS-T03"
	codeNoRoute     = "FLTS-T04"
	codeSidecar     = "FLTS-T05"
	codeHangs       = "FLTS-T07"
	codeBigStalls   = "FLTS-T08"
	codeDeadAddress = "FLTS-T09"

	codeNeedlessProxy = "FLTS-P01"
	codePythonNoProxy = "FLTS-P02"
	codeProxyLogin    = "FLTS-P04"
	codeProxyDown     = "FLTS-P05"
	codeProxyResigns  = "FLTS-P06"
	codePythonProxy   = "FLTS-P07"
)
