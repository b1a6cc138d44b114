package stores

import (
	"cmp"
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/flts-run/flts-run/internal/secret"
)

// connection is what all requests of one Fetch share.
type connection struct {
	store    SecretsManager
	identity Identity
	config   aws.Config
	account  string   // of the credentials; "" is unknown
	failure  *Failure // why there is nothing to ask with
}

// connect finds the credentials once, before anything is asked for: that there are
// none is another finding than that a secret was refused.
func (m SecretsManager) connect(ctx context.Context) connection {
	c := connection{store: m, identity: m.Identify()}
	var err error
	if c.config, err = m.configure(ctx, c.identity); err != nil {
		c.failure = c.unconfigured(err)
		return c
	}
	got, err := c.config.Credentials.Retrieve(ctx)
	if err != nil {
		c.failure = c.withoutCredentials(err)
		return c
	}
	c.account = cmp.Or(got.AccountID, accountOf(m.Environ["AWS_ROLE_ARN"], c.identity.Kind == WebIdentity))
	return c
}

func accountOf(role string, used bool) string {
	if a, err := arn.Parse(role); err == nil && used {
		return a.AccountID
	}
	return ""
}

func (m SecretsManager) configure(ctx context.Context, identity Identity) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{config.WithRetryer(patient)}
	if m.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(m.Profile))
	}
	if identity.Kind == Keys {
		options = append(options, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(
			m.Environ["AWS_ACCESS_KEY_ID"], m.Environ["AWS_SECRET_ACCESS_KEY"], m.Environ["AWS_SESSION_TOKEN"])))
	}
	switch keys := len(identity.Ignored) > 0; {
	case keys && identity.Kind == Profile && m.Profile == "":
		options = append(options, config.WithSharedConfigProfile(m.Environ["AWS_PROFILE"])) // so it goes before the keys
	case keys && identity.Kind == Elsewhere:
		options = append(options, config.WithCredentialsProvider(aws.NewCredentialsCache(ec2rolecreds.New())))
	}
	if identity.Kind == WebIdentity || identity.Kind == Container {
		options = append(options, config.WithCredentialsProvider(aws.AnonymousCredentials{})) // until they are made below
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return cfg, err
	}
	if bundle := m.Environ["AWS_CA_BUNDLE"]; bundle != "" {
		cfg.HTTPClient = trusting(bundle)
	}
	switch identity.Kind {
	case WebIdentity:
		role := stscreds.NewWebIdentityRoleProvider(sts.NewFromConfig(cfg), m.Environ["AWS_ROLE_ARN"], stscreds.IdentityTokenFile(m.Environ["AWS_WEB_IDENTITY_TOKEN_FILE"]),
			func(o *stscreds.WebIdentityRoleOptions) { o.RoleSessionName = m.Environ["AWS_ROLE_SESSION_NAME"] })
		cfg.Credentials = aws.NewCredentialsCache(role)
	case Container:
		provider, err := m.container()
		if err != nil {
			return cfg, err
		}
		cfg.Credentials = aws.NewCredentialsCache(provider)
	}
	return cfg, nil
}

// patient retries as the SDK does, but never waits so long for the next attempt that
// the deadline comes first: then nobody would know what the server has said.
func patient() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Second })
}

// trusting is a client that trusts the authorities of a file beside those of the
// system.
func trusting(bundle string) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if text, err := os.ReadFile(bundle); err == nil {
			pool.AppendCertsFromPEM(text)
		}
		t.TLSClientConfig.RootCAs = pool
	})
}

// container asks the agent of the node, as ECS and EKS have one. A token goes along,
// so it must be an agent and no other host.
func (m SecretsManager) container() (*endpointcreds.Provider, error) {
	address := m.Environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
	if relative := m.Environ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]; relative != "" {
		address = "http://169.254.170.2" + relative
	}
	if !isAgent(address) {
		return nil, errNoAgent
	}
	return endpointcreds.New(address, func(o *endpointcreds.Options) {
		o.AuthorizationToken = m.Environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
		if file := m.Environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]; file != "" {
			o.AuthorizationTokenProvider = endpointcreds.TokenProviderFunc(func() (string, error) {
				text, err := os.ReadFile(file)
				return strings.TrimSpace(string(text)), err
			})
		}
	}), nil
}

func isAgent(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || err == nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip == netip.MustParseAddr("fd00:ec2::23"))
}

// region is that of a request: as it says, or its ARN, or the chain.
func (c *connection) region(r Request) string {
	region := cmp.Or(r.Region, c.config.Region)
	if a, err := arn.Parse(r.ID); err == nil && r.Region == "" {
		region = a.Region
	}
	return region
}

// client is one for the region of a request, or why there can be none.
func (c *connection) client(r Request) (client *secretsmanager.Client, region string, failure *Failure) {
	region = c.region(r)
	switch {
	case c.failure != nil:
		return nil, region, c.failure
	case !isRegion(region):
		return nil, region, noRegion(region)
	}
	return secretsmanager.NewFromConfig(c.config, func(o *secretsmanager.Options) { o.Region = region }), region, nil
}

func (c *connection) fetch(ctx context.Context, r Request) Answer {
	a := Answer{Request: r}
	client, region, failure := c.client(r)
	if failure != nil {
		a.Failure = failure
		return a
	}
	got, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &r.ID, VersionStage: aws.String(cmp.Or(r.Stage, "AWSCURRENT"))})
	switch {
	case err != nil:
		a.Failure = c.refused(r, region, err)
		return a
	case got.SecretString == nil:
		a.Failure = binary(r)
	default:
		a.Text = secret.New(*got.SecretString)
	}
	a.ARN, a.Version, a.Stages = aws.ToString(got.ARN), aws.ToString(got.VersionId), got.VersionStages
	a.Created = aws.ToTime(got.CreatedDate)
	return a
}

// isRegion reports a text that can stand in a host name; whether there is such a
// region the name servers say.
func isRegion(region string) bool {
	return region != "" && strings.Trim(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && net.ParseIP(region) == nil
}
