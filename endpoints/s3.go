package endpoints

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

// S3 is MinIO or another server of the S3 API.
type S3 struct {
	Name     string  // "minio" when empty
	Endpoint Setting // host:port, or a URL, whose scheme then beats Secure
	Secure   Setting

	AccessKey, SecretKey, SessionToken Setting

	Region    string // "us-east-1" when empty, as in boto3
	PathStyle bool   // the bucket in the path, not in front of the host

	// CABundle is the path that boto3 would read: AWS_CA_BUNDLE, then
	// REQUESTS_CA_BUNDLE. It replaces the system's authorities.
	CABundle string

	// Buckets are listed with one request each; the first one's is also the
	// signed request. Before a task, give those that it needs.
	Buckets  []Bucket
	Advisory bool

	// CredentialsFrom names an ambient identity ("web identity") that only the
	// task's own client can use. Signing is then unknown, and not enforced.
	CredentialsFrom string
}

// Bucket is a bucket with the setting that names it and what the task does
// with it.
type Bucket struct {
	Name   string
	Key    string
	Origin string
	Mode   string // r, w or rw; empty is r
	Needed bool   // a bucket that is not needed is advisory
}

// s3 is the state that the checks of one target share.
type s3 struct {
	*ladder
	S3
	first answer // to the signed request; the first bucket's check judges it too
}

// Checks returns the checks of the target.
func (t S3) Checks(env Env) []checklist.Check {
	if t.Name == "" {
		t.Name = "minio"
	}
	if t.Region == "" {
		t.Region = "us-east-1"
	}
	t.Buckets = merged(t.Buckets)
	scheme := "http"
	if t.Secure.isTrue() {
		scheme = "https"
	}
	addr, bad := parseHostPort(t.Endpoint, scheme)
	if bad != nil {
		return unparsed(t.Name, t.Advisory, bad)
	}
	addr.secureKey = t.Secure.Key
	s := &s3{ladder: newLadder(t.Name, t.Advisory, addr, t.CABundle, Botocore, env), S3: t}
	limit := s.env.Limits.Request
	checks := chain(append(s.base(),
		dispensable(s.check("health", checklist.Identify, s.ladder.name+" is an S3 server", limit, s.health)),
		s.check("sign", checklist.Sign, s.ladder.name+" accepts the credentials", limit, s.sign),
	))
	sign := &checks[len(checks)-1]
	sign.Advisory = sign.Advisory || t.CredentialsFrom != ""
	for i, b := range t.Buckets {
		c := s.check("bucket."+b.Name, checklist.Permission, "bucket "+b.Name+" can be listed", limit, func(ctx context.Context) checklist.Finding {
			return s.bucket(ctx, b, i == 0)
		})
		c.Needs = []string{s.ladder.name + ".sign"}
		c.Advisory = c.Advisory || !b.Needed || t.CredentialsFrom != ""
		checks = append(checks, c)
	}
	return checks
}

// merged makes one of buckets with the same name: two keys may name the same
// bucket.
func merged(buckets []Bucket) []Bucket {
	var all []Bucket
	at := map[string]int{}
	for _, b := range buckets {
		if b.Mode == "" {
			b.Mode = "r"
		}
		i, dup := at[b.Name]
		if !dup {
			at[b.Name] = len(all)
			all = append(all, b)
			continue
		}
		all[i].Needed = all[i].Needed || b.Needed
		if all[i].Mode != b.Mode {
			all[i].Mode = "rw"
		}
	}
	return all
}

const livePath = "/minio/health/live"

// health finds out what answers. MinIO's health path answers 200 with an empty
// body; its console answers every path with a page, and other S3 servers refuse
// the path as a bucket they do not know.
func (s *s3) health(ctx context.Context) checklist.Finding {
	a, bad := s.get(ctx, s.newGet(s.addr.url(livePath)))
	if bad != nil {
		return *bad
	}
	switch {
	case a.isConsole():
		return s.console(a)
	case a.isRedirect() && !a.isS3():
		return s.moved(a)
	case a.status == http.StatusOK && len(a.body) == 0 && (a.server() == "MinIO" || a.header.Get("X-Amz-Request-Id") != ""):
		return s.clock(a, pass("MinIO is live"))
	case a.isS3():
		return s.clock(a, s.otherS3(a, "S3, but not MinIO: judged by S3 requests"))
	case a.isHTML():
		return s.unexpected(a, "a web page answers instead of S3", livePath)
	}
	f := s.otherS3(a, "not known as an S3 server: judged by S3 requests")
	if s.CredentialsFrom != "" {
		// No signed request will follow that could tell.
		f.State = checklist.Warn
	}
	return f
}

// otherS3 passes with a code: the manual check of MinIO's health path would
// have failed here.
func (s *s3) otherS3(a answer, detail string) checklist.Finding {
	if name := a.server(); name != "" && strings.HasPrefix(detail, "S3,") {
		detail = strings.Replace(detail, "S3, but", name+", S3 but", 1)
	}
	return checklist.Finding{State: checklist.Pass, Code: codeOtherS3, Detail: detail, Evidence: []string{a.seen()}}
}

func (s *s3) console(a answer) checklist.Finding {
	return s.fail(codeConsole, s.addr.hostPort()+" is the web console of MinIO, not its API",
		"set "+s.addr.assign(s.addr.scheme, net.JoinHostPort(s.addr.host, "9000")), a.seen())
}

// clock compares the clocks before anything is signed: S3 refuses signatures
// that are more than 15 minutes off.
func (s *s3) clock(a answer, otherwise checklist.Finding) checklist.Finding {
	ahead, ok := a.ahead()
	if !ok || ahead.Abs() <= 5*time.Minute {
		return otherwise
	}
	f := s.skewed(ahead)
	if ahead.Abs() <= 15*time.Minute {
		f.State = checklist.Warn
	}
	return f
}

func (s *s3) skewed(ahead time.Duration) checklist.Finding {
	way := "ahead of"
	if ahead < 0 {
		way = "behind"
	}
	by := strings.TrimSuffix(ahead.Abs().Round(time.Minute).String(), "0s")
	return s.fail(codeClock, fmt.Sprintf("our clock is %s %s that of %s", by, way, s.addr.hostPort()),
		"on the node or VM: timedatectl set-ntp true")
}
