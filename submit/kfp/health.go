package kfp

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	"github.com/flts-run/flts-run/submit"
)

// codeNotKFP is the finding of an address at which the API is not.
const codeNotKFP = "FLTS-K16"

// Health is what a server says of itself.
type Health struct {
	Version   string // "2.0.5", "" where it does not say
	Commit    string // of its source, in hexadecimal, or ""
	MultiUser bool   // users have namespaces of their own
}

// What a server says is shown where it has this form.
var (
	versionShape = regexp.MustCompile(`^v?[0-9]+(\.[0-9]+){1,2}[0-9A-Za-z.+-]{0,20}$`)
	commitShape  = regexp.MustCompile(`^[0-9a-f]{7,40}$`)
)

// Health asks the server. One of version 1, which has none of the API that all else
// here uses, is known by its older one and is no error.
func (b *Backend) Health(ctx context.Context) (Health, error) {
	h, err := b.health(ctx)
	if err != nil && isElsewhere(err) {
		older, olderErr := b.client.health(ctx, "v1beta1")
		if olderErr != nil || !versionShape.MatchString(older.Tag) {
			return Health{}, elsewhere(err)
		}
		h, err = older, nil
	}
	if err != nil {
		return Health{}, err
	}
	shown := Health{MultiUser: h.MultiUser}
	if versionShape.MatchString(h.Tag) {
		shown.Version = h.Tag
	}
	if commitShape.MatchString(h.Commit) {
		shown.Commit = h.Commit
	}
	return shown, nil
}

// MayList asks for one run of a namespace, "" on a server without users: whoever may
// not, is told so here.
func (b *Backend) MayList(ctx context.Context, namespace string) error {
	_, err := b.client.listRuns(ctx, listing{Namespace: namespace, Size: 1})
	return err
}

// isElsewhere reports the answer of a server that has not this API.
func isElsewhere(err error) bool {
	e, ok := errors.AsType[*submit.Error](err)
	return answerOf(err).status == http.StatusNotFound || ok && e.Code == codeNotKFP
}

// elsewhere is that answer with its finding.
func elsewhere(err error) error {
	if e, ok := errors.AsType[*submit.Error](err); ok && e.Code != "" {
		return e
	}
	return &submit.Error{Kind: submit.Unusable, Code: codeNotKFP, Message: "what answers has no API of Kubeflow Pipelines (404)", Advice: notKFP, Err: err}
}
