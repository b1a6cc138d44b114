package stores_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
	"github.com/flts-run/flts-run/stores"
)

// begin starts a fake, and a store whose environment leads to it.
func begin(t *testing.T, more ...string) (*fakesecretsmanager.Server, stores.SecretsManager) {
	t.Helper()
	fake, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	m := stores.SecretsManager{Environ: map[string]string{}, Timeout: 5 * time.Second}
	nowhere := filepath.Join(t.TempDir(), "none")
	base := []string{
		"AWS_ENDPOINT_URL_SECRETS_MANAGER=" + fake.URL(), "AWS_ENDPOINT_URL_STS=" + fake.URL(), "AWS_REGION=us-east-1",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=" + nowhere, "AWS_SHARED_CREDENTIALS_FILE=" + nowhere,
		"AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=example-secret",
	}
	for _, entry := range append(base, more...) {
		name, value, _ := strings.Cut(entry, "=")
		m.Environ[name] = value
	}
	return fake, m
}

// shown is an answer with its failure as a person reads it.
type shown struct{ Text, Code, What, Hint string }

func show(a stores.Answer) shown {
	if a.Failure == nil {
		return shown{Text: a.Text.Reveal()}
	}
	account.Saw(a.Failure.Code())
	return shown{Code: a.Failure.Code(), What: a.Failure.Error(), Hint: a.Failure.Hint()}
}

func TestFetch(t *testing.T) {
	fake, m := begin(t)
	fake.Put("flts/prod", "old")
	fake.Put("flts/prod", `{"minio": {"secret": "s3cret"}}`)
	fake.Put("plain", "text")
	answers := m.Fetch(t.Context(), []stores.Request{{ID: "flts/prod"}, {ID: "plain"}, {ID: "flts/prod"}, {ID: "flts/prod", Stage: "AWSPREVIOUS"}, {ID: fake.ARN("plain"), Region: "us-east-1"}})
	var texts []string
	for _, a := range answers {
		require.Nil(t, a.Failure)
		require.WithinDuration(t, time.Now(), a.Created, time.Minute)
		texts = append(texts, a.Text.Reveal())
	}
	require.Equal(t, []string{`{"minio": {"secret": "s3cret"}}`, "text", `{"minio": {"secret": "s3cret"}}`, "old", "text"}, texts)
	require.Equal(t, "00000002-0000-4000-8000-000000000001", answers[0].Version)
	require.Equal(t, []string{"AWSCURRENT"}, answers[0].Stages)
	require.Equal(t, fake.ARN("flts/prod"), answers[0].ARN)
	require.Len(t, fake.Calls(), 4, "each once")
}

func TestFetchAsksForAllAtOnce(t *testing.T) {
	fake, m := begin(t)
	var requests []stores.Request
	for _, id := range []string{"a", "b", "c"} {
		fake.Put(id, id)
		fake.Fail(id, fakesecretsmanager.Fault{Delay: 200 * time.Millisecond})
		requests = append(requests, stores.Request{ID: id})
	}
	for _, a := range m.Fetch(t.Context(), requests) {
		require.Nil(t, a.Failure)
	}
	require.Equal(t, 3, fake.AtOnce())
}

func TestFetchOfNothingReadsNothing(t *testing.T) {
	require.Empty(t, stores.SecretsManager{}.Fetch(t.Context(), nil))
}

func TestThrottlingIsRetried(t *testing.T) {
	fake, m := begin(t)
	fake.Put("a", "text")
	fake.Fail("a", fakesecretsmanager.Fault{Code: "ThrottlingException", Message: "Rate exceeded", Times: 2})
	require.Equal(t, shown{Text: "text"}, show(m.Fetch(t.Context(), []stores.Request{{ID: "a"}})[0]))
	require.Len(t, fake.Calls(), 3)
}

// canary is in every message of the server, and must be in none of ours.
const canary = "canary-of-the-server"

