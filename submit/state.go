package submit

// State is where a run or a task is. The words are KFP's.
type State string

const (
	Unknown   State = "UNKNOWN"
	Pending   State = "PENDING"
	Running   State = "RUNNING"
	Paused    State = "PAUSED"
	Canceling State = "CANCELING"

	Succeeded State = "SUCCEEDED"
	Skipped   State = "SKIPPED"
	Failed    State = "FAILED"
	Canceled  State = "CANCELED"
)

// Final reports whether the state will not change any more by itself.
func (s State) Final() bool {
	switch s {
	case Succeeded, Skipped, Failed, Canceled:
		return true
	}
	return false
}
