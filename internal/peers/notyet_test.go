//go:build peers

package peers_test

// notYet are the known disagreements: the scenario, and what flts-run has to learn.
// A scenario that agrees must not be here. The table is empty when flts-run keeps
// its promise.
var notYet = map[string]string{}
