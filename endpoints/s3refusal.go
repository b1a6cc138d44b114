package endpoints

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/boto3"
)

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
		f = s.unknownKey(a)
	case code == "SignatureDoesNotMatch":
		f = s.badSignature(a)
	case code == "InvalidTokenId", code == "InvalidToken", code == "ExpiredToken":
		f = s.badToken(a)
	case code == "RequestTimeTooSkewed":
		ahead, _ := a.ahead()
		f = s.skewed(ahead)
	case s.region(a) != "" && (code == "AuthorizationHeaderMalformed" || a.isRedirect()):
		f = s.fail(codeRegion, fmt.Sprintf("the server is in region %s, the request was signed for %s", s.region(a), s.Region),
			"set AWS_DEFAULT_REGION="+s.region(a), a.seen())
	case code == "InvalidBucketName":
		f = s.fail(codeNoBucket, "the server takes the bucket's name for malformed", "3 to 63 lower-case letters, digits, dots and hyphens", a.seen())
	default:
		f = s.strange(a)
	}
	return &f
}

// strange is the finding of an answer that is no refusal that S3 clients know.
func (s *s3) strange(a answer) checklist.Finding {
	code := a.document().code
	switch {
	case a.isRedirect():
		return s.moved(a)
	case a.status == http.StatusServiceUnavailable && a.isS3():
		return transient(s.fail(codeNoBackend, s.addr.hostPort()+" answers and cannot serve (503)", s.logs(), a.seen()))
	case errorCode(code):
		return s.fail(codeUnexpected, fmt.Sprintf("S3 answers %s (%d)", code, a.status), s.logs(), a.seen())
	case a.isHTML():
		return s.unexpected(a, "a web page answers instead of S3", "/")
	}
	return s.unexpected(a, "the answer is not S3's", "/")
}

// unknownKey tells apart a key that was never here, one that is switched off,
// and one that was sent to the wrong place.
func (s *s3) unknownKey(a answer) checklist.Finding {
	host := s.addr.hostPort()
	detail := host + " does not know the access key"
	hint := s.giveRight(s.AccessKey)
	if !s.Assumed {
		hint = "the key was rotated or belongs to another server; " + hint
	}
	switch {
	case strings.Contains(a.document().message, "account is disabled"):
		detail = host + " knows the access key, and the account is disabled"
		hint = "as admin: mc admin user enable ALIAS ACCESS_KEY"
	case a.isAWS() && !boto3.IsKeyIDOfAWS(s.AccessKey.Value.Reveal()):
		detail = host + " is AWS and does not know the access key, which is none of AWS"
		hint = "keys for MinIO, sent to AWS: set " + s.addr.assign("http", "SVC.NS.svc.cluster.local:9000")
	case s.looksSwapped():
		hint = fmt.Sprintf("by their lengths %s and %s are swapped; %s", s.AccessKey.Key, s.SecretKey.Key, hint)
	}
	return refused(s.fail(codeUnknownKey, detail, hint, s.AccessKey.evidence(), a.seen()))
}

// giveRight is how the right one of two credentials gets to where the wrong one
// is from.
func (s *s3) giveRight(wrong Setting) string {
	if s.Assumed {
		return fmt.Sprintf("nobody gave credentials, so those of development were tried: set %s and %s", s.AccessKey.Key, s.SecretKey.Key)
	}
	return "write the right one to " + wrong.named() + ": " + s.patchSecret(wrong.Key)
}

// looksSwapped goes by the lengths that MinIO and AWS give to what they make: 20
// for an id, 40 for a secret.
func (s *s3) looksSwapped() bool {
	return len(s.AccessKey.Value.Reveal()) == 40 && len(s.SecretKey.Value.Reveal()) == 20
}

// badSignature looks at the secret key before blaming it: with a newline at its
// end it looks just like a wrong one.
func (s *s3) badSignature(a answer) checklist.Finding {
	hint := s.giveRight(s.SecretKey)
	evidence := []string{s.SecretKey.evidence(), a.seen()}
	if s.SecretKey.endsInSpace() {
		hint = s.rewrite(s.SecretKey)
		evidence = append(evidence, s.SecretKey.Key+" ends with white space")
	}
	return refused(s.fail(codeBadSignature, "the secret key does not belong to the access key", hint, evidence...))
}

func (s *s3) badToken(a answer) checklist.Finding {
	detail, hint := "the session token is not valid", fmt.Sprintf("unset %s, or fetch fresh temporary keys", s.SessionToken.Key)
	if a.document().code == "ExpiredToken" {
		detail, hint = "the session token has expired", "fetch fresh temporary keys: access key, secret key and token belong together"
	}
	return refused(s.fail(codeToken, detail, hint, s.SessionToken.evidence(), a.seen()))
}
