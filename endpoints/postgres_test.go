package endpoints_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/tlskit"
)

// pgFake is a PostgreSQL server up to the login.
type pgFake struct {
	tls     *tls.Config // nil: the answer to a request for TLS is N
	answers []byte      // to the startup message
	more    []byte      // to whatever follows it
}

func (f pgFake) serve(c net.Conn) {
	conn := c
	first := pgRead(conn)
	if len(first) == 4 { // an SSLRequest
		if f.tls == nil {
			_, _ = conn.Write([]byte("N"))
		} else {
			_, _ = conn.Write([]byte("S"))
			conn = tls.Server(conn, f.tls)
		}
		if first = pgRead(conn); first == nil {
			return
		}
	}
	_, _ = conn.Write(f.answers)
	if _, err := conn.Read(make([]byte, 1)); err == nil && f.more != nil {
		_, _ = conn.Write(f.more)
	}
	drain(conn)
}

// pgRead reads a message without a letter.
func pgRead(r io.Reader) []byte {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil
	}
	n := binary.BigEndian.Uint32(size[:])
	if n < 4 || n > 1000 {
		return nil
	}
	body := make([]byte, n-4)
	_, _ = io.ReadFull(r, body)
	return body
}

func pgSay(kind byte, body string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4)), body...)
}

func pgRefuses(state, message string) []byte {
	return pgSay('E', "SFATAL\x00C"+state+"\x00M"+message+"\x00\x00")
}

func pgAsks(kind uint32, data string) []byte {
	return pgSay('R', string(binary.BigEndian.AppendUint32(nil, kind))+data)
}

var pgWelcome = bytes.Join([][]byte{pgAsks(0, ""), pgSay('S', "server_version\x0015.4 (Debian)\x00"), pgSay('N', "x"), pgSay('Z', "I")}, nil)

func database(addr string) endpoints.Postgres {
	return endpoints.Postgres{Address: open("POSTGRES_ENDPOINT", addr), Password: endpoints.Setting{Key: "DB_PASSWORD"}, Secure: endpoints.Setting{Key: "DB_TLS"}}
}

func asAnn(p *endpoints.Postgres) {
	p.Username, p.Password = open("DB_USER", "ann"), hidden("DB_PASSWORD", canary)
}

func TestPostgresWithoutALogin(t *testing.T) {
	for name, c := range map[string]struct {
		fake pgFake
		want string
	}{
		"asks for a password": {pgFake{answers: pgAsks(5, "salt")}, "speaks PostgreSQL; no login was tried"},
		"asks for SCRAM":      {pgFake{answers: pgAsks(10, "SCRAM-SHA-256\x00\x00")}, "speaks PostgreSQL; no login was tried"},
		"lets everybody in":   {pgFake{answers: pgWelcome}, "speaks PostgreSQL; no login was tried"},
		"lets nobody in":      {pgFake{answers: pgRefuses("28000", `no pg_hba.conf entry for host "10.1.2.3"`)}, "speaks PostgreSQL; no login was tried"},
		"knows no such role":  {pgFake{answers: pgRefuses("28000", `role "flts-run" does not exist`)}, "speaks PostgreSQL; no login was tried"},
	} {
		t.Run(name, func(t *testing.T) {
			said, _ := judge(t, database(listen(t, c.fake.serve)).Checks(endpoints.Env{}))
			require.Equal(t, []says{{"postgres.server", checklist.Pass, "", c.want}}, said[2:])
		})
	}
}

