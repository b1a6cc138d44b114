package endpoints

import (
	"context"
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// product is a kind of server that may answer at an S3 endpoint. A new one is a
// file with its signs and a line in products.
type product struct {
	is    func(answer) bool // by the answer to MinIO's live path
	judge func(context.Context, *s3, answer) checklist.Finding
}

// products are asked in this order; the first whose sign is seen judges.
func products() []product {
	return []product{
		{answer.isMeshToken, judgeMeshToken},
		{answer.isConsole, judgeConsole},
		{answer.isMinIO, judgeMinIO},
		{answer.isSeaweedInternals, judgeSeaweedInternals},
		{answer.isSeaweedFS, judgeAs("SeaweedFS")},
		{answer.isAWS, judgeAs("AmazonS3")},
		{answer.isCeph, judgeAs("Ceph")},
		{answer.isGCS, judgeAs("Google Cloud Storage")},
		{answer.isMLflowHostCheck, judgeMLflow},
		{answer.isS3, judgeAs("")},
	}
}

// judgeAs passes with a code: the manual check of MinIO's health path would have
// failed here, and S3 requests will tell.
func judgeAs(name string) func(context.Context, *s3, answer) checklist.Finding {
	detail := "S3, but not MinIO: judged by S3 requests"
	if name != "" {
		detail = name + ", S3 but not MinIO: judged by S3 requests"
	}
	return func(_ context.Context, s *s3, a answer) checklist.Finding {
		return s.clock(a, checklist.Finding{State: checklist.Pass, Code: codeOtherS3, Detail: detail, Evidence: []string{a.seen()}})
	}
}

func judgeMeshToken(_ context.Context, s *s3, a answer) checklist.Finding {
	return refused(s.fail(codeMeshToken, "the mesh wants a token, which clients of S3 do not send",
		fmt.Sprintf("kubectl -n %s get requestauthentication,authorizationpolicy -o yaml; exempt the port, or go around the gateway: set %s", s.namespaceOf(),
			s.addr.assign("http", "SVC.NS.svc.cluster.local:PORT")), a.seen()))
}

// isS3 reports an answer that only an S3 server gives.
func (a answer) isS3() bool {
	return a.document().root != "" || a.header.Get("Server") == "MinIO" || a.isAWS() || a.isSeaweedFS()
}

func (a answer) isAWS() bool { return a.header.Get("Server") == "AmazonS3" }

// isCeph knows the request ids of Ceph's RADOS gateway, which has no name.
func (a answer) isCeph() bool {
	return strings.HasPrefix(a.header.Get("X-Amz-Request-Id"), "tx0000") && a.document().root != ""
}

func (a answer) isGCS() bool {
	return a.header.Get("X-Guploader-Uploadid") != "" && a.document().root != ""
}
