// Package checklist runs checks and says what came of them.
//
// A [Check] is data plus one function. [Runner.Run] runs independent checks in
// parallel, skips what needs a check that did not succeed, retries what may
// pass by itself, and returns a [Verdict] with one [Result] per check in the
// order given, also when it was interrupted. Printers and the exit status are
// functions of the verdict alone.
//
// The package knows nothing of the things checked: no host, no protocol, no
// finding code has a meaning here. What a check of one product needs is in the
// package that makes the check.
//
// A check says what was tested (its ID, "minio.dial"), a finding says what was
// found (its Code, "FLTS-T01"). Both are stable and never reused.
package checklist
