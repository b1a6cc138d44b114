package cluster

import (
	"context"
	"io/fs"
	"path"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/internal/secret"
)

// content is what the kubelet puts into a volume.
func (v *View) content(ctx context.Context, pod *corev1.Pod, volume corev1.Volume) content {
	b := volumeContent{view: v, pod: pod, content: content{files: map[string]File{}}, where: "volume " + volume.Name}
	switch {
	case volume.ConfigMap != nil:
		s := volume.ConfigMap
		b.mode = s.DefaultMode
		b.object(ctx, Origin{Kind: ConfigMapKind, Name: s.Name}, s.Items, isOptional(s.Optional))
	case volume.Secret != nil:
		s := volume.Secret
		b.mode = s.DefaultMode
		b.object(ctx, Origin{Kind: SecretKind, Name: s.SecretName}, s.Items, isOptional(s.Optional))
	case volume.DownwardAPI != nil:
		b.mode = volume.DownwardAPI.DefaultMode
		b.fields(volume.DownwardAPI.Items)
	case volume.Projected != nil:
		b.mode = volume.Projected.DefaultMode
		for _, s := range volume.Projected.Sources {
			b.projected(ctx, s)
		}
	default:
		b.foreign = true
		b.err = &NotKnown{"volume " + volume.Name + " has what somebody put there"}
	}
	return b.content
}

// authority is what Kubernetes puts into each namespace, and mounts into each pod.
var authority = Origin{Kind: ConfigMapKind, Name: "kube-root-ca.crt"}

// volumeContent is that of a volume that is being put together.
type volumeContent struct {
	content
	view  *View
	pod   *corev1.Pod
	where string
	mode  *int32
}

func (b *volumeContent) projected(ctx context.Context, s corev1.VolumeProjection) {
	switch {
	case s.ConfigMap != nil:
		b.object(ctx, Origin{Kind: ConfigMapKind, Name: s.ConfigMap.Name}, s.ConfigMap.Items, isOptional(s.ConfigMap.Optional))
	case s.Secret != nil:
		b.object(ctx, Origin{Kind: SecretKind, Name: s.Secret.Name}, s.Secret.Items, isOptional(s.Secret.Optional))
	case s.DownwardAPI != nil:
		b.fields(s.DownwardAPI.Items)
	case s.ServiceAccountToken != nil:
		// Its mode depends on the users of all containers.
		b.files[path.Clean(s.ServiceAccountToken.Path)] = File{
			Origin: Origin{Kind: TokenKind, Name: b.pod.Spec.ServiceAccountName}, Err: &NotKnown{"each pod gets a token of its own"},
		}
	default:
		b.err = &NotKnown{b.where + " has certificates that the kubelet is given"}
	}
}

// object takes the keys of a ConfigMap or a Secret, or those that are listed.
func (b *volumeContent) object(ctx context.Context, origin Origin, items []corev1.KeyToPath, optional bool) {
	if origin == authority {
		// Every pod has it, no key of ours is in it, and not everybody may read it.
		b.unseen(origin, items, &NotKnown{"it is the certificate of the cluster"})
		return
	}
	b.origins = append(b.origins, origin)
	data, err := b.view.bytes(ctx, b.pod.Namespace, origin)
	if err != nil && !Is(err, NotFound) {
		b.unseen(origin, items, err)
		return
	}
	if err != nil && !optional {
		b.missing = append(b.missing, Missing{origin, b.where})
		return
	}
	for key, value := range data {
		if len(items) == 0 {
			b.add(key, secret.New(string(value)), nil, Origin{origin.Kind, origin.Name, key}, nil)
		}
	}
	for _, item := range items {
		key := Origin{origin.Kind, origin.Name, item.Key}
		value, have := data[item.Key]
		switch {
		case have:
			b.add(item.Path, secret.New(string(value)), item.Mode, key, nil)
		case !optional:
			b.missing = append(b.missing, Missing{key, b.where})
		}
	}
}

// unseen is an object that could not be read: where its keys are listed, their names
// are known all the same.
func (b *volumeContent) unseen(origin Origin, items []corev1.KeyToPath, err error) {
	if len(items) == 0 {
		b.err = err
	}
	for _, item := range items {
		b.add(item.Path, secret.String{}, item.Mode, Origin{origin.Kind, origin.Name, item.Key}, err)
	}
}

func (b *volumeContent) fields(items []corev1.DownwardAPIVolumeFile) {
	for _, item := range items {
		switch {
		case item.FieldRef != nil:
			text, err := podField(b.pod, item.FieldRef.FieldPath)
			b.add(item.Path, secret.New(text), item.Mode, Origin{Kind: FieldKind, Name: item.FieldRef.FieldPath}, err)
		case item.ResourceFieldRef != nil:
			text, err := resourceField(b.pod, "", item.ResourceFieldRef)
			b.add(item.Path, secret.New(text), item.Mode, Origin{Kind: ResourceKind, Name: item.ResourceFieldRef.Resource}, err)
		}
	}
}

func (b *volumeContent) add(name string, data secret.String, mode *int32, origin Origin, err error) {
	if mode == nil {
		mode = b.mode
	}
	f := File{Data: data, Origin: origin, Err: err}
	if mode != nil {
		f.Mode = fs.FileMode(*mode).Perm()
	}
	if s := b.pod.Spec.SecurityContext; s != nil && s.FSGroup != nil {
		f.Mode |= 0o440 // the kubelet makes the volume readable for that group
	}
	b.files[path.Clean(name)] = f
}

// bytes are the values of an object as files get them.
func (v *View) bytes(ctx context.Context, namespace string, o Origin) (map[string][]byte, error) {
	if o.Kind == SecretKind {
		s, err := v.Secret(ctx, namespace, o.Name)
		if err != nil {
			return nil, err
		}
		return s.Data, nil
	}
	c, err := v.ConfigMap(ctx, namespace, o.Name)
	if err != nil {
		return nil, err
	}
	all := make(map[string][]byte, len(c.Data)+len(c.BinaryData))
	for key, text := range c.Data {
		all[key] = []byte(text)
	}
	for key, value := range c.BinaryData {
		all[key] = value
	}
	return all, nil
}

// Pod reads one pod.
func (v *View) Pod(ctx context.Context, namespace, name string) (*corev1.Pod, error) {
	p := &corev1.Pod{}
	if err := v.API.get(ctx, pods, namespace, name, p); err != nil {
		return nil, err
	}
	return p, nil
}
