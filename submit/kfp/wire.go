package kfp

import (
	"io"
	"mime"
	"net/http"
)

// wire is between the generated client and the access, which has made sure that a
// request can be sent twice, and that an answer is whole and none of a proxy's. An
// answer that reaches the generated client is good, and JSON.
type wire struct {
	next  http.RoundTripper
	draft *draft // is told what would change something, instead of the server, if not nil
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.draft != nil && r.Method != http.MethodGet {
		return w.draft.answer(r)
	}
	got, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if got.StatusCode/100 == 2 && isJSON(got.Header) {
		return got, nil
	}
	defer got.Body.Close()
	const most = 1 << 20
	text, err := io.ReadAll(io.LimitReader(got.Body, most))
	if err != nil {
		return nil, err
	}
	return nil, readAnswer(got, text)
}

func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
