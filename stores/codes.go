package stores

// Codes of why a secret could not be fetched. They are stable: a code is never
// reused for something else.
const (
	CodeDenied      = "FLTS-S20" // IAM does not allow to read it
	CodeNotFound    = "FLTS-S21" // there is no such secret
	CodeDecryption  = "FLTS-S22" // the KMS key cannot be used
	CodeRegion      = "FLTS-S23" // no region, or none that there is
	CodeAnonymous   = "FLTS-S24" // no AWS credentials
	CodeExpired     = "FLTS-S25" // AWS credentials that have expired
	CodeStrangers   = "FLTS-S26" // credentials that AWS does not know
	CodeThrottled   = "FLTS-S27" // too many requests
	CodeUnreachable = "FLTS-S28" // no answer
	CodeUnusable    = "FLTS-S29" // an answer that is no secret
	CodeBinary      = "FLTS-S32" // a binary secret
	CodeDeleted     = "FLTS-S33" // marked for deletion
	CodeStage       = "FLTS-S34" // no version with that staging label
	CodeAmbiguous   = "FLTS-S35" // keys in the environment that are another service's
)
