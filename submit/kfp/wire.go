package kfp

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
)

// maxAnswer bounds what is read of one answer: a page of runs, each with its
// pipeline in it.
const maxAnswer = 256 << 20

// wire is between the generated client and the access. A request that reaches the
// access can be sent a second time, because its body is whole; an answer that
// reaches the generated client is whole, good, and JSON.
type wire struct {
	next  http.RoundTripper
	draft *draft // instead of sending what changes something, if not nil
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	r, body, err := whole(r)
	if err != nil {
		return nil, err
	}
	if w.draft != nil && r.Method != http.MethodGet {
		return w.draft.answer(r, body)
	}
	got, err := transportOr(w.next).RoundTrip(r)
	if err != nil {
		return nil, &broken{err}
	}
	defer got.Body.Close()
	content, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, &broken{err}
	case len(content) > maxAnswer:
		return nil, &broken{errors.New("the answer has no end")}
	case got.StatusCode >= http.StatusBadRequest:
		return nil, readAnswer(got, content)
	case !isJSON(got.Header):
		return nil, &answer{status: got.StatusCode, kind: got.Header.Get("Content-Type"), foreign: true}
	}
	got.Body = io.NopCloser(bytes.NewReader(content))
	return got, nil
}

// whole returns the request with a body that can be read again.
func whole(r *http.Request) (*http.Request, []byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return r, nil, nil
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, nil, err
	}
	r = r.Clone(r.Context())
	r.ContentLength = int64(len(body))
	r.TransferEncoding = nil
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body, _ = r.GetBody()
	return r, body, nil
}

func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

func transportOr(t http.RoundTripper) http.RoundTripper {
	if t == nil {
		return http.DefaultTransport
	}
	return t
}
