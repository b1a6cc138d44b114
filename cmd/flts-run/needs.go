package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/resolve"
)

// need is a bucket that the component says it uses, below which prefix of its
// keys, and how.
type need struct{ bucket, prefix, mode string }

// parseNeeds reads "s3:dataset=r,processed-data/daily=w". Without a mode a bucket
// is read, without a prefix it is all of the bucket.
func parseNeeds(text, from string) ([]need, error) {
	if text == "" {
		return nil, nil
	}
	const form = "write s3:BUCKET=r, s3:BUCKET=w or s3:BUCKET/PREFIX=rw, with commas between buckets"
	list, ok := strings.CutPrefix(text, "s3:")
	if !ok {
		return nil, usage(form, "%s = %q does not begin with s3:", from, text)
	}
	var needs []need
	for item := range strings.SplitSeq(list, ",") {
		bucket, mode, given := strings.Cut(strings.TrimSpace(item), "=")
		if !given {
			mode = "r"
		}
		bucket, prefix, _ := strings.Cut(bucket, "/")
		if bucket == "" || !slices.Contains([]string{"r", "w", "rw"}, mode) {
			return nil, usage(form, "%s = %q: %q is no bucket and mode", from, text, item)
		}
		needs = append(needs, need{bucket, prefix, mode})
	}
	return needs, nil
}

// given is the need as it was written, without its mode.
func (n need) given() string {
	if n.prefix == "" {
		return n.bucket
	}
	return n.bucket + "/" + n.prefix
}

// bucketFor finds what a need means: a bucket key, the default name of one, or
// the name of a bucket as it stands. key is nil for the last.
func (p *plan) bucketFor(n need) (name string, key *resolve.Resolved) {
	for _, k := range p.resolution.Keys {
		if k.Key.Type == resolve.Bucket && (k.Key.Name == n.bucket || k.Key.Default == n.bucket) {
			return k.Value.Reveal(), k
		}
	}
	return n.bucket, nil
}

// needsFindings warns about a needed bucket that the contract does not know and
// that looks like one it does.
func needsFindings(p *plan) []resolve.Finding {
	var known []string
	for _, k := range p.resolution.Keys {
		if k.Key.Type == resolve.Bucket {
			known = append(known, k.Key.Name, k.Key.Default)
		}
	}
	var findings []resolve.Finding
	for _, n := range p.needs {
		switch name, key := p.bucketFor(n); {
		case key != nil && name == "":
			findings = append(findings, resolve.Finding{
				Severity: resolve.Error, Code: resolve.CodeMissing, Key: key.Key.Name,
				Message: "needed bucket " + key.Key.Name + " has no value", Hint: "set " + key.Key.Name + ", or name the bucket itself in --needs",
			})
		case key == nil:
			if !resolve.IsBucketName(n.bucket) {
				findings = append(findings, resolve.Finding{
					Severity: resolve.Error, Code: resolve.CodeType, Message: fmt.Sprintf("needed bucket %q is no bucket name", n.given()),
				})
			} else if meant := near.Name(n.bucket, known); meant != "" {
				findings = append(findings, resolve.Finding{
					Severity: resolve.Warning, Code: resolve.CodeMissing,
					Message: "needed bucket " + n.bucket + " is not in the contract and is taken as it stands", Hint: "did you mean " + meant + "?",
				})
			}
		}
	}
	return findings
}
