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
	a := s.first
	if !first {
		var bad *checklist.Finding
		if a, bad = s.signed(ctx, s.listURL(b.Name)); bad != nil {
			return *bad
		}
	}
	switch a.document().code {
	case "":
		return pass("bucket %s listed", b.Name)
	case "NoSuchBucket":
		return s.noBucket(b, a)
	}
	return s.denied(ctx, b, a)
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
	const grant = "mc admin policy attach ALIAS POLICY --user ACCESS_KEY"
	if b.Mode == "w" {
		f := s.fail(codeDenied, fmt.Sprintf("bucket %s cannot be listed; whether it can be written was not tried", b.Name),
			"allow s3:PutObject on "+b.Name+": "+grant, b.evidence(), list.seen())
		f.State = checklist.Warn
		return f
	}
	a, bad := s.signed(ctx, s.objectURL(b.Name, "flts-run-"+strings.ToLower(rand.Text()[:12])))
	if bad != nil && bad.Code != codeUnexpected {
		return *bad
	}
	switch a.document().code {
	case "NoSuchKey":
		f := s.fail(codeDenied, fmt.Sprintf("credentials accepted, objects of bucket %s can be read, not listed", b.Name),
			"if the task lists it, allow s3:ListBucket: "+grant, b.evidence(), list.seen())
		f.State = checklist.Warn
		return f
	case "NoSuchBucket":
		return s.noBucket(b, a)
	}
	return s.fail(codeBucketUnknown, fmt.Sprintf("credentials accepted, bucket %s does not exist or may not be seen", b.Name),
		fmt.Sprintf("as admin: mc ls ALIAS/%s; then mc mb, or allow s3:ListBucket: %s", shellWord(b.Name), grant), b.evidence(), list.seen())
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
