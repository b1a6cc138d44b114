package access_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

var basic = "Basic " + base64.StdEncoding.EncodeToString([]byte("ada:"+password))

func TestEveryCredentialIsSent(t *testing.T) {
	for name, c := range map[string]struct {
		options access.Options
		environ []string
		stdin   string
		name    string
		value   string
	}{
		"none":                     {access.Options{}, nil, "", "Authorization", ""},
		"a token in a file":        {access.Options{TokenFile: file(t, token+"\n")}, nil, "", "Authorization", "Bearer " + token},
		"with the word in front":   {access.Options{TokenFile: file(t, "bearer  "+token)}, nil, "", "Authorization", "Bearer " + token},
		"a token on stdin":         {access.Options{TokenFile: "-"}, nil, token + "\n", "Authorization", "Bearer " + token},
		"a token in a variable":    {access.Options{}, []string{"FLTSCTL_TOKEN=" + token}, "", "Authorization", "Bearer " + token},
		"a variable with a file":   {access.Options{}, []string{"FLTSCTL_TOKEN_FILE=" + file(t, token)}, "", "Authorization", "Bearer " + token},
		"a token of a command":     {access.Options{TokenCommand: `printf '%s\n' "` + token + `"`}, nil, "", "Authorization", "Bearer " + token},
		"a command in a variable":  {access.Options{}, []string{"FLTSCTL_TOKEN_COMMAND=echo " + token}, "", "Authorization", "Bearer " + token},
		"the command's variables":  {access.Options{TokenCommand: `sh -c 'echo "$SECRET"'`}, []string{"SECRET=" + token, "PATH=/usr/bin:/bin"}, "", "Authorization", "Bearer " + token},
		"a cookie":                 {access.Options{CookieFile: file(t, "Cookie: authservice_session="+cookie+"\n")}, nil, "", "Cookie", "authservice_session=" + cookie},
		"a cookie in a variable":   {access.Options{}, []string{"FLTSCTL_COOKIE=a=" + cookie + "; b=2"}, "", "Cookie", "a=" + cookie + "; b=2"},
		"a header":                 {access.Options{HeaderFile: file(t, "kubeflow-userid: "+header)}, nil, "", "Kubeflow-Userid", header},
		"a header in a variable":   {access.Options{}, []string{"FLTSCTL_HEADER=X-Key:" + header}, "", "X-Key", header},
		"user and password":        {access.Options{User: "ada", PasswordFile: file(t, password+"\n")}, nil, "", "Authorization", basic},
		"password in a variable":   {access.Options{User: "ada"}, []string{"FLTSCTL_PASSWORD=" + password}, "", "Authorization", basic},
		"both in variables":        {access.Options{}, []string{"FLTSCTL_USER=ada", "FLTSCTL_PASSWORD=" + password}, "", "Authorization", basic},
		"a flag beats a variable":  {access.Options{TokenFile: file(t, token)}, []string{"FLTSCTL_COOKIE=a=" + cookie}, "", "Authorization", "Bearer " + token},
		"the last variable counts": {access.Options{}, []string{"FLTSCTL_TOKEN=" + fresh, "FLTSCTL_TOKEN=" + token}, "", "Authorization", "Bearer " + token},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, wants(c.name, c.value))
			c.options.Host, c.options.Version = s.URL, "1.2.3"
			a := kfp(t, c.options, access.Surroundings{Environ: c.environ, Stdin: strings.NewReader(c.stdin)})
			for range 2 { // stdin is read once
				status, err := get(t, a, "/x")
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, status)
			}
			require.Equal(t, []string{c.value, c.value}, s.sent(c.name))
			require.Equal(t, []string{"fltsctl/1.2.3", "fltsctl/1.2.3"}, s.sent("User-Agent"))
			require.Empty(t, a.Warnings)
		})
	}
}

func TestALoginInTheAddressIsSplitOff(t *testing.T) {
	s := serve(t, wants("Authorization", basic))
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	a := kfp(t, access.Options{}, access.Surroundings{Environ: []string{"KF_PIPELINES_ENDPOINT=http://ada:" + password + "@" + u.Host + "/pipeline/#/runs"}})
	require.Equal(t, s.URL+"/pipeline", a.Base.String())
	require.Equal(t, "KF_PIPELINES_ENDPOINT", a.Origin)
	require.Equal(t, &access.Login{User: "ada", Password: a.Login.Password, Origin: "the login in KF_PIPELINES_ENDPOINT"}, a.Login)
	require.Equal(t, password, a.Login.Password.Reveal())
	status, err := get(t, a, "/x")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
}

