package manifests

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Store is where the External Secrets Operator takes the values from.
type Store struct {
	Kind   string // SecretStore, or ClusterSecretStore
	Name   string
	Remote string // the name of the secret there, one property of which is each key
}

// externalSecret is an ExternalSecret of external-secrets.io/v1, as far as we write it.
type externalSecret struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              externalSecretSpec `json:"spec"`
}

type externalSecretSpec struct {
	RefreshInterval string           `json:"refreshInterval"`
	SecretStoreRef  storeRef         `json:"secretStoreRef"`
	Target          externalTarget   `json:"target"`
	Data            []externalSource `json:"data"`
}

type storeRef struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

type externalTarget struct {
	Name           string `json:"name"`
	CreationPolicy string `json:"creationPolicy"`
}

type externalSource struct {
	SecretKey string    `json:"secretKey"`
	RemoteRef remoteRef `json:"remoteRef"`
}

type remoteRef struct {
	Key      string `json:"key"`
	Property string `json:"property"`
}

// refreshInterval is how old a value in the cluster becomes after it was rotated.
const refreshInterval = "1h0m0s"

// addExternalSecret names every key by itself: what else the store keeps under that name
// stays there.
func (b *builder) addExternalSecret() {
	e := &externalSecret{
		TypeMeta: typeMeta("external-secrets.io/v1", "ExternalSecret"), ObjectMeta: b.meta(b.made.Secret),
		Spec: externalSecretSpec{
			RefreshInterval: refreshInterval,
			SecretStoreRef:  storeRef{b.Store.Name, b.Store.Kind},
			Target:          externalTarget{b.made.Secret, "Owner"},
		},
	}
	o := Object{Part: Secrets, Kind: e.Kind, Name: e.Name}
	for _, k := range b.secretKeys() {
		e.Spec.Data = append(e.Spec.Data, externalSource{k.Name, remoteRef{b.Store.Remote, k.Name}})
		o.Keys = append(o.Keys, k.Name)
	}
	b.add(o, e, comments{"": "The External Secrets Operator makes Secret " + b.made.Secret + " of it."})
}
