package endpoints

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// wrongMD5 is the Content-MD5 of no body that is sent here. A server that may
// store the object refuses it for that, and a server that may not refuses it
// before: the two are told apart and nothing is stored.
const wrongMD5 = "AAAAAAAAAAAAAAAAAAAAAA=="

// upload is one way of sending an object.
type upload struct {
	key, body string
	checksums bool // with the checksum that boto3 adds since 1.36
}

// write tries what the task needs to write, as boto3 would send it, in a way
// that leaves nothing behind.
func (s *s3) write(ctx context.Context, b Bucket) checklist.Finding {
	with := upload{key: b.randomKey(), body: "x", checksums: s.addsChecksums()}
	if s.env.Thorough {
		// More than one packet: what stops large bodies is not seen otherwise.
		with.body = strings.Repeat("x", 64<<10)
	}
	a, bad := s.upload(ctx, b, with)
	if bad != nil && bad.Code == codeHangs && len(with.body) > 1 {
		return s.orStalls(ctx, b, with, *bad)
	}
	if bad != nil {
		return *bad
	}
	if f := s.writeRefusal(b, a); f != nil {
		return *f
	}
	if !a.wasTaken() && with.checksums && a.status >= 400 && a.status < 500 {
		return s.orChecksums(ctx, b, with, a)
	}
	return s.written(ctx, b, with, a)
}

// wasTaken reports the refusal of the digest, the last thing that can be wrong.
func (a answer) wasTaken() bool { return a.document().code == "BadDigest" }

// written judges an upload that was not refused for want of a right or of room.
func (s *s3) written(ctx context.Context, b Bucket, with upload, a answer) checklist.Finding {
	switch {
	case a.wasTaken():
		return pass("bucket %s can be written, nothing was stored", b.path())
	case a.status < 300:
		return s.takeBack(ctx, b, with.key, a)
	}
	if f := s.refusal(a); f != nil {
		return *f
	}
	return s.unexpected(a, "an upload gets an answer that is not S3's", "/")
}

func (s *s3) writeRefusal(b Bucket, a answer) *checklist.Finding {
	var f checklist.Finding
	switch code := a.document().code; {
	case code == "AccessDenied":
		f = s.fail(codeNoWrite, "credentials accepted, bucket "+b.path()+" may not be written",
			fmt.Sprintf("allow s3:PutObject on %s/*: mc admin policy attach ALIAS readwrite --user ACCESS_KEY", b.path()), b.evidence(), a.seen())
	case code == "NoSuchBucket":
		f = s.noBucket(b, a)
	case code == "XMinioStorageFull", code == "InsufficientCapacity", a.status == http.StatusInsufficientStorage:
		f = s.fail(codeFull, "the server has no space left", "mc admin info ALIAS, then remove objects or add drives", b.evidence(), a.seen())
	case strings.Contains(code, "QuotaExceeded"):
		f = s.fail(codeFull, "the quota of bucket "+b.Name+" is used up", fmt.Sprintf("mc quota info ALIAS/%[1]s, then mc quota set ALIAS/%[1]s --size 50gi", shellWord(b.Name)), b.evidence(), a.seen())
	default:
		return nil
	}
	return &f
}

// orStalls repeats an upload that got no answer with one byte: when that is
// answered, it is the size that does not get through.
func (s *s3) orStalls(ctx context.Context, b Bucket, with upload, was checklist.Finding) checklist.Finding {
	size := len(with.body)
	with.body = "x"
	a, bad := s.upload(ctx, b, with)
	if bad != nil {
		return was
	}
	if f := s.writeRefusal(b, a); f != nil {
		return *f
	}
	if !a.wasTaken() {
		return s.written(ctx, b, with, a)
	}
	return s.warn(codeBigStalls, fmt.Sprintf("an upload of %d KiB gets no answer, one of a byte does", size>>10),
		"packets of full size are dropped (MTU): compare ip link show eth0 in the pod and on the node, and lower the MTU of the CNI", b.evidence())
}

// orChecksums repeats a refused upload without the checksum: when only that is
// taken, the server is older than the client.
func (s *s3) orChecksums(ctx context.Context, b Bucket, with upload, was answer) checklist.Finding {
	with.checksums = false
	a, bad := s.upload(ctx, b, with)
	if bad != nil {
		return *bad
	}
	if f := s.writeRefusal(b, a); f != nil {
		return *f
	}
	if !a.wasTaken() {
		return s.written(ctx, b, with, a)
	}
	return s.warn(codeChecksums, "the server refuses the checksums that boto3 sends since 1.36",
		"export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required", was.seen())
}

// takeBack removes what a server stored that does not look at Content-MD5.
func (s *s3) takeBack(ctx context.Context, b Bucket, key string, a answer) checklist.Finding {
	f := s.fail(codeProbeStored, "bucket "+b.path()+" can be written; the server ignores Content-MD5 and stored the probe, which was removed", "nothing to do: "+s.AccessKey.Key+" may write", b.evidence(), a.seen())
	f.State = checklist.Warn
	u := s.objectURL(b.Name, key)
	if version := a.header.Get("X-Amz-Version-Id"); version != "" {
		// Without it, a bucket with versions would keep the object below a marker.
		u.RawQuery = "versionId=" + escapeS3(version)
	}
	req := s.newGet(u)
	req.Method = http.MethodDelete
	if gone, bad := s.sendSigned(ctx, s.credentials(), req, emptySHA256); bad != nil || gone.status >= 300 {
		f.Detail = "bucket " + b.path() + " can be written; the server ignores Content-MD5 and stored the probe, which could not be removed"
		f.Hint = "mc rm --versions ALIAS/" + shellWord(b.Name+"/"+key)
	}
	return f
}

// upload sends one object.
func (s *s3) upload(ctx context.Context, b Bucket, with upload) (answer, *checklist.Finding) {
	req := s.newPut(s.objectURL(b.Name, with.key), with.body)
	req.Header.Set("Content-Md5", wrongMD5)
	req.Header.Set("Content-Type", "application/octet-stream")
	payload := sha256Of(with.body)
	switch {
	case with.checksums && s.addr.scheme == "https":
		payload = withTrailer(req, with.body)
	case with.checksums:
		req.Header.Set("X-Amz-Sdk-Checksum-Algorithm", "CRC32")
		req.Header.Set("X-Amz-Checksum-Crc32", crc32Of(with.body))
	}
	return s.sendSigned(ctx, s.credentials(), req, payload)
}

// withTrailer sends the checksum behind the body, as boto3 does over TLS.
func withTrailer(req *http.Request, body string) (payload string) {
	req.Header.Set("Content-Encoding", "aws-chunked")
	req.Header.Set("X-Amz-Sdk-Checksum-Algorithm", "CRC32")
	req.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32")
	req.Header.Set("X-Amz-Decoded-Content-Length", strconv.Itoa(len(body)))
	framed := fmt.Sprintf("%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n", len(body), body, crc32Of(body))
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(framed)), -1
	return "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
}

func crc32Of(body string) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))))
}

// addsChecksums reports whether the task's boto3 adds them: unless told not to,
// or of an older version.
func (s *s3) addsChecksums() bool {
	if strings.EqualFold(s.env.Task["AWS_REQUEST_CHECKSUM_CALCULATION"], "when_required") {
		return false
	}
	botocore, found := s.env.installed(s.env.sitePackages(), "botocore")
	return !found || botocore.isAtLeast(1, 36)
}
