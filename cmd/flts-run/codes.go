package main

// Codes of the findings that only the command can give. They are stable: a code
// is never reused for something else.
const (
	codeUnexpected   = "FLTS-C01" // a value is not the one that was expected
	codeUnknownVar   = "FLTS-C26" // an unknown FLTS_ variable
	codeLauncher     = "FLTS-C50" // what the KFP launcher was given cannot be read
	codePodUnknown   = "FLTS-C51" // the pod's own namespace is wanted and not known
	codeDotenvUnread = "FLTS-S15" // a .env file where none is read
)
