package endpoints

// The codes of the findings made here. A code is stable and never reused;
// what was tested has an ID of its own. Package checklist/codes explains them.
const (
	codeNoScheme    = "FLTS-C04"
	codeNotEndpoint = "FLTS-C06"
	codeHalfPair    = "FLTS-S06"

	codeUnknownCA     = "FLTS-L01"
	codeWrongName     = "FLTS-L02"
	codeExpired       = "FLTS-L03"
	codeNotYetValid   = "FLTS-L04"
	codeSpeaksTLS     = "FLTS-L05"
	codeSpeaksPlain   = "FLTS-L06"
	codeClientCert    = "FLTS-L07"
	codeTLSParameters = "FLTS-L08"

	codeConsole    = "FLTS-H01"
	codeOtherS3    = "FLTS-H04"
	codeLoginPage  = "FLTS-H06"
	codeMeshDenies = "FLTS-H07"
	codeNoBackend  = "FLTS-H08"
	codeNotHere    = "FLTS-H09"
	codeMoved      = "FLTS-H10"
	codeNotHTTP    = "FLTS-H13"
	codeUnexpected = "FLTS-H15"

	codeUnknownKey    = "FLTS-A01"
	codeBadSignature  = "FLTS-A03"
	codeDenied        = "FLTS-A04"
	codeClock         = "FLTS-A06"
	codeRegion        = "FLTS-A07"
	codeToken         = "FLTS-A08"
	codeLogin         = "FLTS-A10"
	codeNotPermitted  = "FLTS-A11"
	codeHostHeader    = "FLTS-A12"
	codeUnsendable    = "FLTS-A14"
	codeNoBucket      = "FLTS-X01"
	codeBucketUnknown = "FLTS-X02"
)
