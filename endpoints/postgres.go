package endpoints

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/secret"
)

// Postgres is a PostgreSQL server.
//
// One connection, up to the end of the login and without a query, tells whether
// it is one, whether it takes connections, and with a user whether it lets the
// task in.
type Postgres struct {
	Name    string  // "postgres" when empty
	Address Setting // host:port

	// Username without a Password is for servers that trust the address, and for
	// PGPASSWORD. Without both no login is tried.
	Username, Password Setting
	Database           Setting // empty: the one with the user's name

	// Secure wants TLS. Without it TLS is used where the server offers it, as
	// libpq does, and PGSSLMODE of the task decides.
	Secure   Setting
	CABundle string // verifies the certificate; PGSSLROOTCERT beats it, and without both libpq looks into the home
	Advisory bool
}

// postgres is the state that the checks of one target share.
type postgres struct {
	*ladder
	Postgres
	outcome pgOutcome
}

// Checks returns the checks of the target.
func (t Postgres) Checks(env Env) []checklist.Check {
	if t.Name == "" {
		t.Name = "postgres"
	}
	addr, bad := parseHostPort(t.Address, "tcp")
	if bad != nil {
		return unparsed(t.Name, t.Advisory, bad)
	}
	addr.secureKey = t.Secure.Key
	p := &postgres{ladder: newLadder(t.Name, t.Advisory, addr, t.CABundle, libpqClient, env), Postgres: t}
	if given := env.Task["PGPASSWORD"]; p.Password.Value.IsEmpty() && given != "" {
		p.Password = Setting{"PGPASSWORD", secret.New(given), "env"}
	}
	limit := p.env.Limits.Request
	checks := append(p.base(), p.check("server", checklist.Identify, p.ladder.name+" is PostgreSQL and takes connections", limit, p.server))
	if !t.Username.Value.IsEmpty() {
		checks = append(checks, p.check("login", checklist.Sign, p.ladder.name+" accepts the login", limit, p.login))
	}
	return chain(checks)
}

// server makes the connection. What comes of the login is judged by the next
// check.
func (p *postgres) server(ctx context.Context) checklist.Finding {
	p.outcome = p.talk(ctx)
	o := p.outcome
	var said *pgError
	switch {
	case errors.Is(o.err, errNoTLS):
		return p.fail(codePostgresTLS, "the server offers no TLS, and it is demanded", "set ssl = on in postgresql.conf, or "+p.withoutTLS())
	case o.untrusted != nil:
		return *o.untrusted
	case errors.Is(o.err, errNoPassword), errors.Is(o.err, errUnknownAuth), errors.Is(o.err, errSCRAM):
	case errors.As(o.err, &said):
		if f := p.cannotServe(said); f != nil {
			return *f
		}
	case o.err != nil:
		return p.broken(o)
	}
	if p.Username.Value.IsEmpty() {
		return pass("speaks PostgreSQL%s; no login was tried", o.encrypted())
	}
	return pass("speaks PostgreSQL%s", o.encrypted())
}

// broken judges a connection that ended before the server said anything of use.
func (p *postgres) broken(o pgOutcome) checklist.Finding {
	f := p.fault(o.err, o.at)
	if f.Code == codeNotHTTP {
		return p.fail(codeNotPostgres, p.addr.hostPort()+" does not speak PostgreSQL", "the port is another protocol's, PostgreSQL has 5432: set "+p.addr.assign("tcp", p.addr.host+":5432"))
	}
	return f
}

// cannotServe judges errors that do not depend on who asks.
func (p *postgres) cannotServe(e *pgError) *checklist.Finding {
	var f checklist.Finding
	switch {
	case e.state == "53300":
		f = transient(p.fail(codeConnectionsFull, "all connections of the server are taken", "look who has them: "+p.psql("-c 'select usename, count(*) from pg_stat_activity group by 1'")))
	case strings.HasPrefix(e.state, "57P"):
		f = transient(p.fail(codePostgresStarts, "the server is starting up or shutting down", "wait for it: --wait 2m; "+p.logs()))
	default:
		return nil
	}
	f.Evidence = append(f.Evidence, "SQLSTATE "+e.state)
	return &f
}

// login judges what came of the login on the connection of the check before.
func (p *postgres) login(context.Context) checklist.Finding {
	var said *pgError
	switch {
	case errors.Is(p.outcome.err, errNoPassword) && p.passwordFile() != "":
		return checklist.Finding{State: checklist.Unknown, Detail: "could not look: a password is wanted, and libpq looks for it in " + p.passwordFile()}
	case errors.Is(p.outcome.err, errNoPassword):
		return refused(p.fail(codePostgresLogin, "a password is wanted and none is given", "set "+cmp.Or(p.Password.Key, "a key for the password in the contract")))
	case errors.Is(p.outcome.err, errUnknownAuth):
		return checklist.Finding{State: checklist.Unknown, Detail: "could not look: the server wants a way to log in that only libpq knows (Kerberos, SSPI)"}
	case errors.Is(p.outcome.err, errSCRAM):
		return p.fail(codePostgresOther, "the server does not prove that it knows the password", "is this the right server? "+p.logs(), p.Username.evidence())
	case !errors.As(p.outcome.err, &said):
		return pass("login accepted%s", p.outcome.serverVersion())
	}
	seen := []string{"SQLSTATE " + said.state}
	switch said.state {
	case "28P01":
		if p.Password.endsInSpace() {
			return refused(p.fail(codePostgresLogin, "the password is wrong: it ends with white space", p.rewrite(p.Password), append(seen, p.Password.evidence())...))
		}
		return refused(p.fail(codePostgresLogin, "user or password is wrong", "write the right password to "+p.Password.named()+": "+p.patchSecret(p.Password.Key), append(seen, p.Username.evidence())...))
	case "28000":
		if said.plaintext && p.outcome.tls == "" {
			return p.fail(codePostgresTLS, "the server lets this user in over TLS alone, and the connection is plain", p.withTLS(), seen...)
		}
		return refused(p.fail(codePostgresHost, "the server does not let this user in from here", "a line for it in pg_hba.conf, or the role, is missing: as admin "+p.psqlAs("ADMIN", `-c 'table pg_hba_file_rules'`), append(seen, p.Username.evidence())...))
	case "3D000":
		return p.fail(codeNoDatabase, "the login is accepted, and there is no such database", "createdb, or correct "+cmp.Or(p.Database.Key, p.Username.Key)+"; those there are: "+p.psqlAs("ADMIN", "-l"), append(seen, p.database().evidence())...)
	}
	return p.fail(codePostgresOther, "the server refuses the connection", p.logs(), seen...)
}

// passwordFile is the file in which libpq looks for a password that nobody gave it,
// "" when there is none.
func (p *postgres) passwordFile() string {
	file := cmp.Or(p.env.Task["PGPASSFILE"], path.Join(p.env.Task["HOME"], ".pgpass"))
	if _, there := p.env.readFile(file); !there {
		return ""
	}
	return file
}

// database is the setting that names the database.
func (p *postgres) database() Setting {
	if p.Database.Value.IsEmpty() {
		return p.Username
	}
	return p.Database
}

func (p *postgres) psql(what string) string { return p.psqlAs("USER", what) }

// psqlAs is the command that makes the same connection by hand.
func (p *postgres) psqlAs(user, what string) string {
	return fmt.Sprintf(`psql "host=%s port=%s user=%s dbname=postgres" %s`, p.addr.host, p.addr.port, user, what)
}
