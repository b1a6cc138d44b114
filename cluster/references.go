package cluster

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Kind is what a pod spec may take configuration from.
type Kind string

// The kinds.
const (
	ConfigMap Kind = "ConfigMap"
	Secret    Kind = "Secret"
)

// Way is how a pod spec takes it.
type Way int

// The ways.
const (
	Env     Way = iota // one variable from one key
	EnvFrom            // a variable for every key
	Volumes            // files of a volume
	Pull               // the login to a registry of images
	Driver             // the login of a volume's driver
)

// Reference is one place of a pod spec that names a ConfigMap or a Secret. What is not
// of its Way is empty.
type Reference struct {
	Kind     Kind
	Name     string
	Optional bool // the pod starts without it
	Way      Way

	// Container is who reads it; "" is the pod itself, or a volume that no container
	// mounts, which the kubelet leaves alone.
	Container string

	Key      string // Env: the key
	Variable string // Env: the name that it gets
	Prefix   string // EnvFrom: what stands before each key

	Volume  string             // Volumes, Driver: the name of the volume
	Path    string             // Volumes: where it is mounted
	SubPath string             // Volumes: the one file or directory of it that is mounted
	Items   []corev1.KeyToPath // Volumes: what becomes of which key; nil is all of them
	Mode    *int32             // Volumes: the mode of files whose item gives none; nil is 0644
}

// Keys are the keys that must be there; none is any, or all.
func (r Reference) Keys() []string {
	if r.Way == Env {
		return []string{r.Key}
	}
	var keys []string
	for _, item := range r.Items {
		keys = append(keys, item.Key)
	}
	return keys
}

// Read are the keys whose values the container has; none is all.
func (r Reference) Read() []string {
	if r.Way != Volumes || r.SubPath == "" {
		return r.Keys()
	}
	if r.Items == nil {
		return []string{r.SubPath}
	}
	var keys []string
	for _, item := range r.Items {
		if item.Path == r.SubPath || strings.HasPrefix(item.Path, r.SubPath+"/") {
			keys = append(keys, item.Key)
		}
	}
	return keys
}

// Fixed reports whether what the container got stays as it was at its start.
func (r Reference) Fixed() bool {
	return r.Way == Env || r.Way == EnvFrom || r.Way == Volumes && r.SubPath != ""
}

// Needed reports whether a container does not start without what is referred to.
func (r Reference) Needed() bool {
	return !r.Optional && r.Way != Pull && (r.Container != "" || r.Way == Driver)
}

// Where is the place: "variable MINIO_SECRET_KEY of container main".
func (r Reference) Where() string {
	var what string
	switch r.Way {
	case Env:
		what = "variable " + r.Variable
	case EnvFrom:
		what = "envFrom"
		if r.Prefix != "" {
			what += " with prefix " + r.Prefix
		}
	case Volumes:
		what = "volume " + r.Volume
		if r.Path != "" {
			what += " at " + r.Path
		}
	case Pull:
		what = "imagePullSecrets"
	case Driver:
		what = "the driver of volume " + r.Volume
	}
	if r.Container != "" {
		what += " of container " + r.Container
	}
	return what
}

// References finds every place of a pod spec that names a ConfigMap or a Secret, in
// the order of the containers as they start. Names that a template fills in later, as
// "{{inputs.parameters.name}}", are none.
func References(spec *corev1.PodSpec) []Reference {
	mounts := map[string][]mount{}
	var found []Reference
	for c := range Containers(spec) {
		found = append(found, inEnvironment(c)...)
		for _, m := range c.VolumeMounts {
			mounts[m.Name] = append(mounts[m.Name], mount{c.Name, m.MountPath, cmp.Or(m.SubPath, m.SubPathExpr)})
		}
	}
	for _, v := range spec.Volumes {
		for _, r := range inVolume(v) {
			if r.Way == Driver || len(mounts[v.Name]) == 0 {
				found = append(found, r)
				continue
			}
			for _, m := range mounts[v.Name] {
				r.Container, r.Path, r.SubPath = m.container, m.path, m.subPath
				found = append(found, r)
			}
		}
	}
	for _, s := range spec.ImagePullSecrets {
		found = append(found, Reference{Kind: Secret, Name: s.Name, Way: Pull})
	}
	return slices.DeleteFunc(found, func(r Reference) bool { return r.Name == "" || strings.Contains(r.Name+r.Key, "{{") })
}

// mount is where a container sees a volume.
type mount struct{ container, path, subPath string }

