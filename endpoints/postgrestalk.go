package endpoints

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// pgOutcome is what came of one connection.
type pgOutcome struct {
	err       error
	at        stage
	untrusted *checklist.Finding // there is nothing good to verify the certificate with
	tls       string             // its version, "" on a plain connection
	version   string             // of the server, told after a login
}

func (o pgOutcome) encrypted() string {
	if o.tls == "" {
		return ""
	}
	return " over " + o.tls
}

func (o pgOutcome) serverVersion() string {
	if !madeOf(o.version, 16, digits+".") {
		return ""
	}
	return " by PostgreSQL " + o.version
}

var (
	errNoTLS       = errors.New("no TLS offered")
	errBundle      = errors.New("nothing to verify the certificate with")
	errNoPassword  = errors.New("a password is wanted")
	errUnknownAuth = errors.New("an unknown way to log in is wanted")
)

// talk makes one connection and logs in, as far as the settings go.
func (p *postgres) talk(ctx context.Context) (o pgOutcome) {
	conn, err := p.connect(ctx, p.addr.hostPort())
	if err != nil {
		return pgOutcome{err: err, at: connecting}
	}
	defer func() { _ = conn.Close() }()
	defer deadlineOf(ctx, conn)()
	o.at = waiting
	stream, err := p.negotiate(ctx, conn, &o)
	if err != nil {
		o.err = err
		return o
	}
	user := p.Username.Value.Reveal()
	if user == "" {
		user = "flts-run"
	}
	parameters := []string{"user", user, "application_name", "flts-run"}
	if d := p.Database.Value.Reveal(); d != "" {
		parameters = append(parameters, "database", d)
	}
	if _, o.err = stream.Write(pgStartup(pgVersion3, parameters...)); o.err == nil {
		o.err = p.logIn(stream, &o)
	}
	return o
}

// negotiate asks for TLS first, unless the task would not.
func (p *postgres) negotiate(ctx context.Context, conn net.Conn, o *pgOutcome) (io.ReadWriter, error) {
	if p.sslMode() == "disable" {
		return conn, nil
	}
	if _, err := conn.Write(pgStartup(pgSSLRequest)); err != nil {
		return nil, err
	}
	// One byte and no more: what follows may be TLS.
	var answer [1]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return nil, err
	}
	switch {
	case answer[0] == 'N' && p.demandsTLS():
		return nil, errNoTLS
	case answer[0] == 'N':
		return conn, nil
	case answer[0] != 'S':
		return nil, errNotPostgres
	}
	var config *tls.Config
	if config, o.untrusted = p.tlsClient(); o.untrusted != nil {
		return nil, errBundle
	}
	o.at = shakingHands
	client := tls.Client(conn, config)
	if err := client.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	o.at, o.tls = waiting, tls.VersionName(client.ConnectionState().Version)
	return client, nil
}

// logIn reads until the server is ready for a query or says why it will not be.
func (p *postgres) logIn(stream io.ReadWriter, o *pgOutcome) error {
	r := bufio.NewReader(io.LimitReader(stream, 1<<20))
	var proof *scram
	for {
		m, err := readPGMessage(r)
		if err != nil {
			return err
		}
		switch m.kind {
		case 'E':
			return readPGError(m.body)
		case 'S':
			if name, value, ok := strings.Cut(string(m.body), "\x00"); ok && name == "server_version" {
				o.version, _, _ = strings.Cut(strings.TrimRight(value, "\x00"), " ")
			}
		case 'Z':
			_, err := stream.Write(pgSend('X', nil))
			return err
		case 'R':
			reply, err := p.prove(m.body, &proof)
			if err != nil || p.Username.Value.IsEmpty() {
				return ignored(err, p.Username.Value.IsEmpty())
			}
			if _, err := stream.Write(reply); err != nil {
				return err
			}
		}
	}
}

// ignored drops the reason why a login that nobody asked for cannot go on.
func ignored(err error, ignore bool) error {
	if ignore && !errors.Is(err, errNotPostgres) {
		return nil
	}
	return err
}

// prove answers a request for authentication.
func (p *postgres) prove(body []byte, proof **scram) (reply []byte, err error) {
	ask, data, err := pgAsked(body)
	if err != nil || ask == pgOK {
		return nil, err
	}
	password := p.Password.Value.Reveal()
	if password == "" {
		return nil, errNoPassword
	}
	switch ask {
	case pgPlain:
		return pgSend('p', append([]byte(password), 0)), nil
	case pgMD5:
		return pgSend('p', append([]byte(md5Password(p.Username.Value.Reveal(), password, data)), 0)), nil
	case pgSASL:
		if !strings.Contains("\x00"+string(data), "\x00SCRAM-SHA-256\x00") {
			return nil, errUnknownAuth
		}
		*proof = newSCRAM(password)
		return pgSend('p', saslInitial("SCRAM-SHA-256", (*proof).first())), nil
	case pgSASLMore:
		if *proof == nil {
			return nil, errNotPostgres
		}
		text, err := (*proof).answer(string(data))
		return pgSend('p', []byte(text)), err
	case pgSASLFinal:
		if *proof == nil {
			return nil, errNotPostgres
		}
		return nil, (*proof).verify(string(data))
	}
	return nil, errUnknownAuth
}
