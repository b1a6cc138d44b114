package manifests

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// customizations are the files that say what belongs together.
const customizations Kind = "kustomization"

// customization is a Kustomization of kustomize.config.k8s.io/v1beta1, as far as we
// write it.
type customization struct {
	metav1.TypeMeta `json:",inline"`
	Namespace       string            `json:"namespace,omitempty"`
	Labels          []addedLabels     `json:"labels,omitempty"`
	Resources       []string          `json:"resources"`
	Patches         []patch           `json:"patches,omitempty"`
	SecretGenerator []generatedSecret `json:"secretGenerator,omitempty"`
}

type addedLabels struct {
	Pairs map[string]string `json:"pairs"`
}

type patch struct {
	Path    string        `json:"path"`
	Target  *patched      `json:"target,omitempty"`
	Options *patchOptions `json:"options,omitempty"`
}

type patched struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

type patchOptions struct {
	AllowNameChange bool `json:"allowNameChange"`
}

type generatedSecret struct {
	Name    string     `json:"name"`
	Envs    []string   `json:"envs"`
	Options generation `json:"options"`
}

// generation: pipelines name the Secret outside of what kustomize sees, so its name
// stays as it is.
type generation struct {
	DisableNameSuffixHash bool              `json:"disableNameSuffixHash"`
	Labels                map[string]string `json:"labels"`
}
