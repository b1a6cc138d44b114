package endpoints

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/flts-run/flts-run/checklist"
)

// inFrontOfTheHost is a check for a task whose code may ask for virtual addressing:
// the other checks of the target have the bucket in the path, as clients do that are
// told nothing.
func (s *s3) inFrontOfTheHost() []checklist.Check {
	if _, err := netip.ParseAddr(s.addr.host); err == nil || s.Addressing.Value.Reveal() != "virtual" || !s.PathStyle || len(s.Buckets) == 0 {
		return nil
	}
	c := s.ofBucket(s.Buckets[0], "virtual", checklist.Permission, "is found in front of the host", func(ctx context.Context) checklist.Finding {
		return s.virtually(ctx, s.Buckets[0])
	})
	c.Advisory = true
	return []checklist.Check{c}
}

func (s *s3) virtually(ctx context.Context, b Bucket) checklist.Finding {
	virtual := *s
	virtual.PathStyle = false
	a, bad := virtual.signed(ctx, virtual.listURL(b))
	if bad == nil && a.document().root == "ListBucketResult" {
		return pass("code that asks for virtual addressing finds bucket %s too", b.Name)
	}
	why := "the server does not find the bucket there"
	if bad != nil {
		why = bad.Detail
	}
	return s.warn(codeNotRead, fmt.Sprintf("%s is read by no client, but code that passes it on would fail: %s", s.Addressing.Key, why),
		fmt.Sprintf("set %s=path; or give the server its domain (MINIO_DOMAIN), a wildcard name and a wildcard certificate", s.Addressing.Key), s.Addressing.evidence())
}
