package stores

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/flts-run/flts-run/internal/hint"
)

var errNoAgent = errors.New("AWS_CONTAINER_CREDENTIALS_FULL_URI names no agent of the node")

const whoAmI = "aws sts get-caller-identity says who asks"

// refused words what Secrets Manager said, by the code of its error. Its text decides
// between findings that share a code, and is not quoted.
func (c *connection) refused(r Request, region string, err error) *Failure {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return c.unanswered(region, err)
	}
	says := func(words string) bool { return strings.Contains(strings.ToLower(api.ErrorMessage()), words) }
	switch code := api.ErrorCode(); {
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
		return &Failure{CodeNotFound, "is not there" + c.where(region), "aws secretsmanager list-secrets --region " + region + " --query SecretList[].Name", statusConfig}
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
	case code == "InternalServiceError" || httpStatus(err) >= 500:
		return &Failure{CodeUnreachable, fmt.Sprintf("was not given: Secrets Manager itself failed (HTTP %d)", httpStatus(err)), "try again; https://health.aws.amazon.com shows whether it is known", statusUnavailable}
	}
	return c.unusable(err)
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

func httpStatus(err error) int {
	var r *smithyhttp.ResponseError
	if errors.As(err, &r) {
		return r.HTTPStatusCode()
	}
	return 0
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
	if c.account != "" {
		text += " of account " + c.account
	}
	return text + c.via()
}

// via names an endpoint that is not that of AWS, and the variable that it is from.
func (c *connection) via() string {
	for _, variable := range []string{"AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"} {
		if u, err := url.Parse(c.store.Environ[variable]); err == nil && u.Host != "" {
			return " at " + u.Host + " (" + variable + ")"
		}
	}
	return ""
}

// statement is the statement of an IAM policy that allows an action on the secret. Its
// ARN ends with six characters that the name does not have.
func (c *connection) statement(action string, r Request, region string) string {
	resource := r.ID
	if !strings.HasPrefix(resource, "arn:") {
		resource = "arn:aws:secretsmanager:" + region + ":" + cmp.Or(c.account, "*") + ":secret:" + r.ID + "-??????"
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
	return &Failure{CodeExpired, "was refused: " + c.who() + " has expired", c.renew(), statusRefused}
}

func (c *connection) renew() string {
	switch c.identity.Kind {
	case Keys:
		return "the session token beside the keys is over: take new ones, or leave them out where the pod has an identity (FLTS_SECRETSMANAGER_CREDENTIALS=identity)"
	case Profile:
		return "aws sso login, or take new keys into the profile; " + whoAmI
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
	switch {
	case errors.As(err, &name) && name.IsNotFound && c.via() == "":
		return &Failure{CodeRegion, "was not reached: there is no host for Secrets Manager in region " + region, regionHint + "; or the cluster has no way out: use a VPC endpoint", statusUnavailable}
	case errors.Is(err, context.DeadlineExceeded):
		return &Failure{CodeUnreachable, "did not come in time" + c.via(), "let the pod reach secretsmanager." + region + ".amazonaws.com:443 (egress, proxy, VPC endpoint), or give more time: FLTS_STORE_TIMEOUT=30s", statusUnavailable}
	case httpStatus(err) != 0:
		return c.unusable(err)
	}
	return &Failure{CodeUnreachable, "was not reached" + c.via() + networkFault(err), "let the pod reach secretsmanager." + region + ".amazonaws.com:443 (egress, proxy, VPC endpoint)", statusUnavailable}
}

// networkFault says what kind of fault it was, in words of our own.
func networkFault(err error) string {
	var op *net.OpError
	switch text := strings.ToLower(err.Error()); {
	case strings.Contains(text, "x509") || strings.Contains(text, "tls"):
		return ": its certificate is not trusted"
	case errors.As(err, &op) && op.Op == "dial":
		return ": the connection was refused or not made"
	}
	return ""
}

func (c *connection) unusable(err error) *Failure {
	text := "was not given: the answer is not one of Secrets Manager" + c.via()
	if status := httpStatus(err); status != 0 {
		text += fmt.Sprintf(" (HTTP %d)", status)
	}
	advice := "look whether a proxy or another server answers there"
	if c.store.Environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] == "" && c.store.Environ["AWS_ENDPOINT_URL"] != "" {
		advice = "AWS_ENDPOINT_URL is for all services of AWS: set AWS_ENDPOINT_URL_S3 for the object store alone"
	}
	return &Failure{CodeUnusable, text, advice, statusUnavailable}
}

// unconfigured words what is wrong before there are credentials at all.
func (c *connection) unconfigured(err error) *Failure {
	f := &Failure{CodeAnonymous, "cannot be asked for: the configuration of AWS cannot be read", "aws configure list shows what is read", statusConfig}
	var profile config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &profile):
		f.what = "cannot be asked for: " + c.who() + " is in no file of the shared configuration"
		f.hint = "aws configure list-profiles"
	case errors.Is(err, errNoAgent):
		f.what = "cannot be asked for: AWS_CONTAINER_CREDENTIALS_FULL_URI names no agent of the node"
		f.hint = "unset it, or let EKS Pod Identity set it"
	}
	return f
}

// withoutCredentials words why none of the chain could be had.
func (c *connection) withoutCredentials(err error) *Failure {
	var api smithy.APIError
	switch {
	case errors.As(err, &api) && strings.HasPrefix(api.ErrorCode(), "ExpiredToken"):
		return c.expired()
	case errors.As(err, &api) && c.identity.Kind == WebIdentity:
		return &Failure{CodeStrangers, "was refused: AWS does not let " + c.who() + " take its role", "compare the trust policy of AWS_ROLE_ARN with the service account of the pod: kubectl get serviceaccount -o yaml", statusRefused}
	case c.identity.Kind == WebIdentity && !isReadable(c.store.Environ["AWS_WEB_IDENTITY_TOKEN_FILE"]):
		return &Failure{CodeAnonymous, "cannot be asked for: the token file of " + c.who() + " cannot be read", "AWS_WEB_IDENTITY_TOKEN_FILE must name a mounted file", statusConfig}
	}
	return &Failure{
		CodeAnonymous, "cannot be asked for: there are no AWS credentials (" + c.who() + ")",
		"annotate the service account with eks.amazonaws.com/role-arn, or set FLTS_SECRETSMANAGER_PROFILE; " + whoAmI, statusConfig,
	}
}

func isReadable(file string) bool {
	_, err := os.ReadFile(file)
	return err == nil
}