func TestFailures(t *testing.T) {
	at := func(fake *fakesecretsmanager.Server) string {
		return fake.Endpoint() + " (AWS_ENDPOINT_URL_SECRETS_MANAGER)"
	}
	fault := func(code, message string) fakesecretsmanager.Fault {
		return fakesecretsmanager.Fault{Code: code, Message: message + canary}
	}
	const egress = "let the pod reach secretsmanager.us-east-1.amazonaws.com:443 (egress, proxy, VPC endpoint)"
	for _, row := range []struct {
		name    string
		request stores.Request
		fault   fakesecretsmanager.Fault
		environ []string
		change  func(*fakesecretsmanager.Server, *stores.SecretsManager)
		code    string
		what    string // AT is the endpoint
		hint    string
		status  int
	}{
		{"denied", stores.Request{}, fault("AccessDeniedException", "User: x is not authorized to perform"), nil, nil, stores.CodeDenied, "may not be read with the keys of the environment in region us-east-1 at AT", `allow it: {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "arn:aws:secretsmanager:us-east-1:*:secret:flts/prod-??????"}; aws sts get-caller-identity says who asks`, 77},
		{"not found", stores.Request{ID: "flts/prd"}, fakesecretsmanager.Fault{}, nil, nil, stores.CodeNotFound, "is not there in region us-east-1 at AT", "aws secretsmanager list-secrets --region us-east-1 --query 'SecretList[].Name'", 78},
		{"decryption", stores.Request{}, fault("DecryptionFailure", ""), nil, nil, stores.CodeDecryption, "cannot be decrypted: its KMS key is disabled, deleted, or not for this identity (the keys of the environment)", "allow kms:Decrypt on the key that this shows: aws secretsmanager describe-secret --region us-east-1 --secret-id flts/prod --query KmsKeyId", 78},
		{"the key may not be used", stores.Request{}, fault("AccessDeniedException", "Access to KMS is not allowed"), nil, nil, stores.CodeDecryption, "cannot be decrypted: its KMS key is disabled, deleted, or not for this identity (the keys of the environment)", "allow kms:Decrypt on the key that this shows: aws secretsmanager describe-secret --region us-east-1 --secret-id flts/prod --query KmsKeyId", 78},
		{"another region", stores.Request{Region: "eu-west-1"}, fakesecretsmanager.Fault{}, nil, nil, stores.CodeRegion, "was asked for in region eu-west-1, and the server is in another", "set region in secretsmanager of the contract, or AWS_REGION, or give the ARN of the secret as its id", 78},
		{"no region", stores.Request{}, fakesecretsmanager.Fault{}, []string{"AWS_REGION="}, nil, stores.CodeRegion, "cannot be asked for: no region is set", "set region in secretsmanager of the contract, or AWS_REGION, or give the ARN of the secret as its id", 78},
		{"no name of a region", stores.Request{Region: "eu west"}, fakesecretsmanager.Fault{}, nil, nil, stores.CodeRegion, "cannot be asked for: the region that is set is no name of a region", "set region in secretsmanager of the contract, or AWS_REGION, or give the ARN of the secret as its id", 78},
		{"no credentials", stores.Request{}, fakesecretsmanager.Fault{}, []string{"AWS_ACCESS_KEY_ID="}, nil, stores.CodeAnonymous, "cannot be asked for: there are no AWS credentials (the shared configuration or instance role)", "annotate the service account with eks.amazonaws.com/role-arn, or set FLTS_SECRETSMANAGER_PROFILE; aws sts get-caller-identity says who asks", 78},
		{"no such profile", stores.Request{}, fakesecretsmanager.Fault{}, nil, func(_ *fakesecretsmanager.Server, m *stores.SecretsManager) { m.Profile = "ours" }, stores.CodeAnonymous, "cannot be asked for: profile ours is in no file of the shared configuration", "aws configure list-profiles", 78},
		{"no token file", stores.Request{}, fakesecretsmanager.Fault{}, []string{"AWS_ACCESS_KEY_ID=", "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/pipelines", "AWS_WEB_IDENTITY_TOKEN_FILE=/nowhere/token"}, nil, stores.CodeAnonymous, "cannot be asked for: the token file of the web identity cannot be read", "the variable that names it must name a mounted file", 78},
		{"no agent", stores.Request{}, fakesecretsmanager.Fault{}, []string{"AWS_ACCESS_KEY_ID=", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://example.com/credentials"}, nil, stores.CodeAnonymous, "cannot be asked for: AWS_CONTAINER_CREDENTIALS_FULL_URI names no agent of the node", "unset it, or let EKS Pod Identity set it", 78},
		{"expired", stores.Request{}, fault("ExpiredTokenException", "The security token included in the request is expired"), nil, nil, stores.CodeExpired, "was refused: the keys of the environment expired", "the session token beside the keys is over: take new ones, or leave them out where the pod has an identity (FLTS_SECRETSMANAGER_CREDENTIALS=identity)", 77},
		{"unknown keys", stores.Request{}, fakesecretsmanager.Fault{}, []string{"AWS_ACCESS_KEY_ID=minio"}, nil, stores.CodeStrangers, "was refused: AWS does not know the keys of the environment", "aws sts get-caller-identity says who asks", 77},
		{"keys of a MinIO", stores.Request{}, fakesecretsmanager.Fault{}, []string{"AWS_SECRET_ACCESS_KEY=minio123"}, func(_ *fakesecretsmanager.Server, m *stores.SecretsManager) {
			m.Claimed = func(string) bool { return true }
		}, stores.CodeStrangers, "was refused: AWS does not know the keys of the environment, which are also the keys of the object store", "give AWS credentials of their own: FLTS_SECRETSMANAGER_PROFILE=NAME, or an identity of the pod", 77},
		{"throttled", stores.Request{}, fault("ThrottlingException", "Rate exceeded"), nil, nil, stores.CodeThrottled, "was not given: Secrets Manager throttles the account", "fewer tasks at once, or mount the secret instead of fetching it in each", 69},
		{"broken", stores.Request{}, fakesecretsmanager.Fault{Code: "InternalServiceError", Message: canary, Status: 500}, nil, nil, stores.CodeUnreachable, "was not given: Secrets Manager itself failed (HTTP 500)", "try again; https://health.aws.amazon.com shows whether it is known", 69},
		{"refused", stores.Request{}, fakesecretsmanager.Fault{}, nil, func(fake *fakesecretsmanager.Server, _ *stores.SecretsManager) { fake.Close() }, stores.CodeUnreachable, "was not reached at AT: the connection was refused or not made", egress, 69},
		{"no TLS", stores.Request{}, fakesecretsmanager.Fault{}, nil, func(fake *fakesecretsmanager.Server, m *stores.SecretsManager) {
			m.Environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "https://" + fake.Endpoint()
		}, stores.CodeUnreachable, "was not reached at AT: it does not speak TLS", egress, 69},
		{"the caller is not signed in", stores.Request{}, fakesecretsmanager.Fault{}, nil, func(_ *fakesecretsmanager.Server, m *stores.SecretsManager) {
			m.Provider = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New(canary) })
		}, stores.CodeAnonymous, "cannot be asked for: there are no AWS credentials (the credentials of the caller)", "aws sso login, or name a profile that has keys: AWS_PROFILE=NAME; aws sts get-caller-identity says who asks", 78},
		{"the caller's login is over", stores.Request{}, fault("ExpiredTokenException", ""), nil, func(fake *fakesecretsmanager.Server, m *stores.SecretsManager) {
			m.Provider = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: m.Environ["AWS_ACCESS_KEY_ID"], SecretAccessKey: m.Environ["AWS_SECRET_ACCESS_KEY"]}, nil
			})
		}, stores.CodeExpired, "was refused: the credentials of the caller expired", "aws sso login, or name a profile that has keys: AWS_PROFILE=NAME; aws sts get-caller-identity says who asks", 77},
		{"late", stores.Request{}, fakesecretsmanager.Fault{Delay: time.Minute}, nil, func(_ *fakesecretsmanager.Server, m *stores.SecretsManager) { m.Timeout = 100 * time.Millisecond }, stores.CodeUnreachable, "did not come in time at AT", egress + ", or give more time: FLTS_STORE_TIMEOUT=30s", 69},
		{"another server", stores.Request{}, fakesecretsmanager.Fault{Body: "<html>" + canary, Status: 405}, nil, nil, stores.CodeUnusable, "was not given: the answer is not one of Secrets Manager at AT (HTTP 405)", "look whether a proxy or another server answers there", 69},
		{"an answer that is no JSON", stores.Request{}, fakesecretsmanager.Fault{Body: canary}, nil, nil, stores.CodeUnusable, "was not given: the answer is not one of Secrets Manager at AT (HTTP 200)", "look whether a proxy or another server answers there", 69},
		{"binary", stores.Request{ID: "binary"}, fakesecretsmanager.Fault{}, nil, nil, stores.CodeBinary, "is binary, and a variable holds text", "store text: aws secretsmanager put-secret-value --secret-id binary --secret-string file:///dev/stdin", 78},
		{"deleted", stores.Request{ID: "deleted"}, fakesecretsmanager.Fault{}, nil, nil, stores.CodeDeleted, "is marked for deletion", "if it is still needed: aws secretsmanager restore-secret --region us-east-1 --secret-id deleted", 78},
		{"no such stage", stores.Request{Stage: "AWSPENDING"}, fakesecretsmanager.Fault{}, nil, nil, stores.CodeStage, "has no version with the staging label AWSPENDING", "aws secretsmanager list-secret-version-ids --region us-east-1 --secret-id flts/prod", 78},
	} {
		t.Run(row.name, func(t *testing.T) {
			fake, m := begin(t, row.environ...)
			fake.Put("flts/prod", "text")
			fake.PutBinary("binary", []byte{0xff})
			fake.Put("deleted", "text")
			fake.Delete("deleted")
			fake.Fail("flts/prod", row.fault)
			if row.change != nil {
				row.change(fake, &m)
			}
			if row.request.ID == "" {
				row.request.ID = "flts/prod"
			}
			a := m.Fetch(t.Context(), []stores.Request{row.request})[0]
			require.Equal(t, shown{Code: row.code, What: strings.ReplaceAll(row.what, "AT", at(fake)), Hint: row.hint}, show(a))
			require.Equal(t, row.status, a.Failure.Status())
			require.Equal(t, row.code == stores.CodeNotFound, a.Failure.Missing())
			require.NotContains(t, a.Failure.Error()+a.Failure.Hint(), canary)
		})
	}
}

