package airflow

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// server is an Airflow that has been found.
type server struct {
	dialect
	version string // "3.3.2", "" where it does not say
	base    *url.URL
	pages   *url.URL // for people, or nil
	client  *http.Client
}

// find asks which Airflow answers. Only an Airflow 3 has /api/v2/version; an
// Airflow 2 answers that with a page for people.
func find(ctx context.Context, a *access.Access) (*server, error) {
	s := &server{dialect: v2, base: a.Base, pages: a.Pages, client: a.Client}
	newer, version, err := s.ping(access.Raw(ctx))
	if err != nil {
		return nil, err
	}
	if version != "" {
		s.version = version
		if a.Login != nil {
			s.client = a.SignedBy(&login{access: a}).Client
		}
		return s, nil
	}
	s.dialect = v1
	older, version, err := s.ping(ctx)
	s.version = version
	switch {
	case err != nil:
		return nil, err
	case version != "":
		return s, nil
	case older == http.StatusForbidden && newer == http.StatusNotFound:
		return s, nil // it keeps its version for those who are logged in
	}
	return nil, &submit.Error{
		Kind: submit.Unusable, Code: codeNotHere, Message: "what answers at " + a.Base.Host + " is no Airflow",
		Advice: "correct " + a.Origin + ": it is the address with the path in front of /api/v2 or /api/v1",
	}
}

// codeNotHere is the finding of an address at which there is something else.
const codeNotHere = "FLTS-H09"

var versionShape = regexp.MustCompile(`^[0-9]+(\.[0-9a-z+-]+){1,3}$`)

// ping asks for the version, which is "" where the answer is another.
func (s *server) ping(ctx context.Context) (status int, version string, err error) {
	resp, err := s.send(ctx, call{method: http.MethodGet, path: []string{"version"}})
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	var answer struct {
		Version string `json:"version"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, mostFault)).Decode(&answer)
	if err != nil || resp.StatusCode != http.StatusOK || !versionShape.MatchString(answer.Version) {
		return resp.StatusCode, "", nil // a page, or another product
	}
	return resp.StatusCode, answer.Version, nil
}