func TestCredentialsThatAreRefused(t *testing.T) {
	absent := file(t, "") + ".absent"
	empty := file(t, " \n")
	for name, c := range map[string]struct {
		options access.Options
		environ []string
		code    string
		message string
		advice  string
	}{
		"two flags":      {access.Options{TokenFile: file(t, token), CookieFile: file(t, "a="+cookie)}, nil, "", "--token-file and --cookie-file both give a credential, and one is sent", "leave one of them out"},
		"two variables":  {access.Options{}, []string{"FLTSCTL_TOKEN=" + token, "FLTSCTL_HEADER=X: " + header}, "", "FLTSCTL_TOKEN and FLTSCTL_HEADER both give a credential, and one is sent", "leave one of them out"},
		"in the address": {access.Options{Host: "https://ada:" + password + "@kf.example", TokenFile: file(t, token)}, nil, "", "--token-file and the login in --host both give a credential, and one is sent", "leave one of them out"},
		"no file":        {access.Options{TokenFile: absent}, nil, "", "--token-file: there is no file " + absent, "ls -l " + absent},
		"an empty file":  {access.Options{CookieFile: empty}, nil, "", "--cookie-file: " + empty + " is empty", "ls -l " + empty},
		"two lines":      {access.Options{}, []string{"FLTSCTL_TOKEN=" + token + "\n" + fresh}, "FLTS-A14", "FLTSCTL_TOKEN: the token holds a space or a control character, or is more than one line", "write the value alone, on one line"},
		"no cookie":      {access.Options{}, []string{"FLTSCTL_COOKIE=" + cookie}, "", "FLTSCTL_COOKIE: the cookie has no name", "write NAME=VALUE, as the browser's developer tools show it under Request Headers"},
		"no header":      {access.Options{}, []string{"FLTSCTL_HEADER=" + header}, "", "FLTSCTL_HEADER holds no header", "write NAME: VALUE, such as kubeflow-userid: me@example.com"},
		"no password":    {access.Options{User: "ada"}, nil, "", "--user gives a user and nothing gives the password", "give --password-file FILE, or - for stdin, or set FLTSCTL_PASSWORD"},
		"no user":        {access.Options{PasswordFile: file(t, password)}, nil, "", "a password is given and no user", "give --user NAME, or set FLTSCTL_USER"},
		"a shell":        {access.Options{TokenCommand: "cat x | tr a b"}, nil, "", "--token-command: it has something in it that only a shell can do", `it is run without a shell; for one write: --token-command "sh -c '…'"`},
		"half a pair":    {access.Options{ClientCert: "x"}, nil, "", "a client certificate needs both --client-cert and --client-key", ""},
		"no CA":          {access.Options{Host: "kf.example"}, []string{"REQUESTS_CA_BUNDLE=" + empty}, "FLTS-L12", "REQUESTS_CA_BUNDLE: " + empty + " has no certificate in it", "openssl x509 -noout -subject -in " + empty},
		"a bad proxy":    {access.Options{Proxy: "ftp://ada:" + password + "@proxy"}, nil, "FLTS-P05", "--proxy is no address of a proxy", "write http://HOST:PORT in --proxy"},
		"no host":        {access.Options{Host: "https://ada:" + password + "@"}, nil, "FLTS-C06", `--host: "https://********@" is no address`, "write --host=https://HOST[:PORT][/PATH]; a password in it is percent-encoded, or goes into --password-file"},
		"a slash in it":  {access.Options{Host: "https://ada:x/" + password + "@kf.example"}, nil, "FLTS-C06", `--host: "https://********@kf.example" is no address`, "write --host=https://HOST[:PORT][/PATH]; a password in it is percent-encoded, or goes into --password-file"},
		"another scheme": {access.Options{Host: "grpc://kf.example"}, nil, "FLTS-C06", `--host: "grpc://kf.example" has a scheme that is neither http nor https`, "write https:// in front of the host"},
		"two ways":       {access.Options{Host: "kf.example", KubeContext: "dev"}, nil, "", "--host names one way to the server, and --kube-context, --kubeconfig or --kube-service another", "leave one of them out"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.options.Host == "" {
				c.options.Host = "http://localhost:8888"
			}
			_, err := access.KFP(c.options, access.Surroundings{Environ: c.environ})
			want(t, submit.Invalid, c.code, c.message, c.advice, err)
		})
	}
}