// An endpoint for every service of AWS is that of a MinIO.
func TestEndpointOfAllServices(t *testing.T) {
	minio := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) }))
	defer minio.Close()
	_, m := begin(t, "AWS_ENDPOINT_URL_SECRETS_MANAGER=", "AWS_ENDPOINT_URL="+minio.URL)
	require.Equal(t, shown{
		Code: stores.CodeUnusable, What: "was not given: the answer is not one of Secrets Manager at " + strings.TrimPrefix(minio.URL, "http://") + " (AWS_ENDPOINT_URL) (HTTP 405)",
		Hint: "AWS_ENDPOINT_URL is for all services of AWS: set AWS_ENDPOINT_URL_S3 for the object store alone",
	}, show(m.Fetch(t.Context(), []stores.Request{{ID: "a"}})[0]))
}

// A certificate is not trusted when the server's is not, and not when a name has "tls" in it.
func TestUntrustedCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of the refusal
	server.StartTLS()
	defer server.Close()
	_, m := begin(t, "AWS_ENDPOINT_URL_SECRETS_MANAGER="+server.URL)
	require.Equal(t, "was not reached at "+strings.TrimPrefix(server.URL, "https://")+" (AWS_ENDPOINT_URL_SECRETS_MANAGER): its certificate is not trusted", show(m.Fetch(t.Context(), []stores.Request{{ID: "a"}})[0]).What)
	m.Environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "http://127.0.0.1:1/tls"
	require.Equal(t, "was not reached at 127.0.0.1:1 (AWS_ENDPOINT_URL_SECRETS_MANAGER): the connection was refused or not made", show(m.Fetch(t.Context(), []stores.Request{{ID: "a"}})[0]).What)
}

