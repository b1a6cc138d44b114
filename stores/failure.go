package stores

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/internal/hint"
)

const (
	whoAmI = "aws sts get-caller-identity says who asks"
	signIn = "aws sso login, or name a profile that has keys: AWS_PROFILE=NAME; " + whoAmI // of a person, who has no pod
)

// refused words what Secrets Manager said, by the code of its error. Its text decides
// between findings that share a code, and is not quoted.
func (c *connection) refused(r Request, region string, err error) *Failure {
	var api *apiError
	if !errors.As(err, &api) {
		return c.unanswered(region, err)
	}
	says := func(words string) bool { return strings.Contains(strings.ToLower(api.message), words) }
	switch code := api.code; {
	case code == "DecryptionFailure" || code == "AccessDeniedException" && says("kms"):
		return &Failure{
			CodeDecryption, "cannot be decrypted: its KMS key is disabled, deleted, or not for this identity (" + c.who() + ")",
			"allow kms:Decrypt on the key that this shows: " + cli("describe-secret", r, region) + " --query KmsKeyId", statusConfig,
		}
	case code == "AccessDeniedException" || code == "AccessDenied":
		return &Failure{CodeDenied, "may not be read with " + c.who() + c.where(region), "allow it: " + c.statement("GetSecretValue", r, region) + "; " + whoAmI, statusRefused}
	case code == "ResourceNotFoundException" && says("staging label"):
		return unlabelled(r, region)
	case code == "ResourceNotFoundException":
		return &Failure{CodeNotFound, "is not there" + c.where(region), "aws secretsmanager list-secrets --region " + region + " --query 'SecretList[].Name'", statusConfig}
	case code == "InvalidRequestException" && says("delet"):
		return deleted(r, region)
	case says("scoped to a valid region"):
		return &Failure{CodeRegion, "was asked for in region " + region + ", and the server is in another", regionHint, statusConfig}
	case strings.HasPrefix(code, "ExpiredToken"):
		return c.expired()
	case isStranger(code):
		return c.stranger()
	case isThrottled(code):
		return &Failure{CodeThrottled, "was not given: Secrets Manager throttles the account", "fewer tasks at once, or mount the secret instead of fetching it in each", statusUnavailable}
	case api.status >= 500:
		return &Failure{CodeUnreachable, fmt.Sprintf("was not given: Secrets Manager itself failed (HTTP %d)", api.status), "try again; https://health.aws.amazon.com shows whether it is known", statusUnavailable}
	}
	return c.unusable(api.status)
}

// cli is a command of the aws CLI about the secret.
func cli(command string, r Request, region string) string {
	return "aws secretsmanager " + command + " --region " + region + " --secret-id " + hint.ShellWord(r.ID)
}

func unlabelled(r Request, region string) *Failure {
	return &Failure{CodeStage, "has no version with the staging label " + cmp.Or(r.Stage, "AWSCURRENT"), cli("list-secret-version-ids", r, region), statusConfig}
}

func deleted(r Request, region string) *Failure {
	return &Failure{CodeDeleted, "is marked for deletion", "if it is still needed: " + cli("restore-secret", r, region), statusConfig}
}

func isStranger(code string) bool {
	switch code {
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationTokenException", "InvalidAccessKeyId":
		return true
	}
	return false
}

func isThrottled(code string) bool {
	switch code {
	case "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException":
		return true
	}
	return false
}

// who names the credentials that were used.
func (c *connection) who() string {
	if c.identity.Kind == Profile {
		return "profile " + cmp.Or(c.store.Profile, c.store.Environ["AWS_PROFILE"])
	}
	return "the " + string(c.identity.Kind)
}

func (c *connection) where(region string) string {
	text := " in region " + region
	if c.by.AccountID != "" {
		text += " of account " + c.by.AccountID
	}
	return text + c.via()
}

// via names an endpoint that is not that of AWS, and the variable that it is from.
func (c *connection) via() string {
	address, variable := c.ownEndpoint("secretsmanager")
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return " at " + u.Host + " (" + variable + ")"
	}
	return ""
}

// statement is the statement of an IAM policy that allows an action on the secret. Its
// ARN ends with six characters that the name does not have.
func (c *connection) statement(action string, r Request, region string) string {
	resource := r.ID
	if !strings.HasPrefix(resource, "arn:") {
		resource = "arn:aws:secretsmanager:" + region + ":" + cmp.Or(c.by.AccountID, "*") + ":secret:" + r.ID + "-??????"
	}
	return `{"Effect": "Allow", "Action": "secretsmanager:` + action + `", "Resource": "` + resource + `"}`
}

const regionHint = "set region in secretsmanager of the contract, or AWS_REGION, or give the ARN of the secret as its id"

func noRegion(region string) *Failure {
	if region == "" {
		return &Failure{CodeRegion, "cannot be asked for: no region is set", regionHint, statusConfig}
	}
	return &Failure{CodeRegion, "cannot be asked for: the region that is set is no name of a region", regionHint, statusConfig}
}

func binary(r Request) *Failure {
	return &Failure{CodeBinary, "is binary, and a variable holds text", "store text: aws secretsmanager put-secret-value --secret-id " + hint.ShellWord(r.ID) + " --secret-string file:///dev/stdin", statusConfig}
}

