package endpoints

// Codes of MLflow, the http kind, PostgreSQL and Kubeflow Pipelines beside those
// in codes.go.
const (
	codeOtherProduct = "FLTS-H16" // the endpoints are swapped
	codeOtherAnswer  = "FLTS-H20"
	codeReadsOnly    = "FLTS-H21"

	codeKFPToken    = "FLTS-A13"
	codeLoginPlugin = "FLTS-A20"

	codeDirectStore    = "FLTS-X06"
	codeLocalArtifacts = "FLTS-X07"
	codeVersions       = "FLTS-X08"
	codeBodyTooLarge   = "FLTS-X09"
	codeNotServed      = "FLTS-X10"
	codeExperiment     = "FLTS-X13"
	codeServersStore   = "FLTS-X20"
	codeLeftBehind     = "FLTS-X21"

	codeKFPPort = "FLTS-K16"

	codeNotPostgres     = "FLTS-Q01"
	codePostgresLogin   = "FLTS-Q02"
	codePostgresHost    = "FLTS-Q03"
	codeNoDatabase      = "FLTS-Q04"
	codeConnectionsFull = "FLTS-Q05"
	codePostgresStarts  = "FLTS-Q06"
	codePostgresTLS     = "FLTS-Q07"
	codePostgresOther   = "FLTS-Q08"
)
