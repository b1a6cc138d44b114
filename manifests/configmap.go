package manifests

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// appEnvName is the one variable that is no key: it is read before any of them.
const appEnvName = "APP_ENV"

// configData are the values of the ConfigMap: of every key that has one and is not
// sensitive, defaults too, so that a reader finds all of them in one place.
func (b *builder) configData() map[string]string {
	data := map[string]string{}
	if env := b.Values.AppEnv; env != "" {
		data[appEnvName] = string(env)
	}
	for _, k := range b.Values.Keys {
		switch {
		case k.Key.Sensitive || !k.Set:
		case k.Value.Hidden():
			b.fault(fmt.Sprintf("%s (%s) holds a login or a query, and a ConfigMap is for everybody to read", k.Key.Name, k.Origin()),
				"leave that part out of "+k.Key.Name+" and give it by a sensitive key: flts-run config lists them")
		default:
			data[k.Key.Name] = k.Value.Reveal()
		}
	}
	return data
}

func (b *builder) addConfigMap(data map[string]string) {
	c := &corev1.ConfigMap{TypeMeta: typeMeta("v1", "ConfigMap"), ObjectMeta: b.versioned(b.made.ConfigMap, digest(data)), Data: data}
	if b.Immutable {
		c.Immutable = &b.Immutable
	}
	o := Object{Part: ConfigMaps, Kind: c.Kind, Name: c.Name, Keys: slices.Sorted(maps.Keys(data)), Bytes: bytesOf(data)}
	b.judgeSize(o, data)
	b.add(o, c, comments{})
}
