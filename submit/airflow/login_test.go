package airflow_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakeairflow"
	"github.com/flts-run/flts-run/internal/faulty"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/airflow"
)

// logins counts the exchanges of a password for a token.
func logins(s *fakeairflow.Server) int {
	n := 0
	for _, c := range s.Calls() {
		if strings.HasSuffix(c.Path, "/auth/token") {
			n++
		}
	}
	return n
}

// A token is had once, and once more when it has expired.
func TestATokenIsRenewedOnce(t *testing.T) {
	s, url := start(t, fakeairflow.Options{Prefix: "/ml/airflow"}, one)
	b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
	for range 3 {
		_, err := b.Runs(t.Context(), submit.Query{})
		require.NoError(t, err)
	}
	require.Equal(t, 1, logins(s))
	s.ExpireTokens()
	receipt, err := b.Submit(t.Context(), submit.Order{Target: target("one")})
	require.NoError(t, err)
	require.Equal(t, 2, logins(s))
	require.Equal(t, []string{receipt.Run.Name}, s.RunIDs("one"))
}

// The first releases of Airflow 3 answered 200 and called it jwt_token.
func TestATokenOfTheFirstReleases(t *testing.T) {
	_, url := start(t, fakeairflow.Options{Fault: func(c faulty.Call) *faulty.Fault {
		if c.Path == "/auth/token" {
			return &faulty.Fault{Status: http.StatusOK, Body: `{"jwt_token": "` + fakeairflow.Viewer + `"}`}
		}
		return nil
	}}, one)
	_, err := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{}).Runs(t.Context(), submit.Query{})
	require.NoError(t, err)
}

// credentials of a test, none of which may be seen.
const (
	theToken    = "a-token-that-nobody-may-see"
	thePassword = "a-password-that-nobody-may-see"
)

// withToken is the options of somebody who has a token.
func withToken(t *testing.T, token string) access.Options {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(token), 0o600))
	return access.Options{TokenFile: file}
}

func withPassword(t *testing.T, password string) access.Options {
	t.Helper()
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte(password), 0o600))
	return access.Options{User: "admin", PasswordFile: file}
}

// TestRefusedLogins: each says what is wrong with it, and shows no credential.
func TestRefusedLogins(t *testing.T) {
	const ofV2 = "Airflow 2 takes a password only with airflow.api.auth.backend.basic_auth among its auth_backends"
	answer := func(status int, body string) func(faulty.Call) *faulty.Fault {
		return func(c faulty.Call) *faulty.Fault {
			if c.Path != "/auth/token" {
				return nil
			}
			return &faulty.Fault{Status: status, Body: body}
		}
	}
	for name, row := range map[string]struct {
		server  fakeairflow.Options
		options access.Options
		kind    submit.Kind
		message string
		advice  string // the beginning of it
	}{
		"3, a wrong password": {
			fakeairflow.Options{},
			withPassword(t, thePassword), submit.Refused,
			"Airflow does not accept the user and the password from --user (401)", "check both",
		},
		"3, no tokens for passwords": {
			fakeairflow.Options{Fault: answer(404, `{"detail": "Not Found"}`)},
			withPassword(t, thePassword), submit.Refused,
			"this Airflow gives no token for a user and a password (404)", "give a token with --token-file FILE",
		},
		"3, a page for a token": {
			fakeairflow.Options{Fault: answer(200, "<html>"+thePassword)},
			withPassword(t, thePassword), submit.Unusable,
			"Airflow gives no token: POST /auth/token is answered with 200", "its log says why",
		},
		"3, another server's token": {
			fakeairflow.Options{},
			withToken(t, theToken), submit.Refused,
			"Airflow does not accept the token: it is none of this server's (403)", "get a token from this very Airflow",
		},
		"3, a token that has expired": {
			fakeairflow.Options{},
			withToken(t, fakeairflow.Expired), submit.Refused,
			"Airflow does not accept the token from --token-file FILE (401)", "get a fresh token",
		},
		"2, a wrong password": {
			fakeairflow.Options{Version: "2.11.2"},
			withPassword(t, thePassword), submit.Refused,
			"Airflow 2 refuses to list runs (403): the login is wrong, or may not do that", "check user and password, and the role of the user; " + ofV2,
		},
		"2, as it comes": {
			fakeairflow.Options{Version: "2.11.2", SessionOnly: true},
			withPassword(t, fakeairflow.Password), submit.Refused,
			"Airflow does not accept the password from --user (401)", "check user and password; Airflow 2 takes them only with airflow.api.auth.backend.basic_auth",
		},
		"2, a token": {
			fakeairflow.Options{Version: "2.11.2"},
			withToken(t, theToken), submit.Refused,
			"Airflow 2 refuses to list runs (403): the login is wrong, or may not do that", "check user and password, and the role of the user; " + ofV2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, url := start(t, row.server, one)
			_, err := airflow.New(wayTo(t, url, row.options), airflow.Options{}).Runs(t.Context(), submit.Query{})
			var e *submit.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, row.kind, e.Kind)
			file := row.options.TokenFile + row.options.PasswordFile
			require.Equal(t, row.message, strings.ReplaceAll(e.Message, file, "FILE"))
			require.True(t, strings.HasPrefix(e.Advice, row.advice), e.Advice)
		})
	}
}

