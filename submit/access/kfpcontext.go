package access

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/submit"
)

// kfpContext is what the Python client of KFP keeps in ~/.config/kfp/context.json:
// it writes the namespace, and people and platforms the rest. No address is in it.
type kfpContext struct {
	namespace           string
	cookie              secret.String
	header, headerValue secret.String
}

func parseKFPContext(text []byte) (kfpContext, error) {
	var raw struct {
		Namespace string `json:"namespace"`
		Cookie    string `json:"client_authentication_cookie"`
		Name      string `json:"client_authentication_header_name"`
		Value     string `json:"client_authentication_header_value"`
	}
	err := json.Unmarshal(text, &raw)
	return kfpContext{raw.Namespace, secret.New(raw.Cookie), secret.New(raw.Name), secret.New(raw.Value)}, err
}

// kfpContext reads the file, and gives the zero context where there is none.
func (s Surroundings) kfpContext() (kfpContext, string, error) {
	if s.Home == "" {
		return kfpContext{}, "", nil
	}
	name := filepath.Join(s.Home, ".config", "kfp", "context.json")
	text, err := s.readFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return kfpContext{}, name, nil
	}
	c, bad := kfpContext{}, err
	if err == nil {
		c, bad = parseKFPContext(text)
	}
	if bad != nil {
		return kfpContext{}, name, &submit.Error{Kind: submit.Invalid, Message: name + " is not the JSON that the client of KFP keeps there", Advice: "look at it, or move it away: jq -r keys " + hint.ShellWord(name), Err: bad}
	}
	return c, name, nil
}

// credentials of the file: the Python client sends both where both are there.
func (c kfpContext) credentials(name string) ([]credential, error) {
	var creds []credential
	if !c.cookie.IsEmpty() {
		cookie, err := cookieText(c.cookie.Reveal(), name)
		if err != nil {
			return nil, err
		}
		creds = append(creds, cookie)
	}
	if !c.header.IsEmpty() {
		header, err := headerText(c.header.Reveal()+": "+c.headerValue.Reveal(), name)
		if err != nil {
			return nil, err
		}
		creds = append(creds, header)
	}
	return creds, nil
}
