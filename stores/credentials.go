package stores

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

var (
	errNoCredentials = errors.New("no credentials")
	errNoAgent       = errors.New("no agent of the node")
	errNoToken       = errors.New("no token file")
)

// credentials are those of the identity.
func (c *connection) credentials(ctx context.Context) (aws.Credentials, error) {
	env := c.store.Environ
	switch c.identity.Kind {
	case Given:
		return c.store.Provider.Retrieve(ctx)
	case Keys:
		return aws.Credentials{AccessKeyID: env["AWS_ACCESS_KEY_ID"], SecretAccessKey: env["AWS_SECRET_ACCESS_KEY"], SessionToken: env["AWS_SESSION_TOKEN"]}, nil
	case WebIdentity:
		return c.webIdentity(ctx, env["AWS_WEB_IDENTITY_TOKEN_FILE"], env["AWS_ROLE_ARN"], env["AWS_ROLE_SESSION_NAME"])
	case Container:
		return c.container(ctx)
	}
	if c.profile.found {
		return c.ofProfile(ctx)
	}
	return c.instance(ctx)
}

// webIdentity takes a role with the token of a service account, which the kubelet
// keeps fresh in a file.
func (c *connection) webIdentity(ctx context.Context, file, role, session string) (aws.Credentials, error) {
	token, err := os.ReadFile(file)
	if err != nil {
		return aws.Credentials{}, errNoToken
	}
	form := url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {role},
		"RoleSessionName": {cmp.Or(session, "flts-run")}, "WebIdentityToken": {strings.TrimSpace(string(token))},
	}
	return c.assume(ctx, role, func() (*http.Request, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint("sts", c.ownRegion()), strings.NewReader(form.Encode()))
		if err == nil {
			r.Header.Set("Content-Type", formType)
		}
		return r, err
	})
}

// role takes a role with other credentials.
func (c *connection) role(ctx context.Context, by aws.Credentials, p profile) (aws.Credentials, error) {
	form := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {p.role}, "RoleSessionName": {cmp.Or(p.session, "flts-run")}}
	if p.externalID != "" {
		form.Set("ExternalId", p.externalID)
	}
	return c.assume(ctx, p.role, func() (*http.Request, error) {
		return signed(ctx, by, "sts", c.ownRegion(), c.endpoint("sts", c.ownRegion()), http.Header{"Content-Type": {formType}}, []byte(form.Encode()))
	})
}

const formType = "application/x-www-form-urlencoded"

func (c *connection) assume(ctx context.Context, role string, request func() (*http.Request, error)) (aws.Credentials, error) {
	var body []byte
	err := retried(ctx, func() error {
		r, err := request()
		if err != nil {
			return err
		}
		body, err = do(c.client, r)
		return err
	})
	got := aws.Credentials{
		AccessKeyID: element(body, "AccessKeyId"), SecretAccessKey: element(body, "SecretAccessKey"), SessionToken: element(body, "SessionToken"), AccountID: accountOf(role),
	}
	got.CanExpire, got.Expires = endOf(element(body, "Expiration"))
	if err == nil && !got.HasKeys() {
		err = &errForeign{http.StatusOK}
	}
	return got, err
}

// endOf reads when credentials are over, where they say it.
func endOf(expiration string) (ends bool, end time.Time) {
	end, err := time.Parse(time.RFC3339, expiration)
	return err == nil, end
}

// accountOf is the account in the ARN of a role.
func accountOf(role string) string {
	parts := strings.Split(role, ":")
	if len(parts) != 6 {
		return ""
	}
	return parts[4]
}

// container asks the agent of the node, as ECS and EKS have one. A token goes along,
// so it must be an agent and no other host.
func (c *connection) container(ctx context.Context) (aws.Credentials, error) {
	env := c.store.Environ
	address := env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
	if relative := env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]; relative != "" {
		address = "http://169.254.170.2" + relative
	}
	if !isAgent(address) {
		return aws.Credentials{}, errNoAgent
	}
	token := env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
	if file := env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]; file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return aws.Credentials{}, errNoToken
		}
		token = strings.TrimSpace(string(text))
	}
	var got aws.Credentials
	err := retried(ctx, func() (err error) {
		got, err = c.temporary(ctx, address, http.Header{"Authorization": {token}})
		return err
	})
	return got, err
}

func isAgent(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	return u.Scheme == "https" || u.Hostname() == "localhost" || isOfTheNode(u.Hostname())
}

// isOfTheNode reports an address that no other machine answers.
func isOfTheNode(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip == netip.MustParseAddr("fd00:ec2::23"))
}

// temporary reads credentials as agents of a node and the metadata of an instance give
// them.
func (c *connection) temporary(ctx context.Context, address string, header http.Header) (aws.Credentials, error) {
	body, err := c.plain(ctx, http.MethodGet, address, header)
	if err != nil {
		return aws.Credentials{}, err
	}
	var got struct{ AccessKeyID, SecretAccessKey, Token, Expiration string } // the decoder takes AccessKeyId
	if json.Unmarshal(body, &got) != nil || got.AccessKeyID == "" {
		return aws.Credentials{}, errNoCredentials
	}
	ends, end := endOf(got.Expiration)
	return aws.Credentials{AccessKeyID: got.AccessKeyID, SecretAccessKey: got.SecretAccessKey, SessionToken: got.Token, CanExpire: ends, Expires: end}, nil
}

func (c *connection) plain(ctx context.Context, method, address string, header http.Header) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	r.Header = header
	return do(c.client, r)
}

// instanceTimeout is for a service that is on the same machine or not at all.
const instanceTimeout = time.Second

// instance asks for the role of the instance, by the second version of its metadata
// service.
func (c *connection) instance(ctx context.Context) (aws.Credentials, error) {
	if strings.EqualFold(c.store.Environ["AWS_EC2_METADATA_DISABLED"], "true") {
		return aws.Credentials{}, errNoCredentials
	}
	ctx, cancel := context.WithTimeout(ctx, instanceTimeout)
	defer cancel()
	base := strings.TrimSuffix(cmp.Or(c.store.Environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"], "http://169.254.169.254"), "/") + "/latest/"
	token, err := c.plain(ctx, http.MethodPut, base+"api/token", http.Header{"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": {"300"}})
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("%w: %w", errNoCredentials, err)
	}
	header := http.Header{"X-Aws-Ec2-Metadata-Token": {string(token)}}
	const roles = "meta-data/iam/security-credentials/"
	role, err := c.plain(ctx, http.MethodGet, base+roles, header)
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("%w: %w", errNoCredentials, err)
	}
	return c.temporary(ctx, base+roles+url.PathEscape(strings.TrimSpace(string(role))), header)
}
