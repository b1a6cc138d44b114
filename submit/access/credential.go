package access

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"golang.org/x/net/http/httpguts"

	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/submit"
)

// offer is a credential that somebody gave.
type offer struct {
	origin string // of the flag, the variable or the address
	typed  bool   // on the command line
	make   func() (credential, error)
}

// offers lists what the flags, the variables and the login in the address give.
// tokenVars are the platform's own variables for a token.
func (s Surroundings) offers(o Options, a address, tokenVars ...string) []offer {
	var all []offer
	add := func(value, origin string, typed bool, make func(value, origin string) (credential, error)) {
		if value != "" {
			all = append(all, offer{origin, typed, func() (credential, error) { return make(value, origin) }})
		}
	}
	add(o.TokenFile, "--token-file", true, s.tokenFile)
	add(o.TokenCommand, "--token-command", true, s.tokenCommand)
	add(o.CookieFile, "--cookie-file", true, s.cookieFile)
	add(o.HeaderFile, "--header-file", true, s.headerFile)
	add(cmp.Or(o.User, o.PasswordFile), "--user", true, func(string, string) (credential, error) { return s.basic(o) })
	if a.login != nil {
		add("login", "the login in "+a.origin, a.origin == "--host", func(_, origin string) (credential, error) { return inAddress(a, origin) })
	}
	for _, name := range tokenVars {
		add(s.get(name), name, false, tokenText)
	}
	add(s.get(varToken), varToken, false, tokenText)
	add(s.get(varTokenFile), varTokenFile, false, s.tokenFile)
	add(s.get(varTokenCommand), varTokenCommand, false, s.tokenCommand)
	add(s.get(varCookie), varCookie, false, cookieText)
	add(s.get(varCookieFile), varCookieFile, false, s.cookieFile)
	add(s.get(varHeader), varHeader, false, headerText)
	add(s.get(varHeaderFile), varHeaderFile, false, s.headerFile)
	if o.User == "" && o.PasswordFile == "" {
		add(s.get(varUser), varUser, false, func(string, string) (credential, error) { return s.basic(o) })
	}
	return all
}

// choose takes the one credential of the flags, or else the one of the variables,
// or else what is there without being named.
func choose(offers []offer, ambient func() ([]credential, error)) ([]credential, error) {
	for _, typed := range []bool{true, false} {
		var given []offer
		for _, o := range offers {
			if o.typed == typed {
				given = append(given, o)
			}
		}
		switch len(given) {
		case 0:
			continue
		case 1:
			c, err := given[0].make()
			return []credential{c}, err
		}
		return nil, &submit.Error{
			Kind: submit.Invalid, Message: fmt.Sprintf("%s and %s both give a credential, and one is sent", given[0].origin, given[1].origin),
			Advice: "leave one of them out",
		}
	}
	return ambient()
}

func tokenText(text, origin string) (credential, error) {
	value, err := bearerValue(text, origin)
	return fixed("token", origin, authorization, value), err
}

func cookieText(text, origin string) (credential, error) {
	value, err := cookieValue(text, origin)
	return fixed("cookie", origin, "Cookie", value), err
}

func headerText(text, origin string) (credential, error) {
	name, value, err := headerPair(text, origin)
	return fixed("header", origin, name, value), err
}

func inAddress(a address, origin string) (credential, error) {
	password, _ := a.login.Password()
	return basicCredential(Login{a.login.Username(), secret.New(password), origin})
}

// basic is the user of a flag or a variable with the password of a file or one.
func (s Surroundings) basic(o Options) (credential, error) {
	l, err := s.login(o)
	if err != nil {
		return credential{}, err
	}
	return basicCredential(l)
}

