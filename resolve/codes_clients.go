package resolve

// Codes of what clients in the task would do with the environment that they get.
const (
	CodeAmazon    = "FLTS-C09" // requests would go to AWS
	CodeNearMiss  = "FLTS-C10" // a variable that no client reads
	CodeStale     = "FLTS-C21" // left over from another login
	CodeNoProfile = "FLTS-C28" // an AWS profile that is in no file
	CodeAllOfAWS  = "FLTS-C29" // an endpoint for every service of AWS
)
