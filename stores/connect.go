package stores

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/flts-run/flts-run/internal/secret"
)

// connection is what all requests of one Fetch share.
type connection struct {
	store    SecretsManager
	client   *http.Client
	identity Identity
	by       aws.Credentials
	profile  profile
	failure  *Failure // why there is nothing to ask with
}

// connect finds the credentials once, before anything is asked for: that there are
// none is another finding than that a secret was refused.
func (m SecretsManager) connect(ctx context.Context) *connection {
	c := &connection{store: m, client: m.client(), identity: m.Identify()}
	var err error
	if c.profile, err = m.readProfile(); err == nil {
		c.by, err = c.credentials(ctx)
	}
	if err != nil {
		c.failure = c.withoutCredentials(err)
	}
	return c
}

func (c *connection) close() { c.client.CloseIdleConnections() }

// region is that of a request: as it says, or its ARN, or the environment and the
// profile.
func (c *connection) region(r Request) string {
	if parts := strings.Split(r.ID, ":"); r.Region == "" && len(parts) > 3 && parts[0] == "arn" {
		return parts[3]
	}
	return cmp.Or(r.Region, c.ownRegion())
}

func (c *connection) ownRegion() string {
	return cmp.Or(c.store.either("AWS_REGION", "AWS_DEFAULT_REGION"), c.profile.region)
}

// endpoint is the address of a service of AWS in a region, unless the environment has
// another.
func (c *connection) endpoint(service, region string) string {
	if address, _ := c.ownEndpoint(service); address != "" {
		return address
	}
	host := service
	if c.store.Environ["AWS_USE_FIPS_ENDPOINT"] == "true" {
		host += "-fips"
	}
	return "https://" + host + "." + region + "." + domainOf(region)
}

// ownEndpoint is an address that the environment has, and its variable.
func (c *connection) ownEndpoint(service string) (address, variable string) {
	if c.store.Environ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] == "true" {
		return "", ""
	}
	own := map[string]string{"secretsmanager": "AWS_ENDPOINT_URL_SECRETS_MANAGER", "sts": "AWS_ENDPOINT_URL_STS"}[service]
	for _, variable := range []string{own, "AWS_ENDPOINT_URL"} {
		if v := c.store.Environ[variable]; v != "" {
			return v, variable
		}
	}
	return "", ""
}

// domainOf is where the services of a region are: China and the isolated regions have
// domains of their own.
func domainOf(region string) string {
	for _, d := range []struct{ prefix, domain string }{
		{"cn-", "amazonaws.com.cn"}, {"us-isob-", "sc2s.sgov.gov"}, {"us-iso-", "c2s.ic.gov"},
	} {
		if strings.HasPrefix(region, d.prefix) {
			return d.domain
		}
	}
	return "amazonaws.com"
}

// asking asks for a request in its region, again where that may help, or says why not.
func (c *connection) asking(ctx context.Context, r Request, ask func(region string) error) *Failure {
	region := c.region(r)
	switch {
	case c.failure != nil:
		return c.failure
	case !isRegion(region):
		return noRegion(region)
	}
	if err := retried(ctx, func() error { return ask(region) }); err != nil {
		return c.refused(r, region, err)
	}
	return nil
}

func (c *connection) fetch(ctx context.Context, r Request) Answer {
	var got *value
	if failure := c.asking(ctx, r, func(region string) (err error) {
		got, err = c.get(ctx, r, region)
		return err
	}); failure != nil {
		return Answer{Request: r, Failure: failure}
	}
	a := Answer{Request: r, ARN: got.ARN, Version: got.VersionID, Stages: got.VersionStages, Created: moment(got.CreatedDate)}
	if c.by.CanExpire {
		a.Expires = c.by.Expires.UTC()
	}
	if got.SecretString == nil {
		a.Failure = binary(r)
	} else {
		a.Text = secret.New(*got.SecretString)
	}
	return a
}

// value is an answer of GetSecretValue.
type value struct {
	ARN           string
	VersionID     string `json:"VersionId"`
	VersionStages []string
	CreatedDate   float64 // in seconds
	SecretString  *string
	SecretBinary  *string
}

// moment is a time as Secrets Manager writes it, in seconds; 0 is none.
func moment(seconds float64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC()
}

func (c *connection) get(ctx context.Context, r Request, region string) (*value, error) {
	got := &value{}
	err := c.call(ctx, "GetSecretValue", region, map[string]string{"SecretId": r.ID, "VersionStage": cmp.Or(r.Stage, "AWSCURRENT")}, got)
	if err == nil && got.SecretString == nil && got.SecretBinary == nil {
		err = &errForeign{http.StatusOK}
	}
	return got, err
}

// call performs an operation of Secrets Manager and reads its answer.
func (c *connection) call(ctx context.Context, operation, region string, in map[string]string, into any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	header := http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {"secretsmanager." + operation}}
	request, err := signed(ctx, c.by, "secretsmanager", region, c.endpoint("secretsmanager", region), header, body)
	if err != nil {
		return err
	}
	text, err := do(c.client, request)
	if err != nil {
		return err
	}
	if json.Unmarshal(text, into) != nil {
		return &errForeign{http.StatusOK}
	}
	return nil
}

// isRegion reports a text that can stand in a host name; whether there is such a
// region the name servers say.
func isRegion(region string) bool {
	return region != "" && strings.Trim(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
