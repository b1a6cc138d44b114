package doctor

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/constants"
	"github.com/flts-run/flts-run/resolve"
)

// keysOfTask is what a task gets of the contract.
type keysOfTask struct {
	from   map[string]string // by key: "parameter gateway_url", "ConfigMap flts-config"
	unseen error             // why a mounted object could not be looked at
}

// keysOf follows every way on which a value reaches a task, the strongest first. That it
// is there in the cluster is another check's matter, but for what is mounted: which keys
// that has is written nowhere else.
func (d *Doctor) keysOf(ctx context.Context, t pipeline.Task) keysOfTask {
	got := keysOfTask{from: map[string]string{}}
	add := func(k *resolve.Key, from string) {
		if k != nil && got.from[k.Name] == "" {
			got.from[k.Name] = from
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Inputs)) {
		s := t.Inputs[name]
		if s.HasValue && s.Value == "" {
			continue // not given, and the next place counts
		}
		switch {
		case s.Parameter != "":
			add(d.Contract.KeyForParam(name), "parameter "+s.Parameter)
		case s.Task != "":
			add(d.Contract.KeyForParam(name), "task "+s.Task)
		default:
			add(d.Contract.KeyForParam(name), "the pipeline itself")
		}
	}
	for _, v := range t.Injected.Variables {
		if v.Field == "" {
			add(constants.KeyOfVariable(d.Contract, v.Name), v.Kind+" "+v.Object.Name.Text())
		}
	}
	for name, value := range t.Environ {
		if value != "" {
			add(constants.KeyOfVariable(d.Contract, name), "the pipeline itself")
		}
	}
	for _, v := range t.Injected.Volumes {
		if !isReadFrom(v, t) {
			continue
		}
		keys, err := d.keysIn(ctx, v.Object)
		if err != nil && !absent(err) && got.unseen == nil {
			got.unseen = err
		}
		for _, k := range keys {
			add(k, v.Kind+" "+v.Name.Text())
		}
	}
	if t.StartsWithRunner() {
		d.addDefaults(ctx, &got)
	}
	return got
}

// isReadFrom reports whether flts-run reads the volume.
func isReadFrom(v pipeline.Volume, t pipeline.Task) bool {
	dir := map[string]string{pipeline.ConfigMap: configDir, pipeline.Secret: secretDir}[v.Kind]
	if other := t.Environ[map[string]string{pipeline.ConfigMap: "FLTS_CONFIG_DIR", pipeline.Secret: "FLTS_SECRET_DIR"}[v.Kind]]; other != "" {
		dir = other
	}
	return strings.TrimSuffix(v.Path, "/") == strings.TrimSuffix(dir, "/")
}

// keysIn are the keys of the contract that an object has.
func (d *Doctor) keysIn(ctx context.Context, o pipeline.Object) ([]*resolve.Key, error) {
	data, err := d.dataOf(ctx, o)
	if err != nil {
		return nil, err
	}
	var keys []*resolve.Key
	for name, value := range data {
		if k := d.Contract.KeyFor(name); k != nil && len(value) > 0 {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// dataOf reads what an object holds that a pipeline names. One whose name only a run
// knows holds nothing that can be seen.
func (d *Doctor) dataOf(ctx context.Context, o pipeline.Object) (map[string][]byte, error) {
	if o.Name.Text() == "" {
		return nil, nil
	}
	namespace, _ := d.kfpRuns(ctx)
	if o.Kind == pipeline.ConfigMap {
		config, err := d.view.ConfigMap(ctx, namespace, o.Name.Text())
		if err != nil {
			return nil, err
		}
		return texts(config), nil
	}
	secret, err := d.view.Secret(ctx, namespace, o.Name.Text())
	if err != nil {
		return nil, err
	}
	for name, value := range secret.Data {
		d.Learn(name, string(value))
	}
	return secret.Data, nil
}

// addDefaults adds the contract's own values, as far as the cluster says nothing else: a
// task that misses what the ConfigMap says would go to the wrong server.
func (d *Doctor) addDefaults(ctx context.Context, got *keysOfTask) {
	r := d.configuration(ctx)
	if err := r.configErr; err != nil && !absent(err) {
		got.unseen = cmp.Or(got.unseen, err)
		return
	}
	for _, k := range r.Keys {
		if k.Set && k.IsBuiltin() && !k.Key.Sensitive && got.from[k.Key.Name] == "" {
			got.from[k.Key.Name] = "the contract's default"
		}
	}
}
