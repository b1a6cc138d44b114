package doctor

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/jsonvalue"
	"github.com/flts-run/flts-run/internal/secret"
)

// launcherConfigMap configures where the launcher, which starts each task, keeps
// artifacts: https://www.kubeflow.org/docs/components/pipelines/operator-guides/configure-object-store.
const launcherConfigMap = "kfp-launcher"

// launcher is what ConfigMap kfp-launcher says.
type launcher struct {
	root      string // "minio://BUCKET/PATH"
	providers map[string]storeProvider
}

// storeProvider configures the stores of one scheme.
type storeProvider struct {
	Default   *artifactStore  `json:"default"`
	Overrides []artifactStore `json:"overrides"` // for some buckets
}

// artifactStore is one object store.
type artifactStore struct {
	Endpoint    string      `json:"endpoint"`
	DisableSSL  *bool       `json:"disableSSL"`
	BucketName  string      `json:"bucketName"`
	Credentials *storeLogin `json:"credentials"`
}

// storeLogin is where the credentials of a store are.
type storeLogin struct {
	FromEnv   bool         `json:"fromEnv"`
	SecretRef *storeSecret `json:"secretRef"`
}

// storeSecret names keys of a Secret, which must be in the namespace of the run.
type storeSecret struct {
	SecretName   string `json:"secretName"`
	AccessKeyKey string `json:"accessKeyKey"`
	SecretKeyKey string `json:"secretKeyKey"`
	TokenKey     string `json:"tokenKey"` // of gs alone
}

// keys are the keys that it names.
func (r storeSecret) keys() []string {
	if r.TokenKey != "" {
		return []string{r.TokenKey}
	}
	return []string{r.AccessKeyKey, r.SecretKeyKey}
}

// storeSchemes are those that a pipeline root may have and providers are for.
var storeSchemes = []string{"minio", "s3", "gs"}

// defaultPipelineRoot and defaultStoreSecret are what the launcher uses where nothing is configured.
const defaultPipelineRoot = "minio://mlpipeline/v2/artifacts"

var defaultStoreSecret = storeSecret{SecretName: "mlpipeline-minio-artifact", AccessKeyKey: "accesskey", SecretKeyKey: "secretkey"}

// parseLauncher reads the ConfigMap as the launcher does: it knows names in any case,
// and leaves alone what it does not know. problems are what it would stop at.
func parseLauncher(data map[string]string) (l launcher, problems []string) {
	l.root = defaultPipelineRoot
	if root := data["defaultPipelineRoot"]; root != "" {
		l.root = root
	}
	scheme, rest, ok := strings.Cut(l.root, "://")
	switch rest = strings.TrimPrefix(rest, "/"); {
	case !ok || !slices.Contains(storeSchemes, scheme):
		problems = append(problems, fmt.Sprintf("defaultPipelineRoot %q begins with none of minio://, s3://, gs://", l.shownRoot()))
	case rest == "" || strings.ContainsRune("/?", rune(rest[0])):
		problems = append(problems, fmt.Sprintf("defaultPipelineRoot %q names no bucket", l.shownRoot()))
	}
	if strings.TrimSpace(data["providers"]) == "" {
		return l, problems
	}
	tree, err := jsonvalue.Reader{File: "providers"}.One([]byte(data["providers"]))
	if err != nil {
		return l, append(problems, err.Error())
	}
	l.providers, err = providersOf(tree)
	if err != nil {
		return l, append(problems, err.Error())
	}
	for _, scheme := range storeSchemes {
		problems = append(problems, l.providers[scheme].problems("providers."+scheme, scheme)...)
	}
	if len(l.providers) == 0 {
		problems = append(problems, "providers has none of minio, s3, gs")
	}
	return l, problems
}

// providersOf gives the tree its types.
func providersOf(tree any) (map[string]storeProvider, error) {
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, errors.New("providers cannot be read")
	}
	var all struct {
		Minio *storeProvider `json:"minio"`
		S3    *storeProvider `json:"s3"`
		GS    *storeProvider `json:"gs"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		if typed, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && typed.Field != "" {
			return nil, fmt.Errorf("providers.%s is a %s, which it must not be", typed.Field, typed.Value)
		}
		return nil, errors.New("providers is no mapping")
	}
	found := map[string]storeProvider{}
	for scheme, p := range map[string]*storeProvider{"minio": all.Minio, "s3": all.S3, "gs": all.GS} {
		if p != nil {
			found[scheme] = *p
		}
	}
	return found, nil
}

// problems are what the launcher stops at. at is where it stands.
func (p storeProvider) problems(at, scheme string) []string {
	if p.Default == nil && p.Overrides == nil {
		return nil // as if it were not there
	}
	if p.Default == nil {
		p.Default = &artifactStore{}
	}
	problems := p.Default.problems(at+".default", scheme)
	for i, o := range p.Overrides {
		problems = append(problems, o.problems(fmt.Sprintf("%s.overrides[%d]", at, i), scheme)...)
	}
	return problems
}

func (s artifactStore) problems(at, scheme string) []string {
	switch {
	case s.Credentials == nil:
		return []string{at + " has no credentials"}
	case s.Credentials.FromEnv:
		return nil
	case s.Credentials.SecretRef == nil:
		return []string{at + ".credentials has neither fromEnv: true nor a secretRef"}
	}
	ref := s.Credentials.SecretRef
	wanted := []struct{ name, value string }{{"secretName", ref.SecretName}, {"accessKeyKey", ref.AccessKeyKey}, {"secretKeyKey", ref.SecretKeyKey}}
	if scheme == "gs" {
		wanted = []struct{ name, value string }{{"secretName", ref.SecretName}, {"tokenKey", ref.TokenKey}}
	}
	var problems []string
	for _, w := range wanted {
		if w.value == "" {
			problems = append(problems, at+".credentials.secretRef has no "+w.name)
		}
	}
	return problems
}

// shownRoot and shownEndpoint leave out what may be a login.
func (l launcher) shownRoot() string { return secret.Address(l.root).String() }

func (l launcher) shownEndpoint() string { return secret.Address(l.endpoint()).String() }

// scheme is that of the artifacts of a run that says nothing about it.
func (l launcher) scheme() string {
	scheme, _, _ := strings.Cut(l.root, "://")
	return scheme
}

// isDefault reports that artifacts go to the store that KFP brings.
func (l launcher) isDefault() bool {
	p := l.providers[l.scheme()]
	return l.scheme() == "minio" && p.Default == nil && p.Overrides == nil
}

// endpoint is that of the store of such a run, "" where that is KFP's own or a cloud's.
func (l launcher) endpoint() string {
	if p := l.providers[l.scheme()]; p.Default != nil {
		return p.Default.Endpoint
	}
	return ""
}

// refs are the Secrets that the launcher reads, whichever store a run uses, in the order
// of the file.
func (l launcher) refs() []storeSecret {
	var all []storeSecret
	if l.isDefault() {
		all = append(all, defaultStoreSecret)
	}
	for _, scheme := range storeSchemes {
		p := l.providers[scheme]
		stores := p.Overrides
		if p.Default != nil {
			stores = append([]artifactStore{*p.Default}, stores...)
		}
		for _, s := range stores {
			if c := s.Credentials; c != nil && !c.FromEnv && c.SecretRef != nil {
				all = append(all, *c.SecretRef)
			}
		}
	}
	return all
}