// Containers are all of a pod: those that initialize it, those that work, and those
// that somebody added to look inside.
func Containers(spec *corev1.PodSpec) iter.Seq[*corev1.Container] {
	return func(yield func(*corev1.Container) bool) {
		for i := range spec.InitContainers {
			if !yield(&spec.InitContainers[i]) {
				return
			}
		}
		for i := range spec.Containers {
			if !yield(&spec.Containers[i]) {
				return
			}
		}
		for i := range spec.EphemeralContainers {
			c := corev1.Container(spec.EphemeralContainers[i].EphemeralContainerCommon)
			if !yield(&c) {
				return
			}
		}
	}
}

func inEnvironment(c *corev1.Container) []Reference {
	var found []Reference
	for _, from := range c.EnvFrom {
		r := Reference{Way: EnvFrom, Container: c.Name, Prefix: from.Prefix}
		if m := from.ConfigMapRef; m != nil {
			r.Kind, r.Name, r.Optional = ConfigMap, m.Name, isTrue(m.Optional)
			found = append(found, r)
		}
		if s := from.SecretRef; s != nil {
			r.Kind, r.Name, r.Optional = Secret, s.Name, isTrue(s.Optional)
			found = append(found, r)
		}
	}
	for _, e := range c.Env {
		if e.ValueFrom == nil {
			continue
		}
		r := Reference{Way: Env, Container: c.Name, Variable: e.Name}
		if m := e.ValueFrom.ConfigMapKeyRef; m != nil {
			r.Kind, r.Name, r.Key, r.Optional = ConfigMap, m.Name, m.Key, isTrue(m.Optional)
			found = append(found, r)
		}
		if s := e.ValueFrom.SecretKeyRef; s != nil {
			r.Kind, r.Name, r.Key, r.Optional = Secret, s.Name, s.Key, isTrue(s.Optional)
			found = append(found, r)
		}
	}
	return found
}

func inVolume(v corev1.Volume) []Reference {
	var found []Reference
	if m := v.ConfigMap; m != nil {
		found = append(found, Reference{Kind: ConfigMap, Name: m.Name, Optional: isTrue(m.Optional), Way: Volumes, Volume: v.Name, Items: m.Items, Mode: m.DefaultMode})
	}
	if s := v.Secret; s != nil {
		found = append(found, Reference{Kind: Secret, Name: s.SecretName, Optional: isTrue(s.Optional), Way: Volumes, Volume: v.Name, Items: s.Items, Mode: s.DefaultMode})
	}
	if p := v.Projected; p != nil {
		for _, source := range p.Sources {
			if m := source.ConfigMap; m != nil {
				found = append(found, Reference{Kind: ConfigMap, Name: m.Name, Optional: isTrue(m.Optional), Way: Volumes, Volume: v.Name, Items: m.Items, Mode: p.DefaultMode})
			}
			if s := source.Secret; s != nil {
				found = append(found, Reference{Kind: Secret, Name: s.Name, Optional: isTrue(s.Optional), Way: Volumes, Volume: v.Name, Items: s.Items, Mode: p.DefaultMode})
			}
		}
	}
	if name := ofDriver(v.VolumeSource); name != "" {
		found = append(found, Reference{Kind: Secret, Name: name, Way: Driver, Volume: v.Name})
	}
	return found
}

// ofDriver is the Secret of this namespace that the driver of a volume logs in with.
func ofDriver(v corev1.VolumeSource) string {
	nameOf := func(r *corev1.LocalObjectReference) string {
		if r == nil {
			return ""
		}
		return r.Name
	}
	switch {
	case v.AzureFile != nil:
		return v.AzureFile.SecretName
	case v.CephFS != nil:
		return nameOf(v.CephFS.SecretRef)
	case v.Cinder != nil:
		return nameOf(v.Cinder.SecretRef)
	case v.CSI != nil:
		return nameOf(v.CSI.NodePublishSecretRef)
	case v.FlexVolume != nil:
		return nameOf(v.FlexVolume.SecretRef)
	case v.ISCSI != nil:
		return nameOf(v.ISCSI.SecretRef)
	case v.RBD != nil:
		return nameOf(v.RBD.SecretRef)
	case v.ScaleIO != nil:
		return nameOf(v.ScaleIO.SecretRef)
	case v.StorageOS != nil:
		return nameOf(v.StorageOS.SecretRef)
	}
	return ""
}

func isTrue(b *bool) bool { return b != nil && *b }

// Object is what is referred to: "Secret flts-secrets".
func (r Reference) Object() string { return string(r.Kind) + " " + r.Name }
