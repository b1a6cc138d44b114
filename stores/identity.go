package stores

// Choice says which AWS credentials are used.
type Choice string

const (
	Auto         Choice = "auto"     // as the chain, but claimed keys come after an identity of the pod
	IdentityOnly Choice = "identity" // no keys of the environment
	KeysFirst    Choice = "keys"     // the keys of the environment, as the SDK alone would
)

// Choices lists the values of a Choice.
var Choices = []string{string(Auto), string(IdentityOnly), string(KeysFirst)}

// Identity is what a process would sign its requests to AWS with, as far as its
// environment says.
type Identity struct {
	Kind      Kind
	Variables []string // of the environment that carry it
	Ignored   []string // keys that the SDK alone would have preferred
}

// Kind is a sort of AWS credentials.
type Kind string

const (
	Keys        Kind = "keys of the environment"
	WebIdentity Kind = "web identity"
	Container   Kind = "container credentials"
	Profile     Kind = "profile"
	Given       Kind = "credentials of the caller"
	Elsewhere   Kind = "shared configuration or instance role" // no variable says
)

var (
	keyVariables       = []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
	webVariables       = []string{"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"}
	containerVariables = []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"}
	profileVariables   = []string{"AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}
)

// Identify decides which credentials are used. The SDK's chain puts keys of the
// environment first. Where these are the credentials of an object store, they would be
// sent to AWS, which does not know them, though the pod has an identity of its own.
func (m SecretsManager) Identify() Identity {
	identity := m.withoutKeys()
	if m.Provider != nil || m.Profile != "" || m.Environ["AWS_ACCESS_KEY_ID"] == "" || m.Environ["AWS_SECRET_ACCESS_KEY"] == "" {
		return identity
	}
	ofThePod := identity.Kind == WebIdentity || identity.Kind == Container
	if m.Credentials == IdentityOnly || m.Credentials != KeysFirst && ofThePod && m.claimsKeys() {
		identity.Ignored = keyVariables[:2]
		return identity
	}
	return Identity{Kind: Keys, Variables: keyVariables}
}

// Warning says that keys were passed over which the SDK alone would have used; nil when
// none were, or somebody chose so.
func (i Identity) Warning(m SecretsManager) *Failure {
	if len(i.Ignored) == 0 || m.Credentials == IdentityOnly {
		return nil
	}
	return &Failure{
		CodeAmbiguous, "secrets are fetched with the " + string(i.Kind) + " of the pod, and not with AWS_ACCESS_KEY_ID, which is the object store's by the contract",
		"set FLTS_SECRETSMANAGER_CREDENTIALS=identity if that is meant, or =keys if the keys are AWS's", statusConfig,
	}
}

func (m SecretsManager) withoutKeys() Identity {
	switch {
	case m.Provider != nil:
		return Identity{Kind: Given}
	case m.Profile != "":
		return Identity{Kind: Profile, Variables: profileVariables}
	case m.Environ["AWS_WEB_IDENTITY_TOKEN_FILE"] != "":
		return Identity{Kind: WebIdentity, Variables: webVariables}
	case m.Environ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] != "" || m.Environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] != "":
		return Identity{Kind: Container, Variables: containerVariables}
	case m.Environ["AWS_PROFILE"] != "":
		return Identity{Kind: Profile, Variables: profileVariables}
	}
	return Identity{Kind: Elsewhere}
}

func (m SecretsManager) claimsKeys() bool { return m.Claimed != nil && m.Claimed("AWS_ACCESS_KEY_ID") }
