package access

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
)

const mostRedirects = 3

// redirected judges a redirect. Only one of a reading request that stays on the
// server is left to http.Client; all others end here, so that no
// credential goes to where nobody sent it, and no POST becomes a GET.
func (j *judge) redirected(sent *http.Request, resp *http.Response) *submit.Error {
	to, err := sent.URL.Parse(resp.Header.Get("Location"))
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || !validHost(to.Hostname()) || !validPort(to) {
		return j.moved(resp.StatusCode, "to no usable address", j.lookWhere())
	}
	if product := loginRedirect(to, sent.URL.Path); product != "" {
		return j.loginWanted(product)
	}
	switch {
	case sameOrigin(to, j.base) && reads(sent):
		return nil
	case sameOrigin(to, j.base):
		return j.moved(resp.StatusCode, "a "+sent.Method+" to another path of itself", j.lookWhere())
	}
	return j.moved(resp.StatusCode, "to "+to.Scheme+"://"+to.Host, "if that is right: "+j.named(j.rebased(sent.URL, to)))
}

func (j *judge) moved(status int, where, advice string) *submit.Error {
	return &submit.Error{Kind: submit.Unusable, Code: codeMoved, Message: fmt.Sprintf("%s redirects %s, which is not followed (%d)", j.base.Host, where, status), Advice: advice}
}

func (j *judge) lookWhere() string {
	return "correct " + j.origin + "; look where to: curl -sI " + hint.ShellWord(j.base.String())
}

// rebased is the base that would have led there. Of the new path nothing is shown
// but what was in the old: the rest may be anything.
func (j *judge) rebased(from, to *url.URL) string {
	base := to.Scheme + "://" + to.Host
	if to.Path == from.Path {
		base += j.base.Path
	}
	return base
}

// checkRedirect is for http.Client, which asks before it follows.
func (t target) checkRedirect(req *http.Request, via []*http.Request) error {
	if marked(via[0], markRaw) {
		return http.ErrUseLastResponse
	}
	if len(via) > mostRedirects {
		return &submit.Error{Kind: submit.Unusable, Code: codeMoved, Message: t.base.Host + " redirects in a circle", Advice: "look where to: curl -sLI --max-redirs 5 " + hint.ShellWord(t.base.String())}
	}
	return nil
}

// shownBase is the base for people: it never had a login in it.
func shownBase(base *url.URL) string { return strings.TrimSuffix(base.String(), "/") }
