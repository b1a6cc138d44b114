package access

import (
	"cmp"
	"encoding/json"
	"errors"
	"path/filepath"

	"github.com/flts-run/flts-run/submit"
)

// ErrNowhere is the cause where nobody said where Airflow is.
var ErrNowhere = errors.New("no address")

// Airflow is the way to Airflow. Its address is the first of
//
//   - --host
//   - AIRFLOW_API_URL
//   - the one that "airflowctl auth login" has kept, in AIRFLOW_HOME/production.json,
//     or the file that AIRFLOW_CLI_ENVIRONMENT names
//
// It has no path of the API in it, but the path in front of that: a token is had
// from {base}/auth/token, which is not below {base}/api/v2. A token comes from
// Options, from AIRFLOW_CLI_TOKEN as airflowctl has it, or from FLTSCTL_*; the
// keyring of airflowctl is not read. A user with a password is in Access.Login too:
// Airflow 3 exchanges it for a token, which SignedBy then sends.
//
// Nothing is sent before the first request.
func Airflow(o Options, s Surroundings) (*Access, error) {
	text, origin := o.Host, "--host"
	if text == "" {
		text, origin = s.first("AIRFLOW_API_URL")
	}
	if text == "" {
		text, origin = s.airflowctlURL()
	}
	if text == "" {
		return nil, &submit.Error{
			Kind: submit.Invalid, Message: "nothing says where Airflow is", Advice: "give --host URL, or set AIRFLOW_API_URL", Err: ErrNowhere,
		}
	}
	a, err := parseAddress(text, origin, "/api/v1", "/api/v2")
	if err != nil {
		return nil, err
	}
	creds, err := choose(s.offers(o, a, "AIRFLOW_CLI_TOKEN"), func() ([]credential, error) { return nil, nil })
	if err != nil {
		return nil, err
	}
	access, err := s.open(o, target{what: airflow, base: a.url, origin: origin, inside: s.inCluster()}, creds)
	if err != nil {
		return nil, err
	}
	access.Pages = a.url
	return access, nil
}

// airflowctlURL is what airflowctl was told at its login. A file that is not there
// or not its own says nothing.
func (s Surroundings) airflowctlURL() (text, origin string) {
	home := s.get("AIRFLOW_HOME")
	if home == "" && s.Home != "" {
		home = filepath.Join(s.Home, "airflow")
	}
	if home == "" {
		return "", ""
	}
	name := filepath.Join(home, filepath.Base(cmp.Or(s.get("AIRFLOW_CLI_ENVIRONMENT"), "production"))+".json")
	content, err := s.readFile(name)
	if err != nil {
		return "", ""
	}
	return parseAirflowctl(content), name
}

func parseAirflowctl(content []byte) string {
	var kept struct {
		URL string `json:"api_url"`
	}
	if json.Unmarshal(content, &kept) != nil {
		return ""
	}
	return kept.URL
}
