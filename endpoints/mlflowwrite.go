package endpoints

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// A write probe is a request that MLflow refuses as malformed after it looked at
// the permission, so that one that is allowed leaves nothing behind. Measured on
// 2.9.2 and 3.17.2. What it cannot see is a tracking database that takes no more
// writes.

// write asks whether a run may be created in the experiment, or the experiment
// itself when there is none yet.
func (m *mlflow) write(ctx context.Context) checklist.Finding {
	probe := writeProbe{"runs/create", map[string]any{"experiment_id": m.experiment.ID, "start_time": "flts-run-probe"}, "create runs in this experiment", "EDIT on the experiment"}
	if m.experiment.ID == "" {
		probe = writeProbe{"experiments/create", map[string]any{"name": []string{"flts-run-probe"}}, "create experiments", "the right to create experiments"}
	}
	text, _ := json.Marshal(probe.body) // of texts alone
	a, bad := m.call(ctx, m.send(http.MethodPost, m.addr.url(apiRoot+probe.call), "application/json", text))
	if bad == nil {
		bad = m.refusal(a, probe.what, probe.need)
	}
	switch {
	case bad != nil:
		return *bad
	case a.isMalformed():
		return pass("may %s (nothing was written)", probe.what)
	case a.status == http.StatusOK && m.experiment.ID != "":
		return m.takeBack(ctx, a)
	}
	return m.unexpected(a, "MLflow does not say whether the user may "+probe.what, apiRoot+probe.call)
}

// writeProbe is a call that is malformed, what it would do, and the permission
// that this takes.
type writeProbe struct {
	call       string
	body       map[string]any
	what, need string
}

// isMalformed is MLflow's answer to a request that was let through and makes no
// sense.
func (a answer) isMalformed() bool {
	code, _ := a.mlflowError()
	return a.status == http.StatusBadRequest && code == "INVALID_PARAMETER_VALUE"
}

// takeBack deletes a run that a server created in spite of what was wrong with
// the request. MLflow keeps deleted runs for a while.
func (m *mlflow) takeBack(ctx context.Context, a answer) checklist.Finding {
	var doc struct {
		Run struct {
			Info struct {
				RunID string `json:"run_id"`
			} `json:"info"`
		} `json:"run"`
	}
	_ = json.Unmarshal(a.body, &doc) // without an ID the deletion fails, which is said
	text, _ := json.Marshal(map[string]string{"run_id": doc.Run.Info.RunID})
	deleted, bad := m.call(ctx, m.send(http.MethodPost, m.addr.url(apiRoot+"runs/delete"), "application/json", text))
	f := m.fail(codeLeftBehind, "the probe created a run, which is deleted now and can still be restored", "mlflow gc removes deleted runs for good", a.seen())
	if f.State = checklist.Warn; bad != nil || deleted.status != http.StatusOK {
		f.Detail, f.Hint = "the probe created a run and could not delete it", "delete the newest run of the experiment, which has no name of yours: mlflow runs list --experiment-id ID"
	}
	return f
}

// upload sends 2 MiB to a path that MLflow refuses, because ingresses stop larger
// bodies than they are told to pass.
func (m *mlflow) upload(ctx context.Context) checklist.Finding {
	if artifactScheme(m.experiment.Location) != "mlflow-artifacts" {
		return checklist.Finding{State: checklist.Skip, Detail: "artifacts do not go through MLflow"}
	}
	const size = 2 << 20
	// Below the experiment, of which the permission is asked; MLflow takes no #.
	path := proxiedArtifacts + escapedPath(m.artifactPath()) + "/flts-run-probe%23"
	a, bad := m.call(ctx, m.send(http.MethodPut, m.addr.url(path), "application/octet-stream", make([]byte, size)))
	if bad == nil {
		bad = m.refusal(a, "store artifacts", "EDIT on the experiment")
	}
	switch {
	case bad != nil:
		return *bad
	case a.isMalformed():
		return pass("2 MiB are passed on to MLflow (nothing was written)")
	case a.status == http.StatusRequestEntityTooLarge:
		return m.warn(codeBodyTooLarge, "an artifact of 2 MiB is too large for what stands in front of MLflow (413)",
			`on the Ingress: nginx.ingress.kubernetes.io/proxy-body-size: "0"; or let artifacts go straight to s3://`, a.seen())
	case a.isMLflowsFailure():
		return m.brokenStore(a)
	case a.status == http.StatusOK:
		return m.removeArtifact(ctx, a, path)
	}
	return m.unexpected(a, "MLflow does not say whether artifacts may be uploaded", proxiedArtifacts)
}

// removeArtifact deletes what a server stored in spite of its path.
func (m *mlflow) removeArtifact(ctx context.Context, a answer, path string) checklist.Finding {
	removed, bad := m.call(ctx, m.send(http.MethodDelete, m.addr.url(path), "application/json", []byte("{}")))
	f := m.fail(codeLeftBehind, "the probe stored an artifact, which is removed again", "nothing is left to do", a.seen())
	if f.State = checklist.Warn; bad != nil || removed.status != http.StatusOK {
		f.Detail, f.Hint = "the probe stored an artifact and could not remove it", `remove "flts-run-probe#" from the experiment's folder in the artifact store`
	}
	return f
}

// escapedPath writes the parts of a path that a server gave behind slashes.
func escapedPath(path string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(path, "/") {
		if part != "" {
			b.WriteString("/" + url.PathEscape(part))
		}
	}
	return b.String()
}