func TestAFileIsReadAgain(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { ok(w, r) })
	name := file(t, token)
	a := kfp(t, access.Options{Host: s.URL, TokenFile: name}, access.Surroundings{})
	_, err := get(t, a, "")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, []byte(fresh), 0o600))
	_, err = get(t, a, "")
	require.NoError(t, err)
	require.Equal(t, []string{"Bearer " + token, "Bearer " + fresh}, s.sent("Authorization"))
	require.NoError(t, os.Remove(name))
	_, err = get(t, a, "")
	want(t, submit.Invalid, "", "--token-file: there is no file "+name, "ls -l "+name, err)
}

// The file is renewed between the request and its refusal.
func TestARefusedTokenIsReadAgain(t *testing.T) {
	name := file(t, token)
	accept := wants("Authorization", "Bearer "+fresh)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+token {
			_ = os.WriteFile(name, []byte(fresh), 0o600)
		}
		accept(w, r)
	})
	a := kfp(t, access.Options{Host: s.URL, TokenFile: name}, access.Surroundings{})
	status, err := do(t, t.Context(), a, http.MethodPost, "/runs", "the run")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []string{"Bearer " + token, "Bearer " + fresh}, s.sent("Authorization"))
	require.Equal(t, []string{"the run", "the run"}, s.bodies)
}

func TestARefusedCommandRunsOnceMore(t *testing.T) {
	count := file(t, "")
	for name, c := range map[string]struct {
		accepted string
		sent     []string
	}{
		"and helps":        {"Bearer " + fresh, []string{"Bearer first", "Bearer " + fresh}},
		"and does not":     {"Bearer other", []string{"Bearer first", "Bearer " + fresh}},
		"and is not asked": {"Bearer first", []string{"Bearer first"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(count, nil, 0o600))
			s := serve(t, wants("Authorization", c.accepted))
			command := `sh -c 'if [ -s "` + count + `" ]; then echo ` + fresh + `; else echo first; echo x >"` + count + `"; fi'`
			a := kfp(t, access.Options{Host: s.URL, TokenCommand: command}, access.Surroundings{Environ: []string{"PATH=/usr/bin:/bin"}})
			_, err := get(t, a, "")
			if c.accepted == "Bearer other" {
				require.True(t, submit.IsKind(err, submit.Refused), "%v", err)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, c.sent, s.sent("Authorization"))
		})
	}
}

func TestACommandThatFailsTheSecondTime(t *testing.T) {
	count := file(t, "")
	s := serve(t, wants("Authorization", "other"))
	a := kfp(t, access.Options{Host: s.URL, TokenCommand: `sh -c 'if [ -s "` + "$0" + `" ]; then exit 4; fi; echo x >"` + "$0" + `"; echo ` + token + `' ` + count}, access.Surroundings{Environ: []string{"PATH=/usr/bin:/bin"}})
	_, err := get(t, a, "")
	want(t, submit.Refused, "", "--token-command: sh failed with status 4", "run the command by hand, and log in where it asks for that", err)
	require.Equal(t, []string{"Bearer " + token}, s.sent("Authorization"))
}

