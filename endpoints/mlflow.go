package endpoints

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/secret"
)

// MLflow is an MLflow tracking server.
//
// Before a task its health and one call of its API are asked. The whole ladder
// adds the versions of both sides, the experiment, where artifacts go, and with
// Env.WriteProbe whether runs and artifacts may be written, by requests that the
// server refuses after it looked at the permission: nothing is left behind.
type MLflow struct {
	Name string // "mlflow" when empty
	URI  Setting

	// Username and Password together beat the Token, as in MLflow's client; a
	// login in the URI beats both, as in requests, and ~/.netrc beats that.
	Username, Password, Token Setting

	Experiment Setting // MLFLOW_EXPERIMENT_NAME; empty: the task's own choice

	CABundle string // REQUESTS_CA_BUNDLE; MLFLOW_TRACKING_SERVER_CERT_PATH beats it
	Advisory bool
}

// mlflow is the state that the checks of one target share.
type mlflow struct {
	*ladder
	MLflow
	login        login
	brokenFile   string  // a credentials file at which MLflow's client stops
	plugin       string  // what logs in instead of us, "" when nothing does
	home         address // where /health answered
	healthStatus int
	saysOK       bool // /health answered as MLflow's

	experiment experiment
	trail      trail // of the redirects that led here
}

// Checks returns the checks of the target.
func (t MLflow) Checks(env Env) []checklist.Check {
	m, bad := newMLflow(t, env)
	if bad != nil {
		return unparsed(m.Name, t.Advisory, bad)
	}
	checks := m.ladderOf()
	if env.Thorough {
		api := &checks[len(checks)-1]
		api.Timeout = 3 * m.env.Limits.Request // it may have to look elsewhere
		checks = append(checks, m.depth(*api)...)
	}
	return checks
}

func newMLflow(t MLflow, env Env) (*mlflow, *checklist.Finding) {
	if t.Name == "" {
		t.Name = "mlflow"
	}
	m := &mlflow{MLflow: t}
	if bad := notATrackingServer(t.URI); bad != nil {
		return m, bad
	}
	addr, bad := parseURL(t.URI)
	if bad != nil {
		return m, bad
	}
	m.ladder, m.home = newLadder(t.Name, t.Advisory, addr, t.CABundle, mlflowClient, env), addr
	m.clientCert = env.Task["MLFLOW_TRACKING_CLIENT_CERT_PATH"]
	m.findLogin()
	return m, nil
}

// ladderOf is what a server must stand before a task.
func (m *mlflow) ladderOf() []checklist.Check {
	limit := m.env.Limits.Request
	health := dispensable(m.check("health", checklist.HTTP, m.ladder.name+" is healthy", limit, m.health))
	api := m.check("api", checklist.Sign, "the API of "+m.ladder.name+" answers", limit, m.api)
	api.Advisory = api.Advisory || m.plugin != ""
	return chain(append(m.base(), health, api))
}

// depth are the checks beyond those before a task.
func (m *mlflow) depth(api checklist.Check) []checklist.Check {
	limit := m.env.Limits.Request
	version := m.check("version", checklist.Identify, "client and server of "+m.ladder.name+" fit together", limit, m.version)
	version.Needs, version.Advisory = []string{api.ID}, true
	experiment := m.check("experiment", checklist.Data, m.experimentTitle(), limit, m.lookUpExperiment)
	experiment.Needs = []string{api.ID}
	experiment.Advisory = experiment.Advisory || api.Advisory || !m.namesExperiment()
	artifacts := m.check("artifacts", checklist.Data, "artifacts of "+m.ladder.name+" can be stored", limit, m.artifacts)
	artifacts.Needs = []string{api.ID, experiment.ID}
	artifacts.Advisory = experiment.Advisory
	checks := []checklist.Check{version, experiment, artifacts}
	if m.env.WriteProbe {
		write := m.check("write", checklist.Permission, "runs may be created", limit, m.write)
		write.Needs, write.Advisory = []string{experiment.ID}, experiment.Advisory
		upload := m.check("upload", checklist.Data, "artifacts of 2 MiB may be uploaded", limit, m.upload)
		upload.Needs, upload.Advisory = []string{artifacts.ID}, experiment.Advisory
		checks = append(checks, write, upload)
	}
	return checks
}