func TestFetchEndsWithItsContext(t *testing.T) {
	fake, m := begin(t)
	fake.Put("a", "text")
	fake.Fail("a", fakesecretsmanager.Fault{Delay: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NotNil(t, m.Fetch(ctx, []stores.Request{{ID: "a"}})[0].Failure)
}

// Who asks is told by the access key that the server saw.
func TestIdentities(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("web-token"), 0o600))
	agent := filepath.Join(t.TempDir(), "agent")
	require.NoError(t, os.WriteFile(agent, []byte(fakesecretsmanager.AgentToken+"\n"), 0o600))
	profiles := filepath.Join(t.TempDir(), "profiles")
	require.NoError(t, os.WriteFile(profiles, []byte("[ours]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example-secret\n"), 0o600))
	claimed := func(string) bool { return true }
	web := []string{"AWS_WEB_IDENTITY_TOKEN_FILE=" + token, "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/pipelines"}
	minio := []string{"AWS_ACCESS_KEY_ID=minio", "AWS_SECRET_ACCESS_KEY=minio123"}
	none := []string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}
	for _, row := range []struct {
		name    string
		environ []string
		store   stores.SecretsManager
		agent   bool
		kind    stores.Kind
		by      string // "" is refused
		warns   bool
	}{
		{"keys", nil, stores.SecretsManager{}, false, stores.Keys, "AKIAEXAMPLE", false},
		{"keys that are also the object store's, and nothing else", nil, stores.SecretsManager{Claimed: claimed}, false, stores.Keys, "AKIAEXAMPLE", false},
		{"web identity", append(web, none...), stores.SecretsManager{}, false, stores.WebIdentity, "ASIAEXAMPLE1", false},
		{"a web identity that is not trusted", append([]string{"AWS_WEB_IDENTITY_TOKEN_FILE=" + agent, "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/pipelines"}, none...), stores.SecretsManager{}, false, stores.WebIdentity, "", false},
		{"keys of AWS before a web identity, as the SDK does it", web, stores.SecretsManager{}, false, stores.Keys, "AKIAEXAMPLE", false},
		{"keys of a MinIO beside a web identity", append(web, minio...), stores.SecretsManager{Claimed: claimed}, false, stores.WebIdentity, "ASIAEXAMPLE1", true},
		{"and somebody has said so", append(web, minio...), stores.SecretsManager{Claimed: claimed, Credentials: stores.IdentityOnly}, false, stores.WebIdentity, "ASIAEXAMPLE1", false},
		{"and somebody wants the keys", web, stores.SecretsManager{Claimed: claimed, Credentials: stores.KeysFirst}, false, stores.Keys, "AKIAEXAMPLE", false},
		{"agent of the node", append([]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=" + agent}, minio...), stores.SecretsManager{Claimed: claimed}, true, stores.Container, "ASIAEXAMPLE1", true},
		{"profile", append([]string{"AWS_SHARED_CREDENTIALS_FILE=" + profiles}, minio...), stores.SecretsManager{Claimed: claimed, Profile: "ours"}, false, stores.Profile, "AKIAEXAMPLE", false},
		{"profile of the environment, without the keys", append([]string{"AWS_SHARED_CREDENTIALS_FILE=" + profiles, "AWS_PROFILE=ours"}, minio...), stores.SecretsManager{Claimed: claimed, Credentials: stores.IdentityOnly}, false, stores.Profile, "AKIAEXAMPLE", false},
		{"an instance role, which is not there", minio, stores.SecretsManager{Credentials: stores.IdentityOnly}, false, stores.Elsewhere, "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			fake, m := begin(t, row.environ...)
			fake.Trust("web-token")
			fake.Put("a", "text")
			if row.agent {
				m.Environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = fake.URL() + "/credentials"
			}
			row.store.Environ, row.store.Timeout = m.Environ, m.Timeout
			identity := row.store.Identify()
			warning := identity.Warning(row.store)
			if warning != nil {
				account.Saw(warning.Code())
			}
			require.Equal(t, row.kind, identity.Kind)
			require.Equal(t, row.warns, warning != nil)
			a := row.store.Fetch(t.Context(), []stores.Request{{ID: "a"}})[0]
			var by string
			if calls := fake.Calls(); len(calls) > 0 {
				by = calls[0].AccessKey
			}
			require.Equal(t, row.by, by)
			require.Equal(t, row.by != "", a.Failure == nil, show(a))
		})
	}
}
