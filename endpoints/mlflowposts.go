package endpoints

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// orEmpty judges a search that found nothing: an MLflow without a single experiment
// says {}, and so do services that say it to everything. Only MLflow refuses to
// search for no number of results.
func (m *mlflow) orEmpty(ctx context.Context, a answer) checklist.Finding {
	if strings.TrimSpace(string(a.body)) != "{}" {
		return m.judge(a)
	}
	if m.saysOK {
		return pass("API answers")
	}
	again, bad := m.call(ctx, m.apiGet("experiments/search", nil))
	if bad == nil && again.isMalformed() {
		return pass("API answers")
	}
	return m.judge(a)
}

// refusesPost reports a refusal that may be of the method alone: not in MLflow's
// words, nor those of a login page.
func (m *mlflow) refusesPost(a answer) bool {
	switch a.status {
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	case http.StatusForbidden:
		return m.forbidden(a, "", "").Code == codeUnexpected
	}
	return false
}

// orReadsOnly asks again by GET: a proxy that lets only that through is enough for
// a task that reads a run or a model by its ID, and for no other.
func (m *mlflow) orReadsOnly(ctx context.Context, posted answer) checklist.Finding {
	got, bad := m.call(ctx, m.apiGet("experiments/search", url.Values{"max_results": {"1"}}))
	if bad != nil || got.status != http.StatusOK || !got.isMLflowAPI() {
		return m.judge(posted)
	}
	return m.warn(codeReadsOnly, "GET is answered and POST refused: what MLflow's client logs or searches for gets no further",
		"allow POST, PATCH and DELETE on "+m.addr.path+apiRoot+" in what stands in front of MLflow, an ingress or an AuthorizationPolicy: kubectl get ingress,authorizationpolicy -A",
		"POST: "+posted.seen(), "GET: "+got.seen())
}
