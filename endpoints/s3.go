package endpoints

import (
	"cmp"
	"context"
	"fmt"
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
	PathStyle bool   // the bucket in the path, not in front of the host: boto3's own choice but for AWS

	// Addressing is the setting by which the task's code may choose otherwise:
	// "virtual". No client reads it by itself.
	Addressing Setting

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

	// Assumed credentials were given by nobody: development uses them for want of
	// others.
	Assumed bool
}

// Bucket is a bucket with the setting that names it and what the task does
// with it.
type Bucket struct {
	Name   string
	Key    string
	Origin string
	Prefix string // of the task's keys in the bucket; a policy may allow no others
	Mode   string // r, w or rw; empty is r
	Needed bool   // a bucket that is not needed is advisory
}

// s3 is the state that the checks of one target share.
type s3 struct {
	*ladder
	S3
	first *answer // to the signed request; the first bucket's check judges it too
}

// Checks returns the checks of the target.
func (t S3) Checks(env Env) []checklist.Check {
	t.Buckets = merged(t.Buckets)
	s, bad := newS3(t, s3ClientOf(env), env)
	if bad != nil {
		return unparsed(s.Name, t.Advisory, bad)
	}
	limit := s.env.Limits.Request
	checks := chain(append(s.base(),
		dispensable(s.check("health", checklist.Identify, s.ladder.name+" is an S3 server", 2*limit, s.health)),
		s.check("sign", checklist.Sign, s.ladder.name+" accepts the credentials", 2*limit, s.sign),
	))
	sign := &checks[len(checks)-1]
	sign.Advisory = sign.Advisory || t.CredentialsFrom != ""
	checks = append(checks, append(s.otherClients(), s.inFrontOfTheHost()...)...)
	for i, b := range t.Buckets {
		checks = append(checks, s.ofBucket(b, "bucket", checklist.Permission, "can be listed", func(ctx context.Context) checklist.Finding {
			return s.bucket(ctx, b, i == 0)
		}))
		if s.env.WriteProbe && b.isWritten() {
			checks = append(checks, s.ofBucket(b, "write", checklist.Data, "can be written", func(ctx context.Context) checklist.Finding {
				return s.write(ctx, b)
			}))
		}
	}
	return checks
}

func newS3(t S3, client library, env Env) (*s3, *checklist.Finding) {
	t.Name, t.Region = cmp.Or(t.Name, "minio"), cmp.Or(t.Region, "us-east-1")
	scheme := "http"
	if t.Secure.isTrue() {
		scheme = "https"
	}
	addr, bad := parseHostPort(t.Endpoint, scheme)
	if bad != nil {
		return &s3{S3: t}, bad
	}
	addr.secureKey = t.Secure.Key
	if client.rules == Botocore && env.boto3sStyle() == "virtual" {
		t.PathStyle = false
	}
	return &s3{ladder: newLadder(t.Name, t.Advisory, addr, t.CABundle, client, env), S3: t}, nil
}

// ofBucket is a check of one bucket, which needs nothing but good credentials.
func (s *s3) ofBucket(b Bucket, id string, rung checklist.Rung, what string, run runFunc) checklist.Check {
	c := s.check(id+"."+b.path(), rung, "bucket "+b.path()+" "+what, 2*s.env.Limits.Request, run)
	c.Needs = []string{s.ladder.name + ".sign"}
	c.Advisory = c.Advisory || !b.Needed || s.CredentialsFrom != ""
	return c
}

func (b Bucket) isWritten() bool { return strings.Contains(b.Mode, "w") }

// path is the bucket with the prefix, as in an s3:// URL.
func (b Bucket) path() string {
	if b.Prefix == "" {
		return b.Name
	}
	return b.Name + "/" + b.Prefix
}

// merged makes one of buckets with the same name and prefix: two keys may name
// the same bucket.
func merged(buckets []Bucket) []Bucket {
	var all []Bucket
	at := map[string]int{}
	for _, b := range buckets {
		if b.Mode == "" {
			b.Mode = "r"
		}
		i, dup := at[b.path()]
		if !dup {
			at[b.path()] = len(all)
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

// health finds out what answers, because what an answer means depends on it.
func (s *s3) health(ctx context.Context) checklist.Finding {
	a, bad := s.get(ctx, s.newGet(s.addr.url(livePath)))
	if bad != nil {
		return *bad
	}
	for _, p := range products() {
		if p.is(a) {
			return p.judge(ctx, s, a)
		}
	}
	switch {
	case a.isRedirect():
		return s.moved(a)
	case a.isHTML() && a.status < 400:
		return s.unexpected(a, "a web page answers instead of S3", livePath)
	}
	if api, ok := s.isMLflow(ctx); ok {
		return judgeMLflow(ctx, s, api)
	}
	if a.isUnrouted() {
		return s.unrouted(a, "kubectl get ingress -A; set the host and the path shown there")
	}
	f := checklist.Finding{State: checklist.Pass, Code: codeOtherS3, Detail: "not known as an S3 server: judged by S3 requests", Evidence: []string{a.seen()}}
	if s.CredentialsFrom != "" {
		// No signed request will follow that could tell.
		f.State, f.Hint = checklist.Warn, "look at the answer: "+s.curl(livePath)
	}
	return f
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
