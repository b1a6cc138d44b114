package cluster

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/internal/secret"
)

// Environment is what the kubelet would put into a container that it starts now, apart
// from what the image sets. It is computed: a container that runs has what there was
// when it was started.
type Environment struct {
	Variables []EnvVar  // sorted by name
	Missing   []Missing // what is named and not there: the kubelet does not start the container
	Unseen    []Unseen  // what may hold any variables, and could not be seen
}

// EnvVar is one variable of a container.
type EnvVar struct {
	Name   string
	Value  secret.String // nothing of it is shown, wherever it comes from
	Origin Origin
	Reads  []Origin // the keys of ConfigMaps and Secrets whose data is in it, by $(NAME) too
	// Err says why the value is not known: a *Fault or a *NotKnown.
	Err error

	rank int // what is set with a higher one wins
}

// Missing is a reference that leads nowhere.
type Missing struct {
	Origin Origin
	Where  string // in the spec: "env MINIO_SECRET_KEY", "volume config"
}

// Unseen is something whose variables are not known, not even their names.
type Unseen struct {
	Origin Origin
	Prefix string // that all of them have
	Err    error

	rank int
	link bool // they have the names of a Service's variables
}

// Of returns the variable of that name.
func (e *Environment) Of(name string) (EnvVar, bool) {
	i, found := slices.BinarySearchFunc(e.Variables, name, func(v EnvVar, name string) int { return strings.Compare(v.Name, name) })
	if !found {
		return EnvVar{}, false
	}
	return e.Variables[i], true
}

// May returns what could not be seen and would set the variable, or set it otherwise,
// if it had it.
func (e *Environment) May(name string) (Unseen, bool) {
	known, have := e.Of(name)
	return mayOf(e.Unseen, name, known, have)
}

func mayOf(unseen []Unseen, name string, known EnvVar, have bool) (Unseen, bool) {
	for _, u := range slices.Backward(unseen) {
		if strings.HasPrefix(name, u.Prefix) && (!u.link || isLinkName(name)) && (!have || known.rank < u.rank) {
			return u, true
		}
	}
	return Unseen{}, false
}

// Environment computes that of a container of the pod, by the rules of the kubelet:
// the Services of the namespace, above them envFrom in its order, above that env, in
// which $(NAME) stands for what was set so far.
func (v *View) Environment(ctx context.Context, pod *corev1.Pod, c *corev1.Container) Environment {
	b := environment{view: v, pod: pod, container: c, set: map[string]EnvVar{}}
	b.links, b.unseen = v.serviceLinks(ctx, pod, c)
	for i, from := range c.EnvFrom {
		b.envFrom(ctx, i+1, from)
	}
	for _, item := range c.Env {
		b.env(ctx, len(c.EnvFrom)+1, item)
	}
	for name, link := range b.links {
		if _, have := b.set[name]; !have {
			b.set[name] = link
		}
	}
	all := slices.SortedFunc(maps.Values(b.set), func(a, b EnvVar) int { return strings.Compare(a.Name, b.Name) })
	return Environment{Variables: all, Missing: b.missing, Unseen: b.unseen}
}

// environment is one that is being put together.
type environment struct {
	view      *View
	pod       *corev1.Pod
	container *corev1.Container

	links   map[string]EnvVar
	set     map[string]EnvVar
	missing []Missing
	unseen  []Unseen
}

// envFrom takes all keys of an object. Names that no shell could write are taken too,
// as the kubelet does since 1.34; before, it left out those that begin with a digit.
func (b *environment) envFrom(ctx context.Context, rank int, from corev1.EnvFromSource) {
	origin, optional := Origin{}, false
	switch {
	case from.ConfigMapRef != nil:
		origin, optional = Origin{Kind: ConfigMapKind, Name: from.ConfigMapRef.Name}, isOptional(from.ConfigMapRef.Optional)
	case from.SecretRef != nil:
		origin, optional = Origin{Kind: SecretKind, Name: from.SecretRef.Name}, isOptional(from.SecretRef.Optional)
	default:
		return
	}
	data, err := b.view.texts(ctx, b.pod.Namespace, origin)
	switch {
	case Is(err, NotFound) && optional:
	case Is(err, NotFound):
		b.missing = append(b.missing, Missing{origin, "envFrom"})
	case err != nil:
		b.unseen = append(b.unseen, Unseen{Origin: origin, Prefix: from.Prefix, Err: err, rank: rank})
	}
	for key, text := range data {
		origin.Key = key
		name := from.Prefix + key
		b.set[name] = EnvVar{Name: name, Value: secret.New(text), Origin: origin, Reads: []Origin{origin}, rank: rank}
	}
}

