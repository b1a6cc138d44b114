package endpoints

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// bucket judges the list of one bucket: the answer that signing got, or one of
// its own.
func (s *s3) bucket(ctx context.Context, b Bucket, first bool) checklist.Finding {
	if !first || s.first == nil {
		a, bad := s.signed(ctx, s.listURL(b))
		if bad != nil {
			return *bad
		}
		return s.listed(ctx, b, a)
	}
	return s.listed(ctx, b, *s.first)
}

func (s *s3) listed(ctx context.Context, b Bucket, a answer) checklist.Finding {
	switch a.document().code {
	case "":
		if !s.PathStyle && a.document().root == "ListAllMyBucketsResult" {
			return s.fail(codeVirtual, "the server takes the bucket in front of the host for a part of its name: it lists its buckets, and not what is in "+b.Name,
				"boto3 is told so in its configuration file: set s3 = addressing_style = path in ~/.aws/config, or give the server its domain (MINIO_DOMAIN)", b.evidence(), a.seen())
		}
		if s.env.Thorough && strings.Contains(b.Mode, "r") {
			return s.readable(ctx, b)
		}
		return pass("bucket %s listed", b.path())
	case "NoSuchBucket":
		return s.noBucket(b, a)
	}
	return s.denied(ctx, b, a)
}

// readable asks for an object that is not there: a policy may allow the list and no
// object, or only some.
func (s *s3) readable(ctx context.Context, b Bucket) checklist.Finding {
	a, bad := s.signed(ctx, s.objectURL(b.Name, b.randomKey()))
	if bad == nil && a.document().code == "AccessDenied" {
		return s.warn(codeDenied, fmt.Sprintf("bucket %s can be listed, an object of no known name not be read", b.path()),
			fmt.Sprintf("allow s3:GetObject on %s/*, or name the prefix that the task reads: FLTS_NEEDS=s3:%s/PREFIX=r; %s", b.path(), b.Name, grantPolicy), b.evidence(), a.seen())
	}
	return pass("bucket %s listed", b.path())
}

func (s *s3) noBucket(b Bucket, a answer) checklist.Finding {
	hint := "mc mb ALIAS/" + shellWord(b.Name)
	if b.Key != "" {
		hint += ", or correct " + b.Key
	}
	return s.fail(codeNoBucket, fmt.Sprintf("bucket %s does not exist", b.Name), hint, b.evidence(), a.seen())
}

// denied asks once more when the list was refused: a policy may allow objects
// and not the list. "No such key" proves that objects can be read; a server
// that refuses this too hides whether the bucket exists.
func (s *s3) denied(ctx context.Context, b Bucket, list answer) checklist.Finding {
	if b.Mode == "w" {
		return s.deniedToWriter(b, list)
	}
	a, bad := s.signed(ctx, s.objectURL(b.Name, b.randomKey()))
	if bad != nil && bad.Code != codeUnexpected {
		return *bad
	}
	switch a.document().code {
	case "NoSuchKey":
		return s.warn(codeDenied, fmt.Sprintf("credentials accepted, objects of bucket %s can be read, not listed", b.path()),
			"if the task lists it, allow s3:ListBucket: "+grantPolicy, b.evidence(), list.seen())
	case "NoSuchBucket":
		return s.noBucket(b, a)
	}
	hint := fmt.Sprintf("as admin: mc ls ALIAS/%s; then mc mb, or allow s3:ListBucket: %s", shellWord(b.Name), grantPolicy)
	if s.addr.scheme == "http" && list.isAWS() {
		hint = "a policy of AWS may demand https: set " + s.addr.assignScheme("https") + "; else " + hint
	}
	return s.fail(codeBucketUnknown, fmt.Sprintf("credentials accepted, bucket %s does not exist or may not be seen", b.path()), hint, b.evidence(), list.seen())
}

const grantPolicy = "mc admin policy attach ALIAS POLICY --user ACCESS_KEY"

// deniedToWriter is about a bucket that the task does not read: the write probe
// tells, when it runs.
func (s *s3) deniedToWriter(b Bucket, list answer) checklist.Finding {
	if s.env.WriteProbe {
		return pass("bucket %s cannot be listed, which a task that only writes need not", b.path())
	}
	return s.warn(codeDenied, fmt.Sprintf("bucket %s cannot be listed; whether it can be written was not tried", b.path()),
		"allow s3:PutObject on "+b.path()+": "+grantPolicy+"; to try it: flts-run check --write-probe", b.evidence(), list.seen())
}

// randomKey is a key below the task's prefix that nobody has.
func (b Bucket) randomKey() string {
	return strings.TrimSuffix(b.Prefix, "/") + strings.Repeat("/", min(1, len(b.Prefix))) + "flts-run-" + strings.ToLower(rand.Text()[:12])
}

func (b Bucket) evidence() string {
	line := fmt.Sprintf("bucket %q", b.Name)
	if b.Key != "" {
		line = fmt.Sprintf("%s = %q", b.Key, b.Name)
	}
	if b.Origin != "" {
		line += " (" + b.Origin + ")"
	}
	return line
}