func (c *connection) expired() *Failure {
	return &Failure{CodeExpired, "was refused: " + c.who() + " expired", c.renew(), statusRefused}
}

func (c *connection) renew() string {
	switch c.identity.Kind {
	case Keys:
		return "the session token beside the keys is over: take new ones, or leave them out where the pod has an identity (FLTS_SECRETSMANAGER_CREDENTIALS=identity)"
	case Profile:
		return "aws sso login, or take new keys into the profile; " + whoAmI
	case Given:
		return signIn
	}
	return "start the pod again, so that its token is a new one; " + whoAmI
}

func (c *connection) stranger() *Failure {
	f := &Failure{CodeStrangers, "was refused: AWS does not know " + c.who(), whoAmI, statusRefused}
	if c.identity.Kind == Keys && c.store.claimsKeys() {
		f.what += ", which are also the keys of the object store"
		f.hint = "give AWS credentials of their own: FLTS_SECRETSMANAGER_PROFILE=NAME, or an identity of the pod"
	}
	return f
}

// unanswered words an error that no server gave.
func (c *connection) unanswered(region string, err error) *Failure {
	var name *net.DNSError
	var foreign *errForeign
	switch {
	case errors.As(err, &name) && name.IsNotFound && c.via() == "":
		return &Failure{CodeRegion, "was not reached: there is no host for Secrets Manager in region " + region, regionHint + "; or the cluster has no way out: use a VPC endpoint", statusUnavailable}
	case errors.Is(err, context.DeadlineExceeded):
		return &Failure{CodeUnreachable, "did not come in time" + c.via(), "let the pod reach secretsmanager." + region + ".amazonaws.com:443 (egress, proxy, VPC endpoint), or give more time: FLTS_STORE_TIMEOUT=30s", statusUnavailable}
	case errors.As(err, &foreign):
		return c.unusable(foreign.status)
	}
	return &Failure{CodeUnreachable, "was not reached" + c.via() + networkFault(err), "let the pod reach secretsmanager." + region + ".amazonaws.com:443 (egress, proxy, VPC endpoint)", statusUnavailable}
}

// networkFault says what kind of fault it was, in words of our own.
func networkFault(err error) string {
	var op *net.OpError
	var untrusted *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &untrusted):
		return ": its certificate is not trusted"
	case errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch):
		return ": it does not speak TLS"
	case errors.As(err, &op) && op.Op == "dial":
		return ": the connection was refused or not made"
	}
	return ""
}

func (c *connection) unusable(status int) *Failure {
	text := fmt.Sprintf("was not given: the answer is not one of Secrets Manager%s (HTTP %d)", c.via(), status)
	advice := "look whether a proxy or another server answers there"
	if _, variable := c.ownEndpoint("secretsmanager"); variable == "AWS_ENDPOINT_URL" {
		advice = "AWS_ENDPOINT_URL is for all services of AWS: set AWS_ENDPOINT_URL_S3 for the object store alone"
	}
	return &Failure{CodeUnusable, text, advice, statusUnavailable}
}

// withoutCredentials words why there is nothing to ask with.
func (c *connection) withoutCredentials(err error) *Failure {
	var api *apiError
	f := &Failure{CodeAnonymous, "", "", statusConfig}
	switch {
	case errors.As(err, &api) && strings.HasPrefix(api.code, "ExpiredToken"):
		return c.expired()
	case errors.As(err, &api) && api.status < 500 && !isThrottled(api.code):
		return &Failure{CodeStrangers, "was refused: AWS does not let " + c.who() + " take its role", "compare the trust policy of the role with the service account of the pod: kubectl get serviceaccount -o yaml", statusRefused}
	case errors.Is(err, errNoProfile):
		f.what, f.hint = c.who()+" is in no file of the shared configuration", "aws configure list-profiles"
	case errors.Is(err, errNotReadNow):
		f.what, f.hint = c.who()+" signs in, or calls a program, which is not done in a pod", "give it keys, or a role_arn with a source_profile that has keys; to try it by hand: aws configure export-credentials --format env"
	case errors.Is(err, errNoAgent):
		f.what, f.hint = "AWS_CONTAINER_CREDENTIALS_FULL_URI names no agent of the node", "unset it, or let EKS Pod Identity set it"
	case errors.Is(err, errNoToken):
		f.what, f.hint = "the token file of "+c.who()+" cannot be read", "the variable that names it must name a mounted file"
	case c.identity.Kind == Given:
		f.what, f.hint = "there are no AWS credentials ("+c.who()+")", signIn
	case errors.Is(err, errNoCredentials):
		f.what, f.hint = "there are no AWS credentials ("+c.who()+")", "annotate the service account with eks.amazonaws.com/role-arn, or set FLTS_SECRETSMANAGER_PROFILE; "+whoAmI
	default:
		return &Failure{CodeUnreachable, "cannot be asked for: what gives " + c.who() + " does not answer" + networkFault(err), "let the pod reach sts." + cmp.Or(c.ownRegion(), "REGION") + ".amazonaws.com:443, or the agent of its node", statusUnavailable}
	}
	f.what = "cannot be asked for: " + f.what
	return f
}
