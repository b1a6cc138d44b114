package kfp

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// openNodeLog reads a log through KFP, which wants the name of the pod and calls
// it a node. What it cannot read it answers with status 200 and an error.
func (b *Backend) openNodeLog(ctx context.Context, run submit.Run, node string) (podLog, error) {
	doing := "read the log of " + node
	address := *b.access.Base
	address.Path = strings.TrimSuffix(address.Path, "/") + "/apis/v1alpha1/runs/" + run.ID + "/nodes/" + node + "/log"
	address.RawPath = strings.TrimSuffix(b.access.Base.EscapedPath(), "/") + "/apis/v1alpha1/runs/" + url.PathEscape(run.ID) + "/nodes/" + url.PathEscape(node) + "/log"
	r, err := http.NewRequestWithContext(access.Stream(ctx), http.MethodGet, address.String(), nil)
	if err != nil {
		return podLog{}, err
	}
	got, err := b.access.Client.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return podLog{}, context.Cause(ctx)
		}
		return podLog{}, explain(doing, err)
	}
	in := bufio.NewReader(got.Body)
	start, _ := in.Peek(len(logError)) // a shorter log is no error
	if got.StatusCode == http.StatusOK && !bytes.Equal(start, []byte(logError)) && !isPage(got.Header) {
		return podLog{struct {
			io.Reader
			io.Closer
		}{in, got.Body}, node}, nil
	}
	defer got.Body.Close()
	if got.StatusCode == http.StatusUnauthorized || got.StatusCode == http.StatusForbidden {
		return podLog{}, (&answer{status: got.StatusCode, foreign: true}).explain(doing)
	}
	return podLog{}, noLog(run)
}

// logError is how an error begins that stands where the log should be.
const logError = `{"error_message":`

func isPage(h http.Header) bool { return strings.HasPrefix(h.Get("Content-Type"), "text/html") }
