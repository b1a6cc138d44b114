package endpoints

// The codes of findings about TLS, about what stands between us and a server,
// and about stores.
const (
	codeOtherEndpoint = "FLTS-C60"
	codeOtherKeys     = "FLTS-C61"
	codeFinalDot      = "FLTS-C62"
	codeVirtual       = "FLTS-C63"
	codeNotRead       = "FLTS-C10"

	codePythonTrust   = "FLTS-L09"
	codeEndsSoon      = "FLTS-L11"
	codeBundle        = "FLTS-L12"
	codePythonRefuses = "FLTS-L13"
	codeDefaultCert   = "FLTS-L14"
	codeOthersTrust   = "FLTS-L15"

	codeNoQuorum  = "FLTS-H03"
	codeUnrouted  = "FLTS-H11"
	codeSlow      = "FLTS-H12"
	codeThrottled = "FLTS-H14"
	codeMeshToken = "FLTS-H17"
	codeNotS3Port = "FLTS-H18"

	codeNoWrite     = "FLTS-X04"
	codeChecksums   = "FLTS-X05"
	codeFull        = "FLTS-X11"
	codeProbeStored = "FLTS-X14"
)
