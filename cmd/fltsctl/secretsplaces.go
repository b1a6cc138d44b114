package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/places"
	"github.com/flts-run/flts-run/resolve"
)

// inventory is what was found: the places, and the keys with theirs.
type inventory struct {
	contract *resolve.Contract
	appEnv   resolve.AppEnv
	sources  places.Sources
	places   []place
	keys     []keyPlace
}

// States of a place.
const (
	placeThere    = "there"
	placeMissing  = "not there"
	placeUnseen   = "not seen" // it refused the credentials, was not reached, or cannot be read
	placeUnusable = "unusable" // it is there, and nobody can use it
	placeNotAsked = "not asked"
)

// place is somewhere that keys may be, as it is shown.
type place struct {
	Name     string    `json:"name"`
	State    string    `json:"state"`
	Version  string    `json:"version,omitempty"`
	Stages   []string  `json:"stages,omitempty"`
	Created  time.Time `json:"created,omitzero"`
	Changed  time.Time `json:"changed,omitzero"`
	Rotates  bool      `json:"rotation_enabled,omitempty"`
	Rotated  time.Time `json:"last_rotation,omitzero"`
	Rotation time.Time `json:"next_rotation,omitzero"`
	Reason   string    `json:"reason,omitempty"` // why it is in no other state
	Code     string    `json:"code,omitempty"`
	Hint     string    `json:"hint,omitempty"`
}

// notSeen is the error of a key whose place did not let us look: it may be there.
type notSeen struct{ status int }

func (*notSeen) Error() string { return "its place was not seen" }

// cluster looks at the ConfigMap and at the Secret.
func (l search) cluster(ctx context.Context, found *inventory) {
	found.sources = places.Sources{}
	if l.view == nil {
		return
	}
	name := "ConfigMap " + l.configMap
	config, err := l.view.ConfigMap(ctx, l.namespace, l.configMap)
	data := map[string][]byte{}
	if err == nil {
		for key, text := range config.Data {
			data[key] = []byte(text)
		}
	}
	src := found.object(l, name, resolve.ConfigMap, data, &config.ObjectMeta, err)
	found.sources.Put(places.ConfigMapDir, src)
	if found.appEnv == "" {
		found.appEnv, _ = resolve.ParseAppEnv(src.AppEnv.Text.Reveal()) // doctor says what is wrong with it
	}
	secret, err := l.view.Secret(ctx, l.namespace, l.secret)
	found.sources.Put(places.SecretDir, found.object(l, "Secret "+l.secret, resolve.Secret, dataOf(secret, err), &secret.ObjectMeta, err))
}

func dataOf(s *corev1.Secret, err error) map[string][]byte {
	if err != nil {
		return nil
	}
	return s.Data
}

// object notes an object of the cluster, and makes the source of its keys.
func (i *inventory) object(l search, name string, layer resolve.Layer, data map[string][]byte, meta *metav1.ObjectMeta, err error) resolve.Source {
	p := place{Name: name, State: placeThere}
	switch {
	case cluster.Is(err, cluster.NotFound):
		p.State, p.Reason = placeMissing, err.Error()
	case err != nil:
		p.State, p.Reason, p.Hint = placeUnseen, err.Error(), "kubectl -n "+l.namespace+" auth can-i get "+map[resolve.Layer]string{resolve.ConfigMap: "configmaps", resolve.Secret: "secrets"}[layer]
		i.places = append(i.places, p)
		return l.unseenObject(name, layer, err)
	default:
		p.Created, p.Changed = meta.CreationTimestamp.Time, lastChange(meta)
		for key, value := range data {
			if k := l.contract.KeyFor(key); layer == resolve.Secret || k != nil && k.Sensitive {
				l.learn(key, string(value))
			}
		}
	}
	i.places = append(i.places, p)
	return resolve.ReadObject(l.contract, name, layer, data)
}

// lastChange is the last change of an object that its managers have noted, or its
// creation.
func lastChange(meta *metav1.ObjectMeta) time.Time {
	last := meta.CreationTimestamp.Time
	for _, m := range meta.ManagedFields {
		if m.Time != nil && m.Time.After(last) {
			last = m.Time.Time
		}
	}
	return last
}

// unseenObject is the source of an object that may have every key which belongs there.
func (l search) unseenObject(name string, layer resolve.Layer, err error) resolve.Source {
	status := statusUnusable
	if cluster.Is(err, cluster.Denied) || cluster.Is(err, cluster.Unauthorized) {
		status = statusRefused
	}
	src := resolve.Source{Name: name, Layer: layer, Values: map[string]resolve.Value{}}
	for _, k := range l.contract.Keys {
		if k.Sensitive == (layer == resolve.Secret) {
			src.Values[k.Name] = resolve.Value{Err: &notSeen{status}}
		}
	}
	return src
}

// files looks at the files of a Vault agent and at .env, which is there for development
// alone.
func (l search) files(found *inventory) {
	if l.vaultDir != "" {
		list, err := resolve.ReadVault(l.contract, l.vaultDir)
		found.file("vault "+l.vaultDir, err)
		found.sources.Put(places.VaultFiles, l.learned(list)...)
	}
	if found.appEnv != resolve.Dev {
		return
	}
	src, err := contractPlaces{envFile: l.envFile}.readDotenv(l.contract)
	if err == nil && src.Values == nil {
		err = fs.ErrNotExist
	}
	found.file("env-file "+l.envFile, err)
	found.sources.Put(places.DotenvFile, l.learned([]resolve.Source{src})...)
}

func (l search) learned(list []resolve.Source) []resolve.Source {
	for _, src := range list {
		for name, v := range src.Values {
			if k := l.contract.KeyFor(name); k != nil && k.Sensitive {
				l.learn(name, v.Text.Reveal())
			}
		}
	}
	return list
}

// file notes a place on this machine.
func (i *inventory) file(name string, err error) {
	p := place{Name: name, State: placeThere}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.State = placeMissing
	case errors.Is(err, fs.ErrPermission):
		p.State, p.Reason = placeUnseen, "may not be read"
	case err != nil:
		p.State, p.Reason = placeUnseen, err.Error()
	default:
		_, path, _ := strings.Cut(name, " ")
		if info, err := os.Stat(path); err == nil {
			p.Changed = info.ModTime()
		}
	}
	i.places = append(i.places, p)
}
