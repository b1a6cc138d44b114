package doctor

import (
	"context"
	"maps"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/resolve"
)

// configuration is what a component gets that reads the ConfigMap and the Secret by
// envFrom, made when the first check asks for it.
type configuration struct {
	once sync.Once
	resolved
}

type resolved struct {
	*resolve.Resolution
	// secretErr and configErr say that an object could not be seen; that it does not
	// exist is NotFound. What follows from its absence is then not known.
	configErr, secretErr error
	config               *corev1.ConfigMap
	secret               *corev1.Secret

	// appEnv is what the ConfigMap says in APP_ENV, and appEnvErr why that is no value.
	appEnv    string
	appEnvErr error
	// configOthers and secretOthers are names in the objects that the contract does not
	// know, sorted.
	configOthers, secretOthers []string
}

// configuration resolves the contract from the two objects and the contract's defaults.
// It reads the values of the Secret.
func (d *Doctor) configuration(ctx context.Context) *resolved {
	d.read.once.Do(func() {
		r := &d.read.resolved
		r.secret, r.secretErr = d.view.Secret(ctx, d.Namespace, d.Secret)
		if r.secretErr == nil {
			for name, value := range r.secret.Data {
				d.Learn(name, string(value))
			}
		}
		d.resolve(ctx, r)
	})
	return &d.read.resolved
}

// plainConfiguration is that without the Secret, for what the ConfigMap alone decides:
// nobody reads a Secret for that.
func (d *Doctor) plainConfiguration(ctx context.Context) *resolved {
	d.plain.once.Do(func() { d.resolve(ctx, &d.plain.resolved) })
	return &d.plain.resolved
}

// appEnv is that of the runs: as somebody said, or as the ConfigMap says. Where there is
// none, or one that is not known, it is "", which is a finding of policy.environment.
func (d *Doctor) appEnv(ctx context.Context) (resolve.AppEnv, error) {
	if d.AppEnv != "" {
		return d.AppEnv, nil
	}
	r := d.plainConfiguration(ctx)
	if r.configErr != nil && !absent(r.configErr) {
		return "", r.configErr
	}
	return r.AppEnv, nil
}

// resolve reads the ConfigMap, and resolves the contract from it and from the Secret that
// was read before.
func (d *Doctor) resolve(ctx context.Context, r *resolved) {
	var sources []resolve.Source
	variables := map[string]string{}
	appEnv := d.AppEnv
	r.config, r.configErr = d.view.ConfigMap(ctx, d.Namespace, d.ConfigMap)
	if r.configErr == nil {
		d.learnFrom(r.config)
		s := resolve.ReadObject(d.Contract, "ConfigMap "+d.ConfigMap, resolve.ConfigMap, inEnvironment(r.config))
		r.configOthers, r.appEnv = s.Others, s.AppEnv.Text.Reveal()
		var given resolve.AppEnv
		if given, r.appEnvErr = resolve.ParseAppEnv(r.appEnv); appEnv == "" {
			appEnv = given
		}
		sources = append(sources, s)
		maps.Copy(variables, r.config.Data)
	}
	if r.secret != nil && r.secretErr == nil {
		s := resolve.ReadObject(d.Contract, "Secret "+d.Secret, resolve.Secret, r.secret.Data)
		r.secretOthers = s.Others
		sources = append(sources, s)
		for name, value := range r.secret.Data {
			variables[name] = string(value)
		}
	}
	r.Resolution = resolve.Resolve(resolve.Input{
		Contract: d.Contract, Sources: sources, AppEnv: appEnv, Namespace: d.defaultsNamespace(),
		InPod: true, PodNamespace: d.Namespace, Variables: variables,
	})
}

// unseen is why one of the objects could not be looked at, nil when both were, or are not
// there.
func (r *resolved) unseen() error {
	for _, err := range []error{r.configErr, r.secretErr} {
		if err != nil && !absent(err) {
			return err
		}
	}
	return nil
}

// layer is where the value of a key comes from, 0 when it has none.
func (r *resolved) layer(key string) resolve.Layer {
	k := r.Get(key)
	if k == nil || k.Winner < 0 {
		return 0
	}
	return k.Candidates[k.Winner].Layer
}

// learnFrom tells the values of a ConfigMap that should not be in one.
func (d *Doctor) learnFrom(c *corev1.ConfigMap) {
	for name, value := range texts(c) {
		if k := d.Contract.KeyFor(name); k != nil && k.Sensitive || form.IsSecretName(name) || form.HoldsSecret(string(value)) {
			d.Learn(name, string(value))
		}
	}
}

// defaultsNamespace is that of default endpoints; "" leaves it to the contract.
func (d *Doctor) defaultsNamespace() string {
	if d.Contract.FromPod {
		return d.Namespace
	}
	return ""
}

// inEnvironment are the values that envFrom gives to a process: it leaves binaryData out.
func inEnvironment(c *corev1.ConfigMap) map[string][]byte {
	all := map[string][]byte{}
	for name, text := range c.Data {
		all[name] = []byte(text)
	}
	return all
}

// texts are the values of a ConfigMap, of both kinds.
func texts(c *corev1.ConfigMap) map[string][]byte {
	all := inEnvironment(c)
	maps.Copy(all, c.BinaryData)
	return all
}

// names are the keys of an object, sorted.
func names[V any](data map[string]V) []string { return slices.Sorted(maps.Keys(data)) }

// absent reports an object that is not there, as opposed to one that was not seen.
func absent(err error) bool { return cluster.Is(err, cluster.NotFound) }
