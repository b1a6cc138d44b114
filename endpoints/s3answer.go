package endpoints

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// s3Document is what is looked at in S3's XML: the name of the root element,
// and what an error says. It is read by hand because encoding/xml costs every
// start of the program more than all of this.
type s3Document struct {
	root                  string
	code, message, region string
}

// document reads the body; the zero value stands for one that is not S3's.
func (a answer) document() s3Document {
	text := strings.TrimSpace(strings.TrimPrefix(string(a.body), "\ufeff"))
	if strings.HasPrefix(text, "<?xml") {
		_, text, _ = strings.Cut(text, "?>")
		text = strings.TrimSpace(text)
	}
	for _, root := range []string{"Error", "ListBucketResult", "ListAllMyBucketsResult"} {
		inner, ok := strings.CutPrefix(text, "<"+root)
		if !ok || inner == "" || !strings.ContainsAny(inner[:1], "> \t\r\n") {
			continue
		}
		doc := s3Document{root: root}
		if root == "Error" {
			doc.code, doc.message, doc.region = element(inner, "Code"), element(inner, "Message"), element(inner, "Region")
		}
		return doc
	}
	return s3Document{}
}

// element is the text of the first element of that name.
func element(text, name string) string {
	_, rest, _ := strings.Cut(text, "<"+name+">")
	inner, _, closed := strings.Cut(rest, "</"+name+">")
	if !closed {
		return ""
	}
	return strings.TrimSpace(inner)
}

// isS3 reports an answer that only an S3 server gives.
func (a answer) isS3() bool {
	server := strings.ToLower(a.server())
	return a.document().root != "" || strings.HasPrefix(server, "seaweedfs") || server == "amazons3" || server == "minio"
}

// isConsole reports MinIO's console: by its name, by the page that it answers
// the health path with, or by what its API says when it was taken for it.
func (a answer) isConsole() bool {
	message := a.document().message
	return a.server() == "MinIO Console" ||
		a.status == http.StatusOK && a.isHTML() && strings.HasPrefix(a.server(), "MinIO") ||
		strings.Contains(message, "API port") || strings.Contains(message, "Console port")
}

// refusal makes the finding of an answer that says that a client could not work
// here at all. NoSuchBucket and AccessDenied are none: a server looks at the
// signature first.
func (s *s3) refusal(a answer) *checklist.Finding {
	doc := a.document()
	var f checklist.Finding
	switch code := doc.code; {
	case a.isConsole():
		f = s.console(a)
	case a.status == http.StatusOK && doc.root != "" && doc.root != "Error", code == "NoSuchBucket", code == "AccessDenied":
		return nil
	case code == "InvalidAccessKeyId":
		f = refused(s.fail(codeUnknownKey, s.addr.hostPort()+" does not know the access key",
			"the key was rotated or belongs to another server; write the right one to "+s.AccessKey.named()+": "+s.patchSecret(s.AccessKey.Key), s.AccessKey.evidence(), a.seen()))
	case code == "SignatureDoesNotMatch":
		f = s.badSignature(a)
	case code == "InvalidTokenId", code == "InvalidToken", code == "ExpiredToken":
		f = refused(s.fail(codeToken, "the session token is not valid",
			fmt.Sprintf("unset %s, or fetch fresh temporary keys", s.SessionToken.Key), s.SessionToken.evidence(), a.seen()))
	case code == "RequestTimeTooSkewed":
		ahead, _ := a.ahead()
		f = s.skewed(ahead)
	case code == "AuthorizationHeaderMalformed" && s.region(a) != "", s.region(a) != "" && a.isRedirect():
		f = s.fail(codeRegion, fmt.Sprintf("the server is in region %s, the request was signed for %s", s.region(a), s.Region),
			"set AWS_DEFAULT_REGION="+s.region(a), a.seen())
	case code == "InvalidBucketName":
		f = s.fail(codeNoBucket, "the server takes the bucket's name for malformed", "3 to 63 lower-case letters, digits, dots and hyphens", a.seen())
	case a.isRedirect():
		f = s.moved(a)
	case errorCode(code):
		f = s.fail(codeUnexpected, fmt.Sprintf("S3 answers %s (%d)", code, a.status), s.logs(), a.seen())
		f.Transient = a.status == http.StatusTooManyRequests || code == "SlowDown"
	case a.isHTML():
		f = s.unexpected(a, "a web page answers instead of S3", "/")
	default:
		f = s.unexpected(a, "the answer is not S3's", "/")
	}
	return &f
}

// badSignature looks at the secret key before blaming it: with a newline at its
// end it looks just like a wrong one.
func (s *s3) badSignature(a answer) checklist.Finding {
	hint := "write the right one to " + s.SecretKey.named() + ": " + s.patchSecret(s.SecretKey.Key)
	evidence := []string{s.SecretKey.evidence(), a.seen()}
	if s.SecretKey.endsInSpace() {
		hint = s.rewrite(s.SecretKey)
		evidence = append(evidence, s.SecretKey.Key+" ends with white space")
	}
	return refused(s.fail(codeBadSignature, "the secret key does not belong to the access key", hint, evidence...))
}

// region is the server's region out of an error, when it looks like one.
func (s *s3) region(a answer) string {
	for _, region := range []string{a.document().region, a.header.Get("X-Amz-Bucket-Region")} {
		if madeOf(region, 32, lower+digits+"-") && region != s.Region {
			return region
		}
	}
	return ""
}

// errorCode admits what S3's error codes look like: words run together.
func errorCode(code string) bool {
	return madeOf(code, 48, lower+upper) && strings.Contains(upper, code[:1])
}
