package endpoints

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/flts-run/flts-run/checklist"
)

// orEncoded looks whether refused credentials are good ones in base64: written
// under data: by hand and encoded once more by a tool, they look like wrong ones.
// They are tried once, and only what can be nothing else.
func (s *s3) orEncoded(ctx context.Context, u *url.URL, was checklist.Finding) checklist.Finding {
	access, fromAccess := decoded(s.AccessKey)
	secretKey, fromSecret := decoded(s.SecretKey)
	if !fromAccess && !fromSecret {
		return was
	}
	try := []aws.Credentials{{AccessKeyID: access, SecretAccessKey: secretKey}}
	if fromAccess && fromSecret {
		// A long key id may decode by chance.
		try = append(try, aws.Credentials{AccessKeyID: s.AccessKey.Value.Reveal(), SecretAccessKey: secretKey})
	}
	for _, who := range try {
		if a, bad := s.signedBy(ctx, who, s.newGet(u)); bad == nil && a.isS3() {
			was.Detail += "; decoded from base64 the credentials are accepted"
			was.Hint = s.encodedTwice(who)
			return was
		}
	}
	return was
}

// encodedTwice is the hint for the settings that are not what was accepted.
func (s *s3) encodedTwice(accepted aws.Credentials) string {
	var names, patches []string
	for _, c := range []struct {
		Setting
		accepted string
	}{{s.AccessKey, accepted.AccessKeyID}, {s.SecretKey, accepted.SecretAccessKey}} {
		if c.Value.Reveal() != c.accepted {
			names = append(names, c.named())
			patches = append(patches, s.patchSecret(c.Key))
		}
	}
	return "encoded twice: " + strings.Join(names, " and ") + "; write the text itself under stringData: of the Secret, or use --from-literal, without encoding it; by hand: " + strings.Join(patches, "; ")
}

// decoded is the printable text behind a value in base64, without the newline
// that "echo | base64" leaves; ok is false for a value that is no such thing.
func decoded(s Setting) (text string, ok bool) {
	value := s.Value.Reveal()
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		plain, err := encoding.Strict().DecodeString(strings.TrimSpace(value))
		text := strings.TrimRight(string(plain), "\r\n")
		if err == nil && len(text) >= 3 && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return text, true
		}
	}
	return value, false
}
