package access

// Codes of findings that other packages give too: checklist/codes explains them.
const (
	codeNotEndpoint = "FLTS-C06"
	codeKFPToken    = "FLTS-A13"
	codeUnsendable  = "FLTS-A14"
	codeLogin       = "FLTS-A10"
	codeKFPPort     = "FLTS-K16"
	codeKubeDenied  = "FLTS-K09"
	codeKubeLogin   = "FLTS-K10"

	codeNoSuchHost   = "FLTS-D01"
	codeServfail     = "FLTS-D04"
	codeDNSSilent    = "FLTS-D06"
	codeNotInCluster = "FLTS-D18"

	codeRefused     = "FLTS-T01"
	codeDialTimeout = "FLTS-T02"
	codeReset       = "FLTS-T03"
	codeNoRoute     = "FLTS-T04"
	codeHangs       = "FLTS-T07"

	codeUnknownCA     = "FLTS-L01"
	codeWrongName     = "FLTS-L02"
	codeExpired       = "FLTS-L03"
	codeNotYetValid   = "FLTS-L04"
	codeSpeaksTLS     = "FLTS-L05"
	codeSpeaksPlain   = "FLTS-L06"
	codeClientCert    = "FLTS-L07"
	codeTLSParameters = "FLTS-L08"
	codeBundle        = "FLTS-L12"

	codeLoginPage  = "FLTS-H06"
	codeMeshDenies = "FLTS-H07"
	codeNoBackend  = "FLTS-H08"
	codeNotHere    = "FLTS-H09"
	codeMoved      = "FLTS-H10"
	codeNotHTTP    = "FLTS-H13"
	codeThrottled  = "FLTS-H14"

	codeProxyLogin = "FLTS-P04"
	codeProxyDown  = "FLTS-P05"
)
