package endpoints

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// login is what a client of the requests library sends as Authorization.
type login struct {
	inURL                     *url.Userinfo
	username, password, token Setting

	// fromNetrc is the entry of ~/.netrc for the host. requests puts it over any
	// header, and over a login in the URL: what nobody expects of it.
	fromNetrc *netrcLogin

	// argument says that user and password are handed to requests as such, which
	// alone keeps it from looking into ~/.netrc. MLflow's client writes the header.
	argument bool
}

// loginKind tells what is sent.
type loginKind int

const (
	noLogin loginKind = iota
	netrcBasic
	urlBasic
	pairBasic
	bearer
)

func (l login) kind() loginKind {
	switch pair := !l.username.Value.IsEmpty() && !l.password.Value.IsEmpty(); {
	case pair && l.argument:
		return pairBasic
	case l.fromNetrc != nil:
		return netrcBasic
	case l.inURL != nil:
		return urlBasic
	case pair:
		return pairBasic
	case !l.token.Value.IsEmpty():
		return bearer
	}
	return noLogin
}

// authorization is the value of the header, "" for none.
func (l login) authorization() string {
	switch l.kind() {
	case netrcBasic:
		return basic(l.fromNetrc.user, l.fromNetrc.password)
	case urlBasic:
		return basicOf(l.inURL)
	case pairBasic:
		return basic(l.username.Value.Reveal(), l.password.Value.Reveal())
	case bearer:
		return "Bearer " + l.token.Value.Reveal()
	}
	return ""
}

// missing names what keeps a half-given login from being sent.
func (l login) missing() string {
	var missing []string
	for _, s := range []Setting{l.username, l.password} {
		if s.Value.IsEmpty() && s.Key != "" {
			missing = append(missing, s.Key)
		}
	}
	return strings.Join(missing, ", ")
}

// basicOf is the login in a URL, which clients send decoded.
func basicOf(user *url.Userinfo) string {
	password, _ := user.Password()
	return basic(user.Username(), password)
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}
