package resolve

// Codes of the findings of this package. They are stable: a code is never
// reused for something else.
const (
	CodeLocalhost   = "FLTS-C02" // localhost as an endpoint, in a pod
	CodeNumeric     = "FLTS-C03" // an IP address as an endpoint
	CodeNoScheme    = "FLTS-C04" // a URL without http:// or https://
	CodeScheme      = "FLTS-C05" // a URL where a host and port belong
	CodeExtraParts  = "FLTS-C06" // an endpoint with a path, query or user
	CodeObjectURI   = "FLTS-C07" // s3:// where a server belongs
	CodeStray       = "FLTS-C08" // an extra character
	CodeServiceLink = "FLTS-C12" // what Kubernetes injects for a Service
	CodeKnownPair   = "FLTS-C15" // default credentials
	CodePlainHTTP   = "FLTS-C16" // an endpoint without TLS
	CodeUnverified  = "FLTS-C17" // certificates are not verified
	CodeMissing     = "FLTS-C18" // a required key without a value
	CodeLocalStore  = "FLTS-C19" // a tracking URI that is no server
	CodeType        = "FLTS-C20" // a value of the wrong type
	CodeSensParam   = "FLTS-C22" // a sensitive key given as a parameter
	CodeSensConfig  = "FLTS-C23" // a sensitive key found in a ConfigMap
	CodeDisagree    = "FLTS-C24" // two different values in one layer
	CodeDevDefault  = "FLTS-C25" // development credentials without APP_ENV=dev
	CodeShort       = "FLTS-C27" // a secret too short to be found in other text
	CodePlaceholder = "FLTS-C30" // a stand-in for a value that nobody filled in
	CodeSwapped     = "FLTS-C31" // access key and secret key in each other's place
	CodeNotMounted  = "FLTS-S01" // a directory is not there, or is empty
	CodeUnreadable  = "FLTS-S02" // a file that may not be read
	CodeStraySecret = "FLTS-S03" // a credential with an extra character
	CodeStrayProof  = "FLTS-S04" // a secret key or a password with an extra character
	CodeTwice       = "FLTS-S05" // base64 of the value instead of the value
	CodeHalfPair    = "FLTS-S06" // half of a group
	CodeNearName    = "FLTS-S07" // a file whose name is nearly a key
	CodeSubPath     = "FLTS-S08" // a file that is mounted by itself and never updated
	CodeNotText     = "FLTS-S10" // NUL or control bytes, or no UTF-8
	CodeTooLong     = "FLTS-S11" // longer than the kernel takes
	CodeOpenFile    = "FLTS-S12" // any user of the container can read it
	CodeNoFile      = "FLTS-S13" // a directory, a device or a dangling link
)