func (s Surroundings) login(o Options) (Login, error) {
	user, origin := o.User, "--user"
	if user == "" {
		user, origin = s.get(varUser), varUser
	}
	file, from := o.PasswordFile, "--password-file"
	if file == "" && s.get(varPassword) == "" {
		file, from = s.get(varPasswordFile), varPasswordFile
	}
	password := s.get(varPassword)
	if file != "" {
		var err error
		if password, err = s.readText(file, from); err != nil {
			return Login{}, err
		}
	}
	switch {
	case user == "":
		return Login{}, &submit.Error{Kind: submit.Invalid, Message: "a password is given and no user", Advice: "give --user NAME, or set " + varUser}
	case password == "":
		return Login{}, &submit.Error{Kind: submit.Invalid, Message: origin + " gives a user and nothing gives the password", Advice: "give --password-file FILE, or - for stdin, or set " + varPassword}
	}
	return Login{user, secret.New(password), origin}, nil
}

// basicCredential remembers the login for who wants to exchange it.
func basicCredential(l Login) (credential, error) {
	if strings.Contains(l.User, ":") {
		return credential{}, &submit.Error{Kind: submit.Invalid, Message: l.Origin + ": a user with a colon in the name cannot be sent"}
	}
	sent := "Basic " + base64.StdEncoding.EncodeToString([]byte(l.User+":"+l.Password.Reveal()))
	c := fixed("password", l.Origin, authorization, sent)
	c.login = &l
	return c, nil
}

// bearer signs with the tokens of a source. It asks for a fresh one only if the
// token that was refused is still the one that the source gives: another request
// may have had it renewed.
func bearer(origin string, source TokenSource) credential {
	var mu sync.Mutex
	c := fixed("token", origin, authorization, "")
	c.value = func(ctx context.Context, refused http.Header) (secret.String, error) {
		mu.Lock()
		defer mu.Unlock()
		token, err := source.Token(ctx, false)
		if err != nil {
			return secret.String{}, err
		}
		value, err := bearerValue(token, origin)
		if err != nil || value != refused.Get(authorization) {
			return secret.New(value), err
		}
		if token, err = source.Token(ctx, true); err != nil {
			return secret.String{}, err
		}
		value, err = bearerValue(token, origin)
		return secret.New(value), err
	}
	return c
}

// bearerValue is the header for a token, which people copy with the word in front.
func bearerValue(text, origin string) (string, error) {
	text = strings.TrimSpace(text)
	if word, rest, ok := strings.Cut(text, " "); ok && strings.EqualFold(word, "Bearer") {
		text = strings.TrimSpace(rest)
	}
	return "Bearer " + text, sendable("token", origin, text)
}

func cookieValue(text, origin string) (string, error) {
	text = strings.TrimSpace(text)
	if name, rest, ok := strings.Cut(text, ":"); ok && strings.EqualFold(name, "Cookie") {
		text = strings.TrimSpace(rest)
	}
	if err := sendable("cookie", origin, text); err != nil {
		return "", err
	}
	if !strings.Contains(text, "=") {
		return "", &submit.Error{Kind: submit.Invalid, Message: origin + ": the cookie has no name", Advice: "write NAME=VALUE, as the browser's developer tools show it under Request Headers"}
	}
	return text, nil
}

func headerPair(text, origin string) (name, value string, err error) {
	name, value, ok := strings.Cut(text, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || !httpguts.ValidHeaderFieldName(name) {
		return "", "", &submit.Error{Kind: submit.Invalid, Message: origin + " holds no header", Advice: "write NAME: VALUE, such as kubeflow-userid: me@example.com"}
	}
	return name, value, sendable("header", origin, value)
}

// sendable refuses what net/http would refuse with the value in the message.
func sendable(noun, origin, value string) error {
	switch {
	case value == "":
		return &submit.Error{Kind: submit.Invalid, Message: fmt.Sprintf("%s: the %s is empty", origin, noun)}
	case !httpguts.ValidHeaderFieldValue(value) || noun == "token" && strings.ContainsAny(value, " \t"):
		return &submit.Error{
			Kind: submit.Invalid, Code: codeUnsendable, Message: fmt.Sprintf("%s: the %s holds a space or a control character, or is more than one line", origin, noun),
			Advice: "write the value alone, on one line",
		}
	}
	return nil
}