// env sets one variable that the spec names.
func (b *environment) env(ctx context.Context, rank int, item corev1.EnvVar) {
	v := EnvVar{Name: item.Name, Origin: Origin{Kind: SpecKind}, rank: rank}
	from := item.ValueFrom
	switch {
	case item.Value != "" || from == nil:
		text, uses, err := expand(item.Value, b.lookup)
		v.Value, v.Reads, v.Err = secret.New(text), uses, err
	case from.FieldRef != nil:
		v.Origin = Origin{Kind: FieldKind, Name: from.FieldRef.FieldPath}
		text, err := podField(b.pod, from.FieldRef.FieldPath)
		v.Value, v.Err = secret.New(text), err
	case from.ResourceFieldRef != nil:
		v.Origin = Origin{Kind: ResourceKind, Name: from.ResourceFieldRef.Resource}
		text, err := resourceField(b.pod, b.container.Name, from.ResourceFieldRef)
		v.Value, v.Err = secret.New(text), err
	case from.ConfigMapKeyRef != nil:
		r := from.ConfigMapKeyRef
		if !b.keyRef(ctx, &v, Origin{ConfigMapKind, r.Name, r.Key}, isOptional(r.Optional)) {
			return
		}
	case from.SecretKeyRef != nil:
		r := from.SecretKeyRef
		if !b.keyRef(ctx, &v, Origin{SecretKind, r.Name, r.Key}, isOptional(r.Optional)) {
			return
		}
	default:
		v.Err = &NotKnown{"it comes from a file that another container writes"}
	}
	b.set[item.Name] = v
}

// keyRef reads one key of an object. False leaves the variable as it was before.
func (b *environment) keyRef(ctx context.Context, v *EnvVar, origin Origin, optional bool) bool {
	data, err := b.view.texts(ctx, b.pod.Namespace, origin)
	text, have := data[origin.Key]
	v.Origin, v.Reads, v.Value = origin, []Origin{origin}, secret.New(text)
	switch {
	case err != nil && !Is(err, NotFound):
		v.Err = err
	case !have && !optional:
		b.missing = append(b.missing, Missing{origin, "env " + v.Name})
		return false
	}
	return have || v.Err != nil
}

// lookup is what $(NAME) stands for.
func (b *environment) lookup(name string) (EnvVar, bool) {
	known, have := b.set[name]
	if !have {
		known, have = b.links[name]
	}
	if u, may := mayOf(b.unseen, name, known, have); may {
		return EnvVar{Err: u.Err}, true
	}
	return known, have
}

// texts are the values of an object as variables get them: of a ConfigMap, without
// binaryData.
func (v *View) texts(ctx context.Context, namespace string, o Origin) (map[string]string, error) {
	if o.Kind == ConfigMapKind {
		c, err := v.ConfigMap(ctx, namespace, o.Name)
		if err != nil {
			return nil, err
		}
		return c.Data, nil
	}
	s, err := v.Secret(ctx, namespace, o.Name)
	if err != nil {
		return nil, err
	}
	all := make(map[string]string, len(s.Data))
	for key, value := range s.Data {
		all[key] = string(value)
	}
	return all, nil
}

// expand replaces $(NAME) as the kubelet does: what is not set stays as it stands, and
// $$ is a dollar.
func expand(text string, lookup func(string) (EnvVar, bool)) (expanded string, reads []Origin, err error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$")
		b.WriteString(before)
		if !found {
			return b.String(), reads, err
		}
		name, after, closed := strings.Cut(strings.TrimPrefix(rest, "("), ")")
		switch {
		case strings.HasPrefix(rest, "$"):
			b.WriteByte('$')
			text = rest[1:]
		case strings.HasPrefix(rest, "(") && closed:
			v, have := lookup(name)
			b.WriteString(v.Value.Reveal())
			if !have {
				b.WriteString("$(" + name + ")")
			}
			reads, err, text = append(reads, v.Reads...), cmp.Or(err, v.Err), after
		default:
			b.WriteByte('$')
			if rest != "" { // the next byte opens nothing, whatever it is
				b.WriteByte(rest[0])
				rest = rest[1:]
			}
			text = rest
		}
	}
}

func isOptional(b *bool) bool { return b != nil && *b }

// Expand replaces $(NAME) in a word of a command, as the kubelet does. It is not known
// where a variable in it is not.
func (e *Environment) Expand(word string) (text string, known bool) {
	text, _, err := expand(word, func(name string) (EnvVar, bool) {
		v, have := e.Of(name)
		if u, may := mayOf(e.Unseen, name, v, have); may {
			return EnvVar{Err: u.Err}, true
		}
		return v, have
	})
	return text, err == nil
}
