package endpoints

// The codes of the findings made here. A code is stable and never reused;
// what was tested has an ID of its own.
const (
	codeNoScheme    = "FLTS-C04"
	codeNotEndpoint = "FLTS-C06"
	codeHalfPair    = "FLTS-S06"

	codeNoSuchHost    = "FLTS-D01"
	codeServfail      = "FLTS-D04"
	codeDNSRefused    = "FLTS-D05"
	codeDNSSilent     = "FLTS-D06"
	codeResolverDown  = "FLTS-D07"
	codeRefused       = "FLTS-T01"
	codeDialTimeout   = "FLTS-T02"
	codeReset         = "FLTS-T03"
	codeNoRoute       = "FLTS-T04"
	codeHangs         = "FLTS-T07"
	codeProxyLogin    = "FLTS-P04"
	codeProxyDown     = "FLTS-P05"
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

// Code is a finding code with the one line that says what it stands for.
type Code struct{ ID, Title string }

// Codes returns the table of all codes that a finding of this package can
// carry, in the order of the ladder.
func Codes() []Code {
	return []Code{
		{codeNoScheme, "the URL has no http:// or https://"},
		{codeNotEndpoint, "the value is not an endpoint"},
		{codeHalfPair, "half of a pair of credentials is missing"},
		{codeNoSuchHost, "the host name does not exist"},
		{codeServfail, "the name server cannot answer"},
		{codeDNSRefused, "the name server refuses to answer"},
		{codeDNSSilent, "the name server is silent"},
		{codeResolverDown, "there is no name server"},
		{codeRefused, "connection refused"},
		{codeDialTimeout, "connection attempts get no answer"},
		{codeReset, "the connection is closed before an answer"},
		{codeNoRoute, "there is no route to the address"},
		{codeHangs, "the request is accepted and not answered"},
		{codeProxyLogin, "the proxy wants a login"},
		{codeProxyDown, "the proxy cannot be used"},
		{codeUnknownCA, "the certificate comes from an unknown authority"},
		{codeWrongName, "the certificate is for another name"},
		{codeExpired, "the certificate has expired"},
		{codeNotYetValid, "the certificate is not valid yet"},
		{codeSpeaksTLS, "the port speaks TLS, the URL says http"},
		{codeSpeaksPlain, "the port does not speak TLS, the URL says https"},
		{codeClientCert, "the server wants a client certificate"},
		{codeTLSParameters, "client and server share no TLS version or parameters"},
		{codeConsole, "this is the web console of MinIO, not its API"},
		{codeOtherS3, "an S3 server that is not MinIO"},
		{codeLoginPage, "a login or web page answers instead of the API"},
		{codeMeshDenies, "an authorization policy of the mesh refuses"},
		{codeNoBackend, "nothing works behind the address"},
		{codeNotHere, "the API is not under this path"},
		{codeMoved, "the address redirects elsewhere"},
		{codeNotHTTP, "the port does not speak HTTP"},
		{codeUnexpected, "an answer that fits no known cause"},
		{codeUnknownKey, "the access key is unknown"},
		{codeBadSignature, "the secret key is wrong"},
		{codeDenied, "the credentials are valid and lack a permission"},
		{codeClock, "the clocks differ"},
		{codeRegion, "the server is in another region"},
		{codeToken, "the session token is not valid"},
		{codeLogin, "login is missing or wrong"},
		{codeNotPermitted, "this user may not do that"},
		{codeHostHeader, "the server refuses the Host header"},
		{codeUnsendable, "a credential holds a control character"},
		{codeNoBucket, "the bucket does not exist"},
		{codeBucketUnknown, "the bucket does not exist or may not be seen"},
	}
}
