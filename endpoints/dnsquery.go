package endpoints

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// reply is what a name server said to one question.
type reply struct {
	rcode     dnsmessage.RCode
	addrs     []netip.Addr
	alias     string // where a CNAME leads in the end, "" without one
	truncated bool
}

// errNeedsTCP is an answer that is too long for UDP from a name server that
// does not take connections.
var errNeedsTCP = errors.New("the answer needs TCP")

// errForeign is a packet that is no answer to the question.
var errForeign = errors.New("not an answer to the question")

// query asks one server one question, over UDP and, when the answer does not
// fit, over TCP.
func query(ctx context.Context, server string, q dnsmessage.Question) (reply, error) {
	r, err := exchangeDNS(ctx, "udp", server, q)
	if err != nil || !r.truncated {
		return r, err
	}
	if r, err = exchangeDNS(ctx, "tcp", server, q); err != nil {
		return reply{}, errNeedsTCP
	}
	return r, nil
}

func exchangeDNS(ctx context.Context, network, server string, q dnsmessage.Question) (reply, error) {
	id := uint16(rand.Uint32())
	packet, err := packQuestion(id, q)
	if err != nil {
		return reply{}, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, server)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = conn.Close() }()
	defer deadlineOf(ctx, conn)()
	if network == "tcp" {
		packet = append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...)
	}
	if _, err := conn.Write(packet); err != nil {
		return reply{}, err
	}
	return readReply(conn, network, id, q)
}

func packQuestion(id uint16, q dnsmessage.Question) ([]byte, error) {
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: id, RecursionDesired: true}, Questions: []dnsmessage.Question{q}}
	return m.Pack()
}

// readReply passes over packets that are not for us: anybody can send UDP.
func readReply(conn net.Conn, network string, id uint16, q dnsmessage.Question) (reply, error) {
	for {
		packet, err := readPacket(conn, network)
		if err != nil {
			return reply{}, err
		}
		r, err := parseReply(packet, id, q)
		if err == nil || network == "tcp" {
			return r, err
		}
	}
}

func readPacket(conn net.Conn, network string) ([]byte, error) {
	if network == "udp" {
		packet := make([]byte, 1500)
		n, err := conn.Read(packet)
		return packet[:n], err
	}
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	packet := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(conn, packet)
	return packet, err
}

// parseReply reads an answer. Whoever made it, it costs no more than its length.
func parseReply(packet []byte, id uint16, q dnsmessage.Question) (reply, error) {
	var p dnsmessage.Parser
	head, err := p.Start(packet)
	if err != nil || !head.Response || head.ID != id {
		return reply{}, errForeign
	}
	asked, err := p.Question()
	if err != nil || asked.Type != q.Type || !strings.EqualFold(asked.Name.String(), q.Name.String()) {
		return reply{}, errForeign
	}
	r := reply{rcode: head.RCode, truncated: head.Truncated}
	if err := p.SkipAllQuestions(); err != nil || r.truncated {
		return r, err
	}
	for {
		answer, err := p.Answer()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return r, nil
		}
		if err != nil {
			return reply{}, err
		}
		switch body := answer.Body.(type) {
		case *dnsmessage.AResource:
			r.addrs = append(r.addrs, netip.AddrFrom4(body.A))
		case *dnsmessage.AAAAResource:
			r.addrs = append(r.addrs, netip.AddrFrom16(body.AAAA).Unmap())
		case *dnsmessage.CNAMEResource:
			r.alias = body.CNAME.String()
		}
	}
}

// question is false for a name that cannot be asked for, such as one with an
// empty label.
func question(name string, kind dnsmessage.Type) (dnsmessage.Question, bool) {
	n, err := dnsmessage.NewName(name)
	if err != nil {
		return dnsmessage.Question{}, false
	}
	q := dnsmessage.Question{Name: n, Type: kind, Class: dnsmessage.ClassINET}
	_, err = packQuestion(0, q)
	return q, err == nil
}
