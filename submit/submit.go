// Package submit is runs of pipelines, whatever runs them: what is sent to start
// one, what its state is, what can be done with it. A Backend speaks with one
// platform; the packages kfp and airflow below this one are the two there are,
// and access is how both reach and convince a server.
package submit

import (
	"context"
	"io"
	"time"

	"github.com/flts-run/flts-run/internal/form"
)

// Backend is a platform that runs pipelines. All errors for which there is advice
// are *Error, or have its methods. Every call ends with its context.
type Backend interface {
	// Kind is "kfp" or "airflow".
	Kind() string

	// Form reads what a target asks for. For a compiled pipeline in a file it
	// sends nothing.
	Form(ctx context.Context, t Target) (form.Form, error)

	// Draft is exactly what Submit would send, in order, as JSON values: for
	// --dry-run. It changes nothing; what has no id yet is written as "<…>".
	Draft(ctx context.Context, o Order) ([]Request, error)

	// Submit starts a run, or finds the one that an order with the same Key
	// started before.
	Submit(ctx context.Context, o Order) (Receipt, error)

	// Run reads one run with its tasks.
	Run(ctx context.Context, id string) (Run, error)

	// Runs lists runs without their tasks, the newest first.
	Runs(ctx context.Context, q Query) (Page, error)

	// Logs writes the log of one task, or of all, to w.
	Logs(ctx context.Context, q LogQuery, w io.Writer) error

	Terminate(ctx context.Context, id string) error
	// Retry runs again what failed.
	Retry(ctx context.Context, id string) error
	// Archive hides a run from lists, where the platform can.
	Archive(ctx context.Context, id string) error
}

// Glancer is a backend whose Run takes two requests. Glance brings what is known of
// a run up to date by one, each half in its turn, so that a watch that asks once a
// second sees every change within two. Of a run that has ended it reads the whole.
type Glancer interface {
	Glance(ctx context.Context, known Run) (Run, error)
}

// Target is what to run: a compiled pipeline in a file, or a pipeline or DAG that
// the server has.
type Target struct {
	File string // of a KFP pipeline
	Text string // that stands for what File holds, or ""

	// Pipeline is the name of a KFP pipeline on the server, or the id of a DAG.
	Pipeline string
	// Version is the name or id of a KFP pipeline version; "" is the newest.
	Version string
}

// Order is a run that is wanted. Where a field belongs to one platform, the other
// ignores it; the command line refuses it before.
type Order struct {
	Target Target
	Form   form.Form
	Values map[string]any // as Form.Read gave them

	// Name is the run's name in KFP and the run's id in Airflow. "" lets the
	// backend make one.
	Name string
	// Description is shown with the run; Airflow calls it a note.
	Description string
	// Key makes the order idempotent: two orders with the same key are one run.
	Key    string
	Labels map[string]string

	// KFP alone.
	Experiment     string // created when missing; "" is the server's default
	Namespace      string // of a multi-user KFP
	ServiceAccount string
	PipelineRoot   string
	NoCache        bool // at every level of the DAG
	Upload         bool // store the file as a pipeline version first, and run that

	// Airflow alone.
	LogicalDate time.Time // zero is none
	Unpause     bool
}

// Request is one call to a server.
type Request struct {
	Method string `json:"method" yaml:"method"`
	Path   string `json:"path" yaml:"path"` // with its query
	Body   any    `json:"body,omitempty" yaml:"body,omitempty"`
}

// Receipt is a run that was started, or found.
type Receipt struct {
	Run Run
	// Existing: an earlier order with the same key had started it.
	Existing bool
}

// Run is one execution of a pipeline or DAG.
type Run struct {
	ID   string
	Name string
	URL  string // of its page for people; "" where it is not known

	Pipeline       string // name of the pipeline or id of the DAG
	PipelineID     string
	Version        string // name of the pipeline version, or of the DAG's
	VersionID      string
	Experiment     string
	ExperimentID   string
	Namespace      string
	ServiceAccount string
	PipelineRoot   string
	Description    string

	State  State
	Native string // the platform's own word for the state

	// The zero time means "not yet", whatever the server wrote for that.
	Created, Started, Finished time.Time

	Parameters map[string]any
	// Images of the tasks, by task, where the platform says.
	Images map[string]string

	// Error is what the platform says of a failure, on one line.
	Error string
	Tasks []Task
	// Archived: hidden from lists.
	Archived bool
	// Terminated: somebody stopped it. KFP calls that FAILED.
	Terminated bool
}

// Task is one step of a run.
type Task struct {
	ID     string // unique in its run
	Name   string
	Parent string // ID of the task group or DAG that it is in; "" at the root

	State  State
	Native string

	Started, Finished time.Time

	Try      int // from 1; 0 where the platform does not say
	MapIndex int // of a mapped task instance; -1 otherwise
	Group    bool
	Pod      string
	Error    string
}

// Query chooses runs.
type Query struct {
	Pipeline   string // name of the pipeline, or id of the DAG
	Experiment string
	Namespace  string
	State      State // "" is all
	Archived   bool  // those that are hidden, instead of those that are not
	Limit      int   // at most; 0 is 20
	Page       string
}

// Page is a part of a list.
type Page struct {
	Runs []Run
	Next string // for Query.Page; "" at the end
	// Total is how many there are, or -1 where the server does not say.
	Total int
}

// LogQuery chooses logs.
type LogQuery struct {
	Run    string
	Task   string // ID or name; "" is every task, each line with its task in front
	Try    int    // 0 is the last
	Tail   int    // that many lines from the end; 0 is all
	Follow bool   // until the task ends
}