func TestCommandsThatFail(t *testing.T) {
	s := serve(t, ok)
	for command, message := range map[string]string{
		"sh -c 'echo " + password + " >&2; exit 3'": "--token-command: sh failed with status 3",
		"true":                        "--token-command: true printed nothing",
		"no-such-program " + password: "--token-command: there is no program no-such-program",
		"printf 'a\\nb'":              "--token-command: the token holds a space or a control character, or is more than one line",
	} {
		a := kfp(t, access.Options{Host: s.URL, TokenCommand: command}, access.Surroundings{Environ: []string{"PATH=/usr/bin:/bin"}})
		_, err := get(t, a, "")
		noSecret(t, err)
		require.EqualError(t, err, message)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	a := kfp(t, access.Options{Host: s.URL, TokenCommand: "sleep 20"}, access.Surroundings{Environ: []string{"PATH=/usr/bin:/bin"}})
	_, err := do(t, ctx, a, http.MethodGet, "", "")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Empty(t, s.sent("Authorization"))
}

type rotating struct{ asked atomic.Int32 }

func (r *rotating) Token(_ context.Context, again bool) (string, error) {
	if again {
		r.asked.Add(1)
	}
	if r.asked.Load() > 0 {
		return fresh, nil
	}
	return token, nil
}

func TestSignedBy(t *testing.T) {
	s := serve(t, wants("Authorization", "Bearer "+fresh))
	first, err := access.Airflow(access.Options{Host: s.URL, User: "ada", PasswordFile: file(t, password)}, access.Surroundings{})
	require.NoError(t, err)
	require.Equal(t, "ada", first.Login.User)

	source := &rotating{}
	a := first.SignedBy(source)
	for range 2 {
		status, err := get(t, a, "/api/v2/dags")
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
	}
	require.Equal(t, []string{"Bearer " + token, "Bearer " + fresh, "Bearer " + fresh}, s.sent("Authorization"))
	require.EqualValues(t, 1, source.asked.Load())

	_, err = get(t, first, "/x")
	require.EqualError(t, err, "Airflow does not accept the password from --user (401)")
	_, err = get(t, first.SignedBy(nil), "/auth/token")
	require.EqualError(t, err, "Airflow at "+a.Base.Host+" wants a login (401), and none was given")
	require.Equal(t, []string{basic, ""}, s.sent("Authorization")[3:])
}

// Two requests are refused with one token, and it is renewed once.
func TestATokenIsRenewedOnce(t *testing.T) {
	var both sync.WaitGroup
	both.Add(2)
	accept := wants("Authorization", "Bearer "+fresh)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+token {
			both.Done()
			both.Wait()
		}
		accept(w, r)
	})
	a, err := access.Airflow(access.Options{Host: s.URL}, access.Surroundings{})
	require.NoError(t, err)
	source := &rotating{}
	a = a.SignedBy(source)
	errs := make(chan error, 2)
	for range 2 {
		go func() {
			resp, err := a.Client.Get(s.URL)
			if err == nil {
				err = resp.Body.Close()
			}
			errs <- err
		}()
	}
	require.NoError(t, <-errs)
	require.NoError(t, <-errs)
	a.Client.CloseIdleConnections()
	require.EqualValues(t, 1, source.asked.Load())
}

func TestWhyATokenIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		claims  map[string]any
		message string
	}{
		"expired":         {map[string]any{"exp": unix(-3*time.Hour - time.Minute)}, " expired 3 h ago (401)"},
		"long ago":        {map[string]any{"exp": 1}, " expired 20"},
		"not yet":         {map[string]any{"nbf": unix(5*time.Minute + 30*time.Second)}, " is valid only in 5 min (401)"},
		"other audience":  {map[string]any{"sub": "system:serviceaccount:ml:default", "aud": []string{"https://kubernetes.default.svc"}, "exp": unix(time.Hour)}, " has the audience https://kubernetes.default.svc, and KFP wants pipelines.kubeflow.org (401)"},
		"odd audience":    {map[string]any{"sub": "system:serviceaccount:ml:default", "aud": body + " \n"}, " has the audience of another server, and KFP wants pipelines.kubeflow.org (401)"},
		"not Kubernetes'": {map[string]any{"sub": "me", "aud": "client"}, ""},
		"right, and yet":  {map[string]any{"sub": "system:serviceaccount:ml:default", "aud": []string{"pipelines.kubeflow.org"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, wants("Authorization", "other"))
			path := file(t, jwt(t, c.claims))
			a := kfp(t, access.Options{Host: s.URL, TokenFile: path}, access.Surroundings{})
			_, err := get(t, a, "")
			var e *submit.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, []any{submit.Refused, "FLTS-A13"}, []any{e.Kind, e.Code})
			if c.message == "" {
				require.Equal(t, "Kubeflow Pipelines does not accept the token from --token-file "+path+" (401)", e.Message)
			} else {
				require.True(t, strings.HasPrefix(e.Message, "the token from --token-file "+path+c.message), e.Message)
			}
			require.NotEmpty(t, e.Advice)
		})
	}
}
