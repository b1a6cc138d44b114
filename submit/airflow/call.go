package airflow

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// call is one request.
type call struct {
	doing  string // for messages, behind "to": "start a run of DAG typed"
	method string
	path   []string // below the API, not escaped
	query  url.Values
	body   any // JSON, or nil
}

// address is the call's path and query as they are sent.
func (s *server) address(c call) string {
	path := s.base.EscapedPath() + s.api
	for _, part := range c.path {
		path += "/" + url.PathEscape(part)
	}
	if len(c.query) > 0 {
		path += "?" + c.query.Encode()
	}
	return path
}

// send makes the call and hands over the answer, whatever its status.
func (s *server) send(ctx context.Context, c call) (*http.Response, error) {
	var body []byte
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return nil, &submit.Error{Kind: submit.Invalid, Message: "the values cannot be written as JSON", Err: err}
		}
	}
	address := s.base.Scheme + "://" + s.base.Host + s.address(c)
	req, err := http.NewRequestWithContext(ctx, c.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, &submit.Error{Kind: submit.Invalid, Message: "the address of Airflow is none", Err: err}
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, access.Reason(err)
	}
	return resp, nil
}

// ask makes the call and reads the answer, with numbers as they are written. An
// answer that refuses it is a *submit.Error that wraps an *answerError.
func (s *server) ask(ctx context.Context, c call, into any) error {
	resp, err := s.send(ctx, c)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return s.refusal(c, resp)
	}
	d := json.NewDecoder(resp.Body)
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return s.nonsense(c, err)
	}
	return nil
}

// nonsense is the answer of something that is no Airflow, or of one that has been
// cut off. Where something was to be changed it may have been.
func (s *server) nonsense(c call, err error) error {
	e := &submit.Error{
		Kind: submit.Unusable, Message: s.title() + " gives an answer that cannot be read when it is asked to " + c.doing,
		Advice: "look at what is between here and Airflow: a proxy may have changed the answer", Err: err,
	}
	if c.method != http.MethodGet {
		e.Kind = submit.Unsettled
	}
	return e
}

// dagPath is the path of something that belongs to a DAG.
func dagPath(dag string, more ...string) []string {
	return append([]string{"dags", dag}, more...)
}

// runPath is the path of something that belongs to a run.
func runPath(r ref, more ...string) []string {
	return append([]string{"dags", r.dag, "dagRuns", r.run}, more...)
}

// shownName is a name of a stranger in a line of ours.
func shownName(name string) string {
	const most = 120
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most-1]) + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, name)
}
