package airflow

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// login exchanges a user and password for a token, once, and again when a token is
// no longer accepted.
type login struct {
	access *access.Access

	mu   sync.Mutex
	last secret.String
}

var _ access.TokenSource = (*login)(nil)

// Token is the token that there is, or a new one.
func (l *login) Token(ctx context.Context, fresh bool) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !fresh && !l.last.IsEmpty() {
		return l.last.Reveal(), nil
	}
	token, err := l.exchange(ctx)
	if err != nil {
		return "", err
	}
	l.last = secret.New(token)
	return token, nil
}

// exchange asks for a token at /auth/token, which is beside the API and not below
// it. The first releases of Airflow 3 called it jwt_token (apache/airflow#48498).
func (l *login) exchange(ctx context.Context) (string, error) {
	a := l.access
	body, err := json.Marshal(map[string]string{"username": a.Login.User, "password": a.Login.Password.Reveal()})
	if err != nil {
		return "", fmt.Errorf("airflow: the login cannot be written as JSON: %w", err)
	}
	// To ask twice changes nothing more. What is no token is judged here: it would
	// be taken for a call without a login.
	req, err := http.NewRequestWithContext(access.Raw(access.Safe(ctx)), http.MethodPost, a.Base.String()+"/auth/token", bytes.NewReader(body))
	if err != nil {
		return "", &submit.Error{Kind: submit.Invalid, Message: "the address of Airflow is none", Err: err}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.SignedBy(nil).Client.Do(req)
	if err != nil {
		return "", access.Reason(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Access string `json:"access_token"`
		JWT    string `json:"jwt_token"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, mostFault)).Decode(&answer)
	if token := answer.Access + answer.JWT; err == nil && resp.StatusCode/100 == 2 && (answer.Access == "") != (answer.JWT == "") {
		return token, nil
	}
	return "", l.noToken(resp.StatusCode)
}

func (l *login) noToken(status int) error {
	e := &submit.Error{Kind: submit.Refused, Code: codeLogin}
	switch status {
	case http.StatusUnauthorized:
		e.Message = fmt.Sprintf("Airflow does not accept the user and the password from %s (401)", l.access.Login.Origin)
		e.Advice = "check both; where people log in elsewhere, with single sign-on, give a token: --token-file FILE"
	case http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
		e.Message = fmt.Sprintf("this Airflow gives no token for a user and a password (%d)", status)
		e.Advice = "give a token with --token-file FILE, or --token-command COMMAND; its auth manager says where one is had"
	default:
		e.Kind = submit.Unusable
		e.Message = fmt.Sprintf("Airflow gives no token: POST /auth/token is answered with %d", status)
		e.Advice = "its log says why"
	}
	return e
}
