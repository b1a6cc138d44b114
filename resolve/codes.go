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
	CodeStray       = "FLTS-C08" // an extra character at an end
	CodeKnownPair   = "FLTS-C15" // default credentials
	CodePlainHTTP   = "FLTS-C16" // an endpoint without TLS
	CodeUnverified  = "FLTS-C17" // certificates are not verified
	CodeMissing     = "FLTS-C18" // a required key without a value
	CodeType        = "FLTS-C20" // a value of the wrong type
	CodeStale       = "FLTS-C21" // left over from another login
	CodeSensParam   = "FLTS-C22" // a sensitive key given as a parameter
	CodeSensConfig  = "FLTS-C23" // a sensitive key found in a ConfigMap
	CodeDisagree    = "FLTS-C24" // two different values in one layer
	CodeDevDefault  = "FLTS-C25" // development credentials without APP_ENV=dev
	CodeUnknownVar  = "FLTS-C26" // an unknown FLTS_ variable
	CodeShort       = "FLTS-C27" // a secret too short to be found in other text
	CodeLauncher    = "FLTS-C50" // what the KFP launcher was given cannot be read
	CodePodUnknown  = "FLTS-C51" // the pod's own namespace is wanted and not known
	CodeNotMounted  = "FLTS-S01" // a directory that was named is not there
	CodeUnreadable  = "FLTS-S02" // a file that may not be read
	CodeStraySecret = "FLTS-S03" // a credential with an extra character at an end
	CodeHalfPair    = "FLTS-S06" // half of a group
	CodeNearName    = "FLTS-S07" // a file whose name is nearly a key
	CodeNotText     = "FLTS-S10" // NUL bytes or no UTF-8
	CodeTooLong     = "FLTS-S11" // longer than the kernel takes
	CodeOpenFile    = "FLTS-S12" // any user of the container can read it
	CodeNoFile      = "FLTS-S13" // a directory, a device or a dangling link
)
