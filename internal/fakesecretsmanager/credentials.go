package fakesecretsmanager

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// AgentToken is what the agent of the node wants to see.
const AgentToken = "token-of-the-agent"

// verify signs the request again as its sender should have, and returns the access
// key. The text of a refusal holds what was sent, as that of AWS does.
func (s *Server) verify(r *http.Request, body []byte) (accessKey string, refusal *refused) {
	given := r.Header.Get("Authorization")
	fields := strings.FieldsFunc(given, func(r rune) bool { return r == ' ' || r == ',' })
	if len(fields) != 4 || fields[0] != "AWS4-HMAC-SHA256" {
		return "", refuse("MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	scope := strings.Split(strings.TrimPrefix(fields[1], "Credential="), "/")
	signed := strings.Split(strings.TrimPrefix(fields[2], "SignedHeaders="), ";")
	when, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if len(scope) != 5 || err != nil {
		return "", refuse("IncompleteSignature", given)
	}
	s.mu.Lock()
	token, known := s.tokens[scope[0]]
	s.mu.Unlock()
	switch {
	case !known || token != r.Header.Get("X-Amz-Security-Token"):
		return "", refuse("UnrecognizedClientException", "The security token included in the request is invalid.")
	case scope[2] != s.o.Region:
		return "", refuse("InvalidSignatureException", "Credential should be scoped to a valid region. ")
	}
	again := &http.Request{Method: r.Method, URL: &url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}, Host: r.Host, Header: http.Header{}, ContentLength: r.ContentLength}
	for name, values := range r.Header {
		if slices.Contains(signed, strings.ToLower(name)) && name != "Content-Length" {
			again.Header[name] = values
		}
	}
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: scope[0], SecretAccessKey: s.o.SecretKey, SessionToken: token}
	if v4.NewSigner().SignHTTP(r.Context(), credentials, again, hex.EncodeToString(sum[:]), scope[3], scope[2], when) != nil || again.Header.Get("Authorization") != given {
		return "", refuse("InvalidSignatureException", "The request signature we calculated does not match the signature you provided: "+given)
	}
	return scope[0], nil
}

// temporary makes credentials that are good for an hour.
func (s *Server) temporary() (accessKey, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	accessKey = fmt.Sprintf("ASIAEXAMPLE%d", len(s.tokens))
	token = "session-token-of-" + accessKey
	s.tokens[accessKey] = token
	return accessKey, token
}

// assumeRole is AssumeRoleWithWebIdentity of STS.
func (s *Server) assumeRole(w http.ResponseWriter, body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Action") != "AssumeRoleWithWebIdentity" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.mu.Lock()
	trusted := form.Get("RoleArn") == s.o.Role && slices.Contains(s.webTokens, form.Get("WebIdentityToken"))
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/xml")
	if !trusted {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>")
		return
	}
	key, token := s.temporary()
	_, _ = fmt.Fprintf(w, "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><AssumedRoleUser><AssumedRoleId>A:B</AssumedRoleId><Arn>arn:aws:sts::%s:assumed-role/pipelines/x</Arn></AssumedRoleUser><Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>",
		s.o.Account, key, s.o.SecretKey, token, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
}

// Trust lets a web identity with that token take the role.
func (s *Server) Trust(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.webTokens = append(s.webTokens, token)
}

// agent is the one on a node that gives container credentials.
func (s *Server) agent(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != AgentToken {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	key, token := s.temporary()
	var b bytes.Buffer
	_ = json.NewEncoder(&b).Encode(map[string]string{
		"AccessKeyId": key, "SecretAccessKey": s.o.SecretKey, "Token": token, "Expiration": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	})
	_, _ = w.Write(b.Bytes())
}
