package checklist

import (
	"context"
	"slices"
	"time"
)

// Check tests one thing. Run must return soon after its context ends: the
// runner waits for it, because the alternative is a goroutine that outlives
// the run.
type Check struct {
	ID     string // what is tested: "minio.dial"
	Target string // what it belongs to: "minio"
	Rung   Rung
	Title  string   // a statement that holds when the check passes: "MinIO accepts the credentials"
	Needs  []string // IDs of checks that must succeed first

	// Advisory makes a failure a warning. What needs the check is skipped all
	// the same.
	Advisory bool

	// Timeout bounds one attempt; zero means no bound but the run's context.
	Timeout time.Duration

	// Dispensable says that what needs the check uses nothing that it found: when
	// somebody skips it, that is looked at all the same.
	Dispensable bool

	// Skip says why the check is not to run: "skipped by --skip minio.*".
	Skip string

	// Prerequisite says that the check runs only because a selected one needs it.
	Prerequisite bool

	Run func(context.Context) Finding
}

// Command is a line for a shell that mends something. It destroys nothing, and holds no
// secret: those are typed.
type Command struct {
	Line  string `json:"command"`
	Input string `json:"input,omitempty"` // what it wants to be typed: "the value of MINIO_SECRET_KEY"
}

// Finding is what one look found.
type Finding struct {
	State    State
	Code     string   // "FLTS-T01"; empty on a plain pass
	Detail   string   // one clause: "connection refused at custom:8000"
	Evidence []string // what was seen, one line each
	Hint     string   // what to type next

	// Fix are the commands that would mend it, in order; nil where what mends it is
	// not known, or is no command.
	Fix []Command

	// Transient says that the same look may succeed later without anybody
	// changing anything, so it is worth waiting for.
	Transient bool

	// Refused says that credentials were refused. It is a field because the
	// exit status depends on it and this package gives codes no meaning.
	Refused bool

	// Explains names the findings that are mere consequences of this one, by their
	// codes: "FLTS-L04" wherever it is found, "minio/FLTS-A03" that of one target,
	// "secret/*" all of one.
	Explains []string
}

// explains reports whether r is a mere consequence of f.
func (f Finding) explains(r Result) bool {
	if r.Code == "" {
		return false
	}
	return slices.Contains(f.Explains, r.Code) || slices.Contains(f.Explains, r.Target+"/"+r.Code) || slices.Contains(f.Explains, r.Target+"/*")
}

// Result is what came of one check.
type Result struct {
	ID           string
	Target       string
	Rung         Rung
	Title        string
	Needs        []string
	Advisory     bool
	Prerequisite bool

	// Vantage is from where it was looked, when that is not where the report is made:
	// "pod flts-check-x7f2k".
	Vantage string

	Finding

	// Failed tells the failure of an advisory check, which State shows as
	// Warn, from a warning that the check itself gave.
	Failed bool

	// Because is the ID of the need that made this a skip.
	Because string

	// Interrupted says that the run ended before the check did. Had it found
	// something by then, that is kept.
	Interrupted bool

	Started  time.Duration // since the start of the run
	Waited   time.Duration // from the first attempt to the start of the last one
	Took     time.Duration // the last attempt alone
	Attempts int
}

// succeeded reports whether what needs this result may run.
func (r Result) succeeded() bool {
	return r.State == Pass || r.State == Warn && !r.Failed
}

// ended is when the check ended, since the start of the run.
func (r Result) ended() time.Duration { return r.Started + r.Waited + r.Took }
