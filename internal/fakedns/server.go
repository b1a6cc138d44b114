// Package fakedns is a name server for tests: it answers on one port of
// 127.0.0.1, over UDP and TCP, from a map of names, and misbehaves as told.
package fakedns

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Answer is what the server says to questions for one name. The zero value is a
// name without addresses.
type Answer struct {
	Addrs []string // IPv4 and IPv6
	CNAME string   // with the final dot; followed within the zone
	RCode dnsmessage.RCode
	Drop  bool          // no answer at all
	Delay time.Duration // before the answer
	Big   bool          // does not fit into UDP: the answer is truncated there
}

// Zone holds answers by name, in small letters and with the final dot.
// "*.example.org." stands for every name below, "*" for all others; without
// them what is not there does not exist (NXDOMAIN).
type Zone map[string]Answer

// Options change the server as a whole.
type Options struct {
	Address string // host:port to listen at; "" is a free port of 127.0.0.1
	Zone    Zone
	NoTCP   bool // connections are refused
}

// Query is one question that arrived.
type Query struct {
	Network string // "udp" or "tcp"
	Name    string
	Type    dnsmessage.Type
}

// Server is a running name server. It serves until Close.
type Server struct {
	udp     net.PacketConn
	tcp     net.Listener // nil with NoTCP
	serving sync.WaitGroup
	closing chan struct{}

	mu      sync.Mutex
	zone    Zone
	queries []Query
	open    map[net.Conn]bool
}

// Start serves the zone.
func Start(o Options) (*Server, error) {
	s := &Server{zone: o.Zone, closing: make(chan struct{}), open: map[net.Conn]bool{}}
	if err := s.listen(cmp.Or(o.Address, "127.0.0.1:0"), o.NoTCP); err != nil {
		return nil, err
	}
	s.serving.Go(s.serveUDP)
	if s.tcp != nil {
		s.serving.Go(s.serveTCP)
	}
	return s, nil
}

// listen finds a port that is free for both: a free one of TCP may be taken for
// UDP.
func (s *Server) listen(at string, noTCP bool) error {
	var err error
	for range 20 {
		var tcp net.Listener
		if tcp, err = net.Listen("tcp", at); err != nil {
			break
		}
		if s.udp, err = net.ListenPacket("udp", tcp.Addr().String()); err != nil {
			_ = tcp.Close()
			continue
		}
		if s.tcp = tcp; noTCP {
			s.tcp = nil
			return tcp.Close()
		}
		return nil
	}
	return fmt.Errorf("fakedns: no port on loopback: %w", err)
}

// Addr is host:port, for UDP and TCP.
func (s *Server) Addr() string { return s.udp.LocalAddr().String() }

// Set changes the answer for a name.
func (s *Server) Set(name string, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	zone := Zone{name: a}
	for k, v := range s.zone {
		if k != name {
			zone[k] = v
		}
	}
	s.zone = zone
}

// Queries returns all questions so far in the order of their arrival.
func (s *Server) Queries() []Query {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.queries)
}

// Close ends the server and its goroutines.
func (s *Server) Close() {
	close(s.closing)
	_ = s.udp.Close()
	if s.tcp != nil {
		_ = s.tcp.Close()
	}
	s.mu.Lock()
	for conn := range s.open {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.serving.Wait()
}

func (s *Server) serveUDP() {
	for {
		packet := make([]byte, 1500)
		n, from, err := s.udp.ReadFrom(packet)
		if err != nil {
			return
		}
		s.serving.Go(func() {
			if answer := s.answer("udp", packet[:n]); answer != nil {
				_, _ = s.udp.WriteTo(answer, from)
			}
		})
	}
}

func (s *Server) serveTCP() {
	for {
		conn, err := s.tcp.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.open[conn] = true
		s.mu.Unlock()
		s.serving.Go(func() {
			s.serveConn(conn)
			s.mu.Lock()
			delete(s.open, conn)
			s.mu.Unlock()
		})
	}
}

func (s *Server) serveConn(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		packet := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, packet); err != nil {
			return
		}
		answer := s.answer("tcp", packet)
		if answer == nil {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

// answer is the packet to send, nil for none.
func (s *Server) answer(network string, packet []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(packet) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	zone := s.record(Query{network, q.Name.String(), q.Type})
	// Without recursion an empty answer would be a lame referral.
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	for name := strings.ToLower(q.Name.String()); ; {
		a := zone.find(name)
		if a.Drop || !s.rest(a.Delay) {
			return nil
		}
		m.RCode, m.Truncated = a.RCode, m.Truncated || a.Big && network == "udp"
		m.Answers = append(m.Answers, records(name, q.Type, a)...)
		if a.CNAME == "" || len(m.Answers) > 8 {
			break
		}
		name = strings.ToLower(a.CNAME)
	}
	if m.Truncated {
		m.Answers = nil
	}
	answer, err := m.Pack()
	if err != nil {
		return nil
	}
	return answer
}

func (s *Server) record(q Query) Zone {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queries = append(s.queries, q)
	return s.zone
}

// rest waits; false when the server is closing.
func (s *Server) rest(d time.Duration) bool {
	if d == 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.closing:
		return false
	}
}

// find looks for the name, then for wildcards, the longest first.
func (z Zone) find(name string) Answer {
	if a, ok := z[name]; ok {
		return a
	}
	for rest := name; ; {
		_, parent, ok := strings.Cut(rest, ".")
		if !ok || parent == "" {
			break
		}
		if a, ok := z["*."+parent]; ok {
			return a
		}
		rest = parent
	}
	if a, ok := z["*"]; ok {
		return a
	}
	return Answer{RCode: dnsmessage.RCodeNameError}
}

func records(name string, kind dnsmessage.Type, a Answer) []dnsmessage.Resource {
	head := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name), Class: dnsmessage.ClassINET, TTL: 5}
	var all []dnsmessage.Resource
	if a.CNAME != "" {
		all = append(all, dnsmessage.Resource{Header: head, Body: &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(a.CNAME)}})
	}
	for _, text := range a.Addrs {
		switch ip := netip.MustParseAddr(text); {
		case ip.Is4() && kind == dnsmessage.TypeA:
			all = append(all, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: ip.As4()}})
		case ip.Is6() && kind == dnsmessage.TypeAAAA:
			all = append(all, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}})
		}
	}
	return all
}
