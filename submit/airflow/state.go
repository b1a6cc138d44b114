package airflow

import "github.com/flts-run/flts-run/submit"

// runState is a state of a run in the words of submit. Airflow has no word for a
// run that was stopped: it has failed.
func runState(word string) submit.State {
	switch word {
	case "queued":
		return submit.Pending
	case "running":
		return submit.Running
	case "success":
		return submit.Succeeded
	case "failed":
		return submit.Failed
	}
	return submit.Unknown
}

// runWord is the reverse, "" for states that no run of Airflow has.
func runWord(state submit.State) string {
	for _, word := range []string{"queued", "running", "success", "failed"} {
		if runState(word) == state {
			return word
		}
	}
	return ""
}

// taskState is a state of a task instance. What waits for another try, or for a
// sensor to look again, has not ended; what never ran because something before it
// failed is no failure of its own.
func taskState(word string) submit.State {
	switch word {
	case "", "none", "scheduled", "queued", "up_for_retry", "up_for_reschedule":
		return submit.Pending
	case "running", "restarting", "deferred":
		return submit.Running
	case "shutdown": // Airflow 2
		return submit.Canceling
	case "success":
		return submit.Succeeded
	case "failed":
		return submit.Failed
	case "skipped", "upstream_failed", "removed":
		return submit.Skipped
	}
	return submit.Unknown
}
