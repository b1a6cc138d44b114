package endpoints

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// The part of PostgreSQL's protocol, version 3, that comes before the first
// query.

const (
	pgVersion3   = 3 << 16
	pgSSLRequest = 1234<<16 | 5679

	pgMaxMessage = 64 << 10
)

// pgMessage is one message of a server.
type pgMessage struct {
	kind byte
	body []byte
}

// errNotPostgres is an answer that no PostgreSQL gives.
var errNotPostgres = errors.New("not PostgreSQL's protocol")

// readPGMessage reads one message: a letter, the length with itself, the body.
func readPGMessage(r io.Reader) (pgMessage, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return pgMessage{}, err
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size < 4 || size > pgMaxMessage || !strings.ContainsRune("RESKZNv", rune(head[0])) {
		return pgMessage{}, errNotPostgres
	}
	body := make([]byte, size-4)
	_, err := io.ReadFull(r, body)
	return pgMessage{head[0], body}, err
}

// pgStartup is the first message: it has no letter.
func pgStartup(code uint32, parameters ...string) []byte {
	body := binary.BigEndian.AppendUint32(nil, code)
	for _, p := range parameters {
		body = append(append(body, p...), 0)
	}
	if len(parameters) > 0 {
		body = append(body, 0)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}

// pgSend is a message of a client.
func pgSend(kind byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4)), body...)
}

// pgError is what is looked at in an ErrorResponse. The message is never quoted:
// it holds the names of users and databases, and whatever a server likes.
type pgError struct {
	state     string // SQLSTATE, five letters and digits; "" when it has another shape
	plaintext bool   // it complains that the connection is not encrypted
}

func (e *pgError) Error() string { return "PostgreSQL answers " + e.state }

func readPGError(body []byte) *pgError {
	e := &pgError{}
	for field := range bytes.SplitSeq(body, []byte{0}) {
		if len(field) == 0 {
			continue
		}
		switch text := string(field[1:]); field[0] {
		case 'C':
			if len(text) == 5 && madeOf(text, 5, upper+digits) {
				e.state = text
			}
		case 'M':
			e.plaintext = strings.Contains(text, "no encryption") || strings.Contains(text, "SSL off")
		}
	}
	return e
}

// pgAsk is what a server wants to see.
type pgAsk uint32

const (
	pgOK        pgAsk = 0
	pgPlain     pgAsk = 3
	pgMD5       pgAsk = 5
	pgSASL      pgAsk = 10
	pgSASLMore  pgAsk = 11
	pgSASLFinal pgAsk = 12
)

// pgAsked reads an authentication request.
func pgAsked(body []byte) (ask pgAsk, data []byte, err error) {
	if len(body) < 4 {
		return 0, nil, errNotPostgres
	}
	return pgAsk(binary.BigEndian.Uint32(body)), body[4:], nil
}

// saslInitial is the body of the first SASL message.
func saslInitial(mechanism, text string) []byte {
	body := append([]byte(mechanism), 0)
	body = binary.BigEndian.AppendUint32(body, uint32(len(text)))
	return append(body, text...)
}
