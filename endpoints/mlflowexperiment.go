package endpoints

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/secret"
)

// experiment is what MLflow says of one. Nothing of it is printed but an ID of
// digits, the scheme of the location, and a bucket with the shape of one.
type experiment struct {
	ID       string `json:"experiment_id"`
	Stage    string `json:"lifecycle_stage"`
	Location string `json:"artifact_location"`
}

// askedID is the other variable by which a task names its experiment.
const askedID = "MLFLOW_EXPERIMENT_ID"

func (m *mlflow) namesExperiment() bool {
	return !m.Experiment.Value.IsEmpty() || m.env.Task[askedID] != ""
}

func (m *mlflow) experimentTitle() string { return m.whichExperiment() + " can be used" }

// whichExperiment names it on one line: MLflow takes any text for a name, and a
// report has a line for each check.
func (m *mlflow) whichExperiment() string {
	name := cmp.Or(m.Experiment.Value.String(), secret.Open(m.env.Task[askedID]).String())
	if name == "" {
		return "the Default experiment"
	}
	return "experiment " + strings.ReplaceAll(name, "\n", `\n`)
}

// lookUpExperiment asks for the experiment that runs of the task go to, as
// MLflow's client finds it: by name, by ID, else the Default one.
func (m *mlflow) lookUpExperiment(ctx context.Context) checklist.Finding {
	id := m.env.Task[askedID]
	req := m.apiGet("experiments/get", url.Values{"experiment_id": {cmp.Or(id, "0")}})
	if !m.Experiment.Value.IsEmpty() {
		req = m.apiGet("experiments/get-by-name", url.Values{"experiment_name": {m.Experiment.Value.Reveal()}})
	}
	a, bad := m.call(ctx, req)
	if bad != nil {
		return *bad
	}
	if bad := m.refusal(a, "see this experiment", "READ on it"); bad != nil {
		return *bad
	}
	found, code := a.experiment()
	switch {
	case found != nil:
		m.experiment = *found
		return m.judgeExperiment(a, id)
	case code == "RESOURCE_DOES_NOT_EXIST":
		return m.noExperiment(a, id)
	}
	return m.unexpected(a, "MLflow does not say whether the experiment exists", req.URL.RequestURI())
}

// experiment reads the answer of get and get-by-name, nil when it is an error.
func (a answer) experiment() (found *experiment, errorCode string) {
	var doc struct {
		Experiment *experiment `json:"experiment"`
		ErrorCode  string      `json:"error_code"`
	}
	if json.Unmarshal(a.body, &doc) != nil || a.status != http.StatusOK {
		return nil, doc.ErrorCode
	}
	return doc.Experiment, doc.ErrorCode
}

func (m *mlflow) judgeExperiment(a answer, askedFor string) checklist.Finding {
	e := m.experiment
	id := "ID"
	if madeOf(e.ID, 32, digits) {
		id = e.ID
	}
	switch {
	case e.Stage == "deleted" && m.namesExperiment():
		return m.ofExperiment(checklist.Fail, "it is deleted, and MLflow starts no run in it",
			"mlflow experiments restore -x "+id+", or use another name", a.seen())
	case e.Stage == "deleted":
		return m.ofExperiment(checklist.Warn, "it is deleted: a task that names no experiment cannot start a run",
			"mlflow experiments restore -x "+id+", or set "+m.experimentKey()+"=NAME", a.seen())
	case !m.Experiment.Value.IsEmpty() && askedFor != "" && askedFor != e.ID:
		return m.ofExperiment(checklist.Fail, fmt.Sprintf("%s names another experiment, and MLflow's client refuses to choose", askedID),
			"unset "+askedID, fmt.Sprintf("%s = %q", askedID, secret.Open(askedFor)), "the experiment of that name has ID "+id)
	}
	return pass("%s", m.experimentTitle())
}

func (m *mlflow) noExperiment(a answer, askedFor string) checklist.Finding {
	switch {
	case !m.Experiment.Value.IsEmpty():
		return m.ofExperiment(checklist.Warn, "there is none of this name: MLflow will create it, if the user may",
			"if that is not meant, correct "+m.experimentKey()+"; the names there are: mlflow experiments search", a.seen())
	case askedFor != "":
		return m.ofExperiment(checklist.Fail, "there is none with this ID", "correct "+askedID+": mlflow experiments search", a.seen())
	}
	return m.ofExperiment(checklist.Warn, "there is none: a task that names no experiment cannot start a run",
		"set "+m.experimentKey()+"=NAME", a.seen())
}

func (m *mlflow) experimentKey() string { return cmp.Or(m.Experiment.Key, "MLFLOW_EXPERIMENT_NAME") }

// ofExperiment is a finding that begins with which experiment it is about.
func (m *mlflow) ofExperiment(state checklist.State, what, hint string, evidence ...string) checklist.Finding {
	if !m.Experiment.Value.IsEmpty() {
		evidence = append([]string{m.Experiment.evidence()}, evidence...)
	}
	f := m.fail(codeExperiment, m.whichExperiment()+": "+what, hint, evidence...)
	f.State = state
	return f
}