// A user who may look and not touch is told so.
func TestAViewerMayNotStartRuns(t *testing.T) {
	_, url := start(t, fakeairflow.Options{}, one)
	b := airflow.New(wayTo(t, url, withToken(t, fakeairflow.Viewer)), airflow.Options{})
	_, err := b.Submit(t.Context(), submit.Order{Target: target("one")})
	require.ErrorIs(t, err, submit.Refused)
	require.EqualError(t, err, "Airflow does not let this user start a run of DAG one (403)")
}

// TestWhatAnswers: it is found out what does, and said what else there may be.
func TestWhatAnswers(t *testing.T) {
	page := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
		}
	}
	jsonOf := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
		}
	}
	login := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/login/?next=%2F", http.StatusFound)
	}
	for name, row := range map[string]struct {
		handler http.HandlerFunc
		kind    submit.Kind
		message string
	}{
		"a login page of Airflow":    {login, submit.Refused, "the login page of Airflow answers instead of the API of Airflow at HOST"},
		"a page":                     {page(200, "<title>Welcome</title>"), submit.Unusable, "a web page answers at http://HOST instead of the API of Airflow (200)"},
		"another API":                {jsonOf(404, `{"detail": "no"}`), submit.Unusable, "what answers at HOST is no Airflow"},
		"another API with a version": {jsonOf(200, `{"version": "<b>"}`), submit.Unusable, "what answers at HOST is no Airflow"},
		"a gateway that wants a login": {
			jsonOf(401, `{}`), submit.Refused, "Airflow does not accept the password from --user (401)",
		},
		"a gateway alone": {page(502, "bad gateway"), submit.Unusable, "something answers at HOST, and has no Airflow behind it (502, 4 tries)"},
	} {
		t.Run(name, func(t *testing.T) {
			h := httptest.NewServer(row.handler)
			t.Cleanup(h.Close)
			o := withPassword(t, thePassword)
			_, err := airflow.New(wayTo(t, h.URL, o), airflow.Options{}).Runs(t.Context(), submit.Query{})
			require.ErrorIs(t, err, row.kind)
			text := strings.NewReplacer(strings.TrimPrefix(h.URL, "http://"), "HOST", o.PasswordFile, "FILE").Replace(err.Error())
			if i := strings.Index(text, ": the password from"); i > 0 {
				text = text[:i]
			}
			require.Equal(t, row.message, text)
		})
	}
}

// Version 2 may keep its version for those who are logged in.
func TestAVersionThatIsNotTold(t *testing.T) {
	_, url := start(t, fakeairflow.Options{Version: "2.11.2", Fault: func(c faulty.Call) *faulty.Fault {
		if c.Path == "/api/v1/version" {
			return &faulty.Fault{Status: http.StatusForbidden, Body: `{"title": "Forbidden", "status": 403}`}
		}
		return nil
	}}, one)
	f, err := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{}).Form(t.Context(), target("one"))
	require.NoError(t, err)
	require.Equal(t, "DAG one (Airflow 2)", f.Title())
}

// TestNothingShowsACredential: whatever a server answers, and echoes, no error has a
// password or a token in it, in any form of printing.
func TestNothingShowsACredential(t *testing.T) {
	echo := `{"detail": "` + thePassword + " " + theToken + `", "title": "` + thePassword + `"}`
	for _, status := range []int{200, 302, 400, 401, 403, 404, 405, 409, 418, 422, 429, 500, 502, 503} {
		for _, version := range versions {
			for name, o := range map[string]access.Options{"password": withPassword(t, fakeairflow.Password), "token": withToken(t, theToken)} {
				t.Run(fmt.Sprint(status, version, name), func(t *testing.T) {
					t.Parallel()
					_, url := start(t, fakeairflow.Options{Version: version, Fault: func(c faulty.Call) *faulty.Fault {
						if strings.HasSuffix(c.Path, "/version") || strings.HasSuffix(c.Path, "/auth/token") {
							return nil
						}
						return &faulty.Fault{Status: status, Body: echo, Header: http.Header{"Retry-After": {"0"}}}
					}}, one)
					var said bytes.Buffer
					b := airflow.New(wayTo(t, url, o), airflow.Options{Notice: func(text string) { said.WriteString(text) }})
					for _, err := range []error{
						second(b.Form(t.Context(), target("one"))),
						second(b.Submit(t.Context(), submit.Order{Target: target("one")})),
						second(b.Run(t.Context(), "one/x")),
						second(b.Runs(t.Context(), submit.Query{})),
						b.Logs(t.Context(), submit.LogQuery{Run: "one/x"}, &said),
						b.Terminate(t.Context(), "one/x"),
						b.Retry(t.Context(), "one/x"),
					} {
						var e *submit.Error
						if errors.As(err, &e) {
							fmt.Fprintf(&said, "%v %+v %#v %s", err, e, e, e.Advice)
						}
					}
					fmt.Fprintf(&said, "%v %+v", b, b)
					for _, secret := range []string{theToken, thePassword, fakeairflow.Password} {
						require.NotContains(t, said.String(), secret)
					}
				})
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A server that is slow is not asked for ever.
func TestEveryCallEndsWithItsContext(t *testing.T) {
	_, url := start(t, fakeairflow.Options{Fault: func(faulty.Call) *faulty.Fault { return &faulty.Fault{Delay: time.Minute} }}, one)
	b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, err := b.Run(ctx, "one/x")
	require.Error(t, err)
	require.Less(t, time.Since(begun), 10*time.Second)
}