func TestPostgresFaults(t *testing.T) {
	const patch = `stty -echo; read -r V; stty echo; [ "$V" ] && printf %s "$V" | kubectl create secret generic NAME --from-file=DB_PASSWORD=/dev/stdin --dry-run=client -o json | kubectl -n NS patch secret NAME --type=merge --patch-file /dev/stdin`
	const admin = `psql "host=127.0.0.1 port=PORT user=ADMIN dbname=postgres" `
	curl := "nc -vz -w 3 127.0.0.1 PORT"
	for name, c := range map[string]struct {
		serve  func(net.Conn)
		change func(*endpoints.Postgres)
		task   map[string]string
		want   finding
	}{
		"wrong password": {pgFake{answers: pgAsks(5, "salt"), more: pgRefuses("28P01", "c4n4ry")}.serve, asAnn, nil, finding{
			ID: "postgres.login", Code: "FLTS-Q02", Refused: true, Detail: "user or password is wrong",
			Hint: "write the right password to DB_PASSWORD (secret /etc/flts/secrets): " + patch,
		}},
		"a newline": {
			pgFake{answers: pgAsks(3, ""), more: pgRefuses("28P01", "")}.serve,
			func(p *endpoints.Postgres) { asAnn(p); p.Password = hidden("DB_PASSWORD", "pw\n") }, nil,
			finding{
				ID: "postgres.login", Code: "FLTS-Q02", Refused: true, Detail: "the password is wrong: it ends with white space",
				Hint: "write DB_PASSWORD (secret /etc/flts/secrets) again without the final newline: " + patch,
			},
		},
		"no password": {
			pgFake{answers: pgAsks(10, "SCRAM-SHA-256\x00\x00")}.serve, func(p *endpoints.Postgres) { p.Username = open("DB_USER", "ann") }, nil,
			finding{ID: "postgres.login", Code: "FLTS-Q02", Refused: true, Detail: "a password is wanted and none is given", Hint: "set DB_PASSWORD"},
		},
		"pg_hba": {pgFake{answers: pgRefuses("28000", `no pg_hba.conf entry`)}.serve, asAnn, nil, finding{
			ID: "postgres.login", Code: "FLTS-Q03", Refused: true, Detail: "the server does not let this user in from here",
			Hint: "a line for it in pg_hba.conf, or the role, is missing: as admin " + admin + "-c 'table pg_hba_file_rules'",
		}},
		"pg_hba wants TLS": {pgFake{answers: pgRefuses("28000", `no pg_hba.conf entry for host "c4n4ry", no encryption`)}.serve, asAnn, nil, finding{
			ID: "postgres.login", Code: "FLTS-Q07", Detail: "the server lets this user in over TLS alone, and the connection is plain", Hint: "set DB_TLS=true and PGSSLMODE=require",
		}},
		"no database": {pgFake{answers: pgRefuses("3D000", `database "c4n4ry" does not exist`)}.serve, asAnn, nil, finding{
			ID: "postgres.login", Code: "FLTS-Q04", Detail: "the login is accepted, and there is no such database",
			Hint: "createdb, or correct DB_USER; those there are: " + admin + "-l",
		}},
		"full": {pgFake{answers: pgRefuses("53300", `too many clients`)}.serve, nil, nil, finding{
			ID: "postgres.server", Code: "FLTS-Q05", Transient: true, Detail: "all connections of the server are taken",
			Hint: "look who has them: " + strings.Replace(admin, "ADMIN", "USER", 1) + "-c 'select usename, count(*) from pg_stat_activity group by 1'",
		}},
		"starting": {pgFake{answers: pgRefuses("57P03", `starting up`)}.serve, asAnn, nil, finding{
			ID: "postgres.server", Code: "FLTS-Q06", Transient: true, Detail: "the server is starting up or shutting down", Hint: "wait for it: --wait 2m; " + curl,
		}},
		"something else":   {pgFake{answers: pgRefuses("XX000", "c4n4ry")}.serve, asAnn, nil, finding{ID: "postgres.login", Code: "FLTS-Q08", Detail: "the server refuses the connection", Hint: curl}},
		"a malformed code": {pgFake{answers: pgRefuses("c4n4ry", "")}.serve, asAnn, nil, finding{ID: "postgres.login", Code: "FLTS-Q08", Detail: "the server refuses the connection", Hint: curl}},
		"no TLS": {pgFake{answers: pgWelcome}.serve, func(p *endpoints.Postgres) { p.Secure = open("DB_TLS", "true") }, nil, finding{
			ID: "postgres.server", Code: "FLTS-Q07", Detail: "the server offers no TLS, and it is demanded", Hint: "set ssl = on in postgresql.conf, or set DB_TLS=false",
		}},
		"no TLS, by PGSSLMODE": {pgFake{answers: pgWelcome}.serve, nil, map[string]string{"PGSSLMODE": "verify-full"}, finding{
			ID: "postgres.server", Code: "FLTS-Q07", Detail: "the server offers no TLS, and it is demanded", Hint: "set ssl = on in postgresql.conf, or set PGSSLMODE=prefer",
		}},
		"http": {banner("HTTP/1.1 400 Bad Request\r\n\r\n"), nil, nil, finding{
			ID: "postgres.server", Code: "FLTS-Q01", Detail: "127.0.0.1:PORT does not speak PostgreSQL", Hint: "the port is another protocol's, PostgreSQL has 5432: set POSTGRES_ENDPOINT=127.0.0.1:5432",
		}},
		"MySQL": {banner("J\x00\x00\x00\x0a8.0.36\x00"), nil, nil, finding{
			ID: "postgres.server", Code: "FLTS-Q01", Detail: "127.0.0.1:PORT does not speak PostgreSQL", Hint: "the port is another protocol's, PostgreSQL has 5432: set POSTGRES_ENDPOINT=127.0.0.1:5432",
		}},
		"nonsense after N": {pgFake{answers: []byte("Q\x00\x00\x00\x05x")}.serve, nil, nil, finding{
			ID: "postgres.server", Code: "FLTS-Q01", Detail: "127.0.0.1:PORT does not speak PostgreSQL", Hint: "the port is another protocol's, PostgreSQL has 5432: set POSTGRES_ENDPOINT=127.0.0.1:5432",
		}},
		"hangs up": {func(net.Conn) {}, nil, nil, finding{
			ID: "postgres.server", Code: "FLTS-T03", Transient: true, Detail: "127.0.0.1:PORT closes the connection without an answer",
			Hint: `if a mesh demands mTLS: kubectl get peerauthentication -A, and label the pod sidecar.istio.io/inject: "true"; by hand: ` + curl,
		}},
		"a false proof": {
			pgFake{answers: pgAsks(10, "SCRAM-SHA-256\x00\x00"), more: pgAsks(11, "r=other,s=c2FsdA==,i=4096")}.serve, asAnn, nil,
			finding{ID: "postgres.login", Code: "FLTS-Q08", Detail: "the server does not prove that it knows the password", Hint: "is this the right server? " + curl},
		},
	} {
		t.Run(name, func(t *testing.T) {
			addr := listen(t, c.serve)
			target := database(addr)
			if c.change != nil {
				c.change(&target)
			}
			r := root(t, target.Checks(endpoints.Env{Task: c.task}))
			_, p, err := net.SplitHostPort(addr)
			require.NoError(t, err)
			even := strings.NewReplacer("127.0.0.1:"+p, "127.0.0.1:PORT", "port="+p, "port=PORT", " "+p, " PORT")
			r.Detail, r.Hint = even.Replace(r.Detail), even.Replace(r.Hint)
			require.Equal(t, c.want, found(r))
			require.NotContains(t, strings.Join(append(r.Evidence, r.Detail, r.Hint), "\n"), canary[:6])
		})
	}
	t.Run("Kerberos is unknown", func(t *testing.T) {
		target := database(listen(t, pgFake{answers: pgAsks(7, "")}.serve))
		asAnn(&target)
		said, _ := judge(t, target.Checks(endpoints.Env{}))
		require.Equal(t, says{"postgres.login", checklist.Unknown, "", "could not look: the server wants a way to log in that only libpq knows (Kerberos, SSPI)"}, said[3])
	})
	t.Run("a password that libpq finds", func(t *testing.T) {
		asks := database(listen(t, pgFake{answers: pgAsks(3, ""), more: pgWelcome}.serve))
		asks.Username = open("DB_USER", "ann")
		said, _ := judge(t, asks.Checks(endpoints.Env{Task: map[string]string{"PGPASSWORD": canary}}))
		require.Equal(t, says{"postgres.login", checklist.Pass, "", "login accepted by PostgreSQL 15.4"}, said[3])
		home := endpoints.Env{Task: map[string]string{"HOME": "/app"}, Files: fstest.MapFS{"app/.pgpass": {Data: []byte("*:*:*:ann:" + canary)}}}
		said, _ = judge(t, asks.Checks(home))
		require.Equal(t, says{"postgres.login", checklist.Unknown, "", "could not look: a password is wanted, and libpq looks for it in /app/.pgpass"}, said[3])
		refuses := database(listen(t, pgFake{answers: pgAsks(3, ""), more: pgRefuses("28P01", "")}.serve))
		refuses.Username = open("DB_USER", "ann")
		r := root(t, refuses.Checks(endpoints.Env{Task: map[string]string{"PGPASSWORD": canary}}))
		require.Contains(t, r.Hint, "write the right password to PGPASSWORD (env)")
		require.NotContains(t, r.Hint+r.Detail+strings.Join(r.Evidence, ""), canary)
	})
	t.Run("a server that hangs", func(t *testing.T) {
		checks := database(listen(t, drain)).Checks(endpoints.Env{Limits: endpoints.Limits{Request: 50e6}})
		require.Equal(t, "FLTS-T07", root(t, checks).Code)
	})
	t.Run("not an address", func(t *testing.T) {
		for _, address := range []string{"db", "https://db:5432", "postgres://ann:c4n4ry@db:5432/churn"} {
			r := root(t, database(address).Checks(endpoints.Env{}))
			require.Equal(t, []string{"FLTS-C06", "set POSTGRES_ENDPOINT=HOST:PORT"}, []string{r.Code, r.Hint}, address)
			require.NotContains(t, r.Evidence[0], "c4n4ry")
		}
	})
}