// notATrackingServer catches what MLflow understands and is no address, and what
// people copy out of their browser.
func notATrackingServer(uri Setting) *checklist.Finding {
	text := uri.Value.Reveal()
	if scheme, _, _ := strings.Cut(text, ":"); scheme == "databricks" || scheme == "databricks-uc" || scheme == "uc" {
		return &checklist.Finding{
			State: checklist.Unknown, Code: codeLoginPlugin, Detail: "could not look: " + uri.Key + " is a workspace of Databricks, which its own client finds and logs in to",
			Evidence: []string{uri.evidence()}, Hint: "leave it out here: FLTS_DISABLE=mlflow",
		}
	}
	page, _, found := strings.Cut(text, "#")
	if address, bad := parseURL(Setting{uri.Key, secret.Address(page), uri.Origin}); found && bad == nil {
		return badSetting(uri, codeNotEndpoint, "is the address of a page in the browser", address.url("").Redacted())
	}
	return nil
}

// health asks a path that is exempt from the login and from the check of the
// Host header: it proves that a server works and nothing about the API.
func (m *mlflow) health(ctx context.Context) checklist.Finding {
	a, bad := m.get(ctx, m.newGet(m.addr.url("/health")))
	if bad == nil && a.status == http.StatusNotFound && m.addr.path != "" {
		// Servers before 3 keep it at the root in spite of a prefix.
		m.home.path = ""
		a, bad = m.get(ctx, m.newGet(m.home.url("/health")))
	}
	if bad != nil && !a.isS3() {
		return *bad
	}
	m.healthStatus, m.saysOK = a.status, string(a.body) == "OK"
	switch product := a.otherProduct(); {
	case product != "":
		return m.swapped(product, a)
	case a.isRedirect():
		return pass("/health redirects (%d), judged by the API", a.status)
	case a.status == http.StatusOK && a.isHTML() && !m.saysOK: // servers before 3 call their OK HTML
		return m.webPage(a)
	case a.status == http.StatusOK:
		return pass("/health answers")
	case a.status >= 500:
		return m.unexpected(a, "/health fails", "/health")
	}
	return pass("/health answers %d, judged by the API", a.status)
}

// otherProduct names what is known by its answer to be no MLflow.
func (a answer) otherProduct() string {
	switch {
	case a.isConsole():
		return "the web console of MinIO"
	case a.isS3() && a.server() == "MinIO":
		return "MinIO"
	case a.isS3():
		return "an S3 server"
	}
	return ""
}

func (m *mlflow) swapped(product string, a answer) checklist.Finding {
	return m.fail(codeOtherProduct, fmt.Sprintf("this is %s, not MLflow", product),
		"MLflow has a Service of its own, by default with port 5000: set "+m.addr.assign("http", "SVC.NS.svc.cluster.local:5000"), a.seen())
}

// request is a call of MLflow's API with the login that the task would send.
func (m *mlflow) request(u *url.URL) *http.Request {
	req := m.newGet(u)
	if value := m.login.authorization(); value != "" {
		req.Header.Set("Authorization", value)
	}
	return req
}

const apiRoot = "/api/2.0/mlflow/"

// apiGet is a call that reads.
func (m *mlflow) apiGet(call string, query url.Values) *http.Request {
	u := m.addr.url(apiRoot + call)
	u.RawQuery = query.Encode()
	return m.request(u)
}

// send is a call with a body.
func (m *mlflow) send(method string, u *url.URL, mediaType string, body []byte) *http.Request {
	req := m.request(u)
	req.Method, req.Body, req.ContentLength = method, io.NopCloser(bytes.NewReader(body)), int64(len(body))
	req.Header.Set("Content-Type", mediaType)
	return req
}

// call makes a call of the API of which the body is JSON. Answers in which MLflow
// says that a part of it is switched off come back without a finding, though
// they are 503 as those of an ingress are.
func (m *mlflow) call(ctx context.Context, req *http.Request) (answer, *checklist.Finding) {
	a, bad := m.get(ctx, req)
	if bad != nil && (a.says("--no-serve-artifacts") || a.says("--artifacts-only") || a.says("--serve-artifacts")) {
		return a, nil
	}
	return a, bad
}

// mlflowError reads the code of a JSON answer; isJSON tells an answer of an API
// from a page.
func (a answer) mlflowError() (code string, isJSON bool) {
	var doc struct {
		ErrorCode string `json:"error_code"`
	}
	if json.Unmarshal(a.body, &doc) != nil {
		return "", false
	}
	return doc.ErrorCode, true
}

// credentialsPath is the file that MLflow's client reads, "" without a home.
func (m *mlflow) credentialsPath() string {
	if home := m.env.Task["HOME"]; home != "" {
		return path.Join(home, credentialsFile)
	}
	return ""
}
