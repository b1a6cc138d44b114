package endpoints

import (
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// signsAnotherHost is the finding of an endpoint with a final dot. botocore signs
// the host as it is written, and urllib3 below it sends the name without the dot:
// the server, which signs what it got, comes to another signature.
func (s *s3) signsAnotherHost() *checklist.Finding {
	if s.client.rules != Botocore || !strings.HasSuffix(s.addr.host, ".") {
		return nil
	}
	plain := s.addr
	plain.host = strings.TrimSuffix(plain.host, ".")
	f := s.fail(codeFinalDot, "the host ends with a dot, which boto3 signs and does not send: SignatureDoesNotMatch",
		"set "+s.addr.assign(s.addr.scheme, plain.hostPort())+`; where the dot is to shorten the lookup, in the pod spec dnsConfig: {options: [{name: ndots, value: "2"}]}`)
	return &f
}

// signsCapitals is about a host in capitals: botocore signs it so, and aiohttp
// below s3fs sends it in small letters. boto3 and minio-py send what they sign.
func (s *s3) signsCapitals() *checklist.Finding {
	small := s.addr
	small.host = strings.ToLower(small.host)
	if small.host == s.addr.host || !s.env.mayUse("s3fs") {
		return nil
	}
	f := s.warn(codeFinalDot, "the host has capitals, which s3fs signs and sends in small letters: SignatureDoesNotMatch",
		"set "+s.addr.assign(s.addr.scheme, small.hostPort()))
	return &f
}