func TestPostgresOverTLS(t *testing.T) {
	authority, err := tlskit.New(t.TempDir(), "our CA")
	require.NoError(t, err)
	other, err := tlskit.New(t.TempDir(), "another CA")
	require.NoError(t, err)
	leaf, err := authority.Leaf(nil)
	require.NoError(t, err)
	named, err := authority.Leaf(func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"db.example"} })
	require.NoError(t, err)
	serving := func(c tls.Certificate) string {
		return listen(t, pgFake{tls: &tls.Config{Certificates: []tls.Certificate{c}}, answers: pgWelcome}.serve)
	}
	right, wrong := serving(leaf), serving(named)
	for name, c := range map[string]struct {
		bundle string
		task   map[string]string
		want   says
	}{
		"nothing to verify with": {"", nil, says{State: checklist.Pass, Detail: "speaks PostgreSQL over TLS 1.3; no login was tried"}},
		"verified":               {authority.Path, nil, says{State: checklist.Pass, Detail: "speaks PostgreSQL over TLS 1.3; no login was tried"}},
		"another CA":             {other.Path, nil, says{State: checklist.Fail, Code: "FLTS-L01", Detail: "the certificate of HOST comes from an unknown authority"}},
		"the variable first":     {other.Path, map[string]string{"PGSSLROOTCERT": authority.Path}, says{State: checklist.Pass, Detail: "speaks PostgreSQL over TLS 1.3; no login was tried"}},
		"verify-full":            {authority.Path, map[string]string{"PGSSLMODE": "verify-full"}, says{State: checklist.Pass, Detail: "speaks PostgreSQL over TLS 1.3; no login was tried"}},
		"another name":           {authority.Path, map[string]string{"PGSSLMODE": "verify-ca"}, says{State: checklist.Pass, Detail: "speaks PostgreSQL over TLS 1.3; no login was tried"}},
		"verify-full, another name": {authority.Path, map[string]string{"PGSSLMODE": "verify-full"}, says{
			State: checklist.Fail, Code: "FLTS-L02", Detail: `the certificate is for "db.example", not for 127.0.0.1`,
		}},
		"verify-full, no CA": {"", map[string]string{"PGSSLMODE": "verify-full"}, says{
			State: checklist.Fail, Code: "FLTS-L12", Detail: "PGSSLMODE=verify-full wants a root certificate, and there is none: libpq does not take the system's",
		}},
		"the system's CAs": {"", map[string]string{"PGSSLROOTCERT": "system"}, says{State: checklist.Fail, Code: "FLTS-L01", Detail: "the certificate of HOST comes from an unknown authority"}},
		"no bundle there":  {"/nowhere/ca.pem", nil, says{State: checklist.Fail, Code: "FLTS-L12", Detail: "the CA bundle /nowhere/ca.pem does not exist"}},
		"disabled":         {"", map[string]string{"PGSSLMODE": "disable"}, says{State: checklist.Pass, Detail: "speaks PostgreSQL; no login was tried"}},
	} {
		t.Run(name, func(t *testing.T) {
			addr := right
			if strings.HasSuffix(name, "another name") {
				addr = wrong
			}
			target := database(addr)
			target.CABundle = c.bundle
			said, _ := judge(t, target.Checks(endpoints.Env{Task: c.task}))
			c.want.ID = "postgres.server"
			said[2].Detail = strings.ReplaceAll(said[2].Detail, addr, "HOST")
			require.Equal(t, c.want, said[2])
		})
	}
}
