package doctor

import (
	"context"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/cluster"
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
}

// configuration resolves the contract from the two objects and the contract's defaults.
// It reads the values of the Secret.
func (d *Doctor) configuration(ctx context.Context) *resolved {
	d.read.once.Do(func() {
		r := &d.read.resolved
		r.config, r.configErr = d.view.ConfigMap(ctx, d.Namespace, d.ConfigMap)
		r.secret, r.secretErr = d.view.Secret(ctx, d.Namespace, d.Secret)
		var sources []resolve.Source
		appEnv := d.AppEnv
		if r.configErr == nil {
			s := resolve.ReadObject(d.Contract, "ConfigMap "+d.ConfigMap, resolve.ConfigMap, texts(r.config))
			if given, err := resolve.ParseAppEnv(s.AppEnv.Text.Reveal()); appEnv == "" && err == nil {
				appEnv = given
			}
			sources = append(sources, s)
		}
		if r.secretErr == nil {
			for name, value := range r.secret.Data {
				d.Learn(name, string(value))
			}
			sources = append(sources, resolve.ReadObject(d.Contract, "Secret "+d.Secret, resolve.Secret, r.secret.Data))
		}
		r.Resolution = resolve.Resolve(resolve.Input{
			Contract: d.Contract, Sources: sources, AppEnv: appEnv, Namespace: d.defaultsNamespace(),
			InPod: true, PodNamespace: d.Namespace,
		})
	})
	return &d.read.resolved
}

// defaultsNamespace is that of default endpoints; "" leaves it to the contract.
func (d *Doctor) defaultsNamespace() string {
	if d.Contract.FromPod {
		return d.Namespace
	}
	return ""
}

// texts are the values of a ConfigMap, of both kinds.
func texts(c *corev1.ConfigMap) map[string][]byte {
	all := map[string][]byte{}
	for name, text := range c.Data {
		all[name] = []byte(text)
	}
	for name, bytes := range c.BinaryData {
		all[name] = bytes
	}
	return all
}

// absent reports an object that is not there, as opposed to one that was not seen.
func absent(err error) bool { return cluster.Is(err, cluster.NotFound) }
