package doctor

// Codes of what the security checklist finds.
const (
	codeHandmadeSecret    = "FLTS-K70" // no secret manager stands behind the Secret
	codeOldSecret         = "FLTS-K71" // not changed for 90 days
	codeSecretVariable    = "FLTS-K72" // a Secret as environment variables
	codeSecretInFile      = "FLTS-K73" // kubectl apply left a copy of a Secret
	codeSharedSecret      = "FLTS-K74" // one Secret for two environments
	codeDefaultAccount    = "FLTS-K75" // tasks run as the default service account
	codeAnySecret         = "FLTS-K76" // a service account may read every Secret
	codeMutableConfig     = "FLTS-K77" // the ConfigMap of production can be changed
	codeUnversionedConfig = "FLTS-K78" // nothing says which version the ConfigMap is
	codeUndescribedKey    = "FLTS-K79" // a key that the contract does not describe
	codeChangedByHand     = "FLTS-K80" // changed beside what it is applied from
	codeRoot              = "FLTS-K81" // a container that runs as root, or may
	codeWritableRoot      = "FLTS-K82" // a root file system that can be written
	codeCapabilities      = "FLTS-K83" // a container keeps capabilities
	codePrivileges        = "FLTS-K84" // a container can gain privileges
	codeMovingImage       = "FLTS-K85" // an image without a version
	codeOpenIngress       = "FLTS-K86" // no policy limits who reaches a pod
	codeOpenEgress        = "FLTS-K87" // no policy limits what a pod reaches
	codeNoMesh            = "FLTS-K88" // nothing encrypts between pods
	codeAPIServerFlag     = "FLTS-K89" // the API server runs without a flag
)
