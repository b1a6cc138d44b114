package endpoints

import (
	"cmp"
	"context"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

const searchPath = apiRoot + "experiments/search"

// searchByHand is the search as a person repeats it, by GET. Without a number of
// results MLflow answers 400.
const searchByHand = searchPath + "?max_results=1"

// api makes the cheapest call that needs everything a client needs.
func (m *mlflow) api(ctx context.Context) checklist.Finding {
	if bad := m.unsendable(); bad != nil {
		return *bad
	}
	req := m.search(m.addr)
	a, bad := m.call(ctx, req)
	switch {
	case bad != nil:
		return *bad
	case a.keepsMethod() && a.destination(req.URL) != nil:
		return m.follow(ctx, req.URL, a)
	case a.status == http.StatusNotFound:
		return m.notHere(ctx, a)
	case a.status == http.StatusOK && !a.isMLflowAPI():
		return m.orEmpty(ctx, a)
	case m.refusesPost(a):
		return m.orReadsOnly(ctx, a)
	}
	return m.judge(a)
}

// search asks for one experiment as MLflow's client does, by POST: what stands in
// front of a server may let GET through and nothing else.
func (m *mlflow) search(there address) *http.Request {
	return m.send(http.MethodPost, there.url(searchPath), "application/json", []byte(`{"max_results": 1}`))
}

func (m *mlflow) judge(a answer) checklist.Finding {
	code, _ := a.mlflowError()
	refusal := m.refusal(a, "search experiments", "READ on the experiment")
	switch {
	case a.status == http.StatusOK && a.isMLflowAPI(), a.status == http.StatusBadRequest && code == "INVALID_PARAMETER_VALUE":
		return pass("API answers")
	case a.isRedirect():
		f := m.moved(a)
		f.Detail += ", and MLflow's client asks there by GET and without what it had to say"
		return f
	case a.status == http.StatusOK, a.isSignIn():
		return m.webPage(a)
	case refusal != nil:
		return *refusal
	case a.status == http.StatusServiceUnavailable:
		return m.fail(codeUnexpected, "this server keeps artifacts only: it runs with --artifacts-only",
			"set "+m.addr.assign("http", "SVC.NS.svc.cluster.local:5000")+" of the tracking server, or start this one without --artifacts-only", a.seen())
	}
	return m.unexpected(a, "the API does not answer as MLflow's", searchByHand)
}

func (m *mlflow) webPage(a answer) checklist.Finding {
	return m.fail(codeLoginPage, "a web page or another service answers instead of the API",
		"inside the cluster set "+m.addr.assign("http", "SVC.NS.svc.cluster.local:PORT"), a.seen())
}

// notHere is the finding of an API that is not under the URI's path. The whole
// ladder looks where it is: a static prefix moves it since version 3 and left it
// at the root before, and an ingress may add a path of its own.
func (m *mlflow) notHere(ctx context.Context, a answer) checklist.Finding {
	here := m.addr.assign(m.addr.scheme, m.addr.authority())
	hint := "with a static prefix, or behind an ingress: set " + here + "/PREFIX"
	evidence := []string{a.seen()}
	if m.env.Thorough {
		var without []string
		for _, prefix := range m.otherPaths() {
			there := m.addr
			there.path = prefix
			got, bad := m.call(ctx, m.search(there))
			if bad == nil && got.isMLflowAPI() && got.status == http.StatusOK {
				return m.fail(codeNotHere, "no MLflow API under this path (404), it is at "+there.authority()+prefix,
					"set "+there.assign(m.addr.scheme, m.addr.authority()), evidence...)
			}
			if got.status == http.StatusNotFound {
				without = append(without, cmp.Or(prefix, "/"))
			}
		}
		if without != nil {
			evidence = append(evidence, "nor is it under "+strings.Join(without, ", "))
		}
	}
	if m.healthStatus == http.StatusOK && !m.saysOK {
		evidence = append(evidence, "/health does not answer as MLflow's: this may be another service")
	}
	return m.fail(codeNotHere, "no MLflow API under this path (404)", hint, evidence...)
}

// otherPaths are the paths above that of the URI, and the prefixes that people
// give.
func (m *mlflow) otherPaths() []string {
	var paths []string
	for up := m.addr.path; up != ""; {
		up = strings.TrimSuffix(path.Dir(up), "/")
		paths = append(paths, up)
	}
	for _, common := range []string{"/mlflow", "/ml", "/tracking"} {
		if common != m.addr.path && !slices.Contains(paths, common) {
			paths = append(paths, common)
		}
	}
	return paths
}
