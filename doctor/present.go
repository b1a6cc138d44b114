package doctor

import (
	"context"
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/cluster"
)

// errKeys is that the keys of an object are not known: its metadata records others
// than it has, and its values are not read for that.
var errKeys = errors.New("are not recorded in its metadata, and its values are not read for that")

// present knows which ConfigMaps and Secrets the namespace has, and their keys, from
// their metadata: no value is read. It belongs to one check.
type present struct {
	d  *Doctor
	by map[cluster.Kind]map[string]*metav1.ObjectMeta

	// unlisted says why there is no list of a kind.
	unlisted map[cluster.Kind]error

	records map[string]*cluster.Record // that were looked at; nil is of what is not there
}

func (d *Doctor) present(ctx context.Context) present {
	p := present{d, map[cluster.Kind]map[string]*metav1.ObjectMeta{}, map[cluster.Kind]error{}, map[string]*cluster.Record{}}
	for kind, list := range map[cluster.Kind]func(context.Context, string) ([]metav1.PartialObjectMetadata, error){
		cluster.ConfigMap: d.view.ConfigMaps, cluster.Secret: d.view.Secrets,
	} {
		all, err := list(ctx, d.Namespace)
		if err != nil {
			p.unlisted[kind] = err
			continue
		}
		p.by[kind] = make(map[string]*metav1.ObjectMeta, len(all))
		for i := range all {
			p.by[kind][all[i].Name] = &all[i].ObjectMeta
		}
	}
	return p
}

// record is what is known of an object, nil where there is none.
func (p present) record(ctx context.Context, r cluster.Reference) (*cluster.Record, error) {
	known, ok := p.records[r.Object()]
	if ok {
		return known, nil
	}
	m, err := p.find(ctx, r)
	if err != nil {
		return nil, err
	}
	if m != nil {
		record := cluster.RecordOf(m)
		known = &record
	}
	p.records[r.Object()] = known
	return known, nil
}

// find is the metadata of an object, nil where there is none. Where no list is allowed
// the objects of the contract are asked for by name.
func (p present) find(ctx context.Context, r cluster.Reference) (*metav1.ObjectMeta, error) {
	err := p.unlisted[r.Kind]
	if err == nil {
		return p.by[r.Kind][r.Name], nil
	}
	if !p.d.ours(r) {
		return nil, err
	}
	get := p.d.view.SecretMetadata
	if r.Kind == cluster.ConfigMap {
		get = p.d.view.ConfigMapMetadata
	}
	m, err := get(ctx, p.d.Namespace, r.Name)
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &m.ObjectMeta, nil
}

// keys are those of an object that is there.
func (p present) keys(ctx context.Context, r cluster.Reference) (keys []string, there bool, err error) {
	record, err := p.record(ctx, r)
	if record == nil {
		return nil, false, err
	}
	n, err := p.d.view.DataCount(ctx, r.Kind, p.d.Namespace, r.Name)
	if absent(err) {
		return nil, false, nil // it went while we looked
	}
	if keys = record.Keys(); err == nil && len(keys) != n {
		err = fmt.Errorf("the keys of %s %w", r.Object(), errKeys)
	}
	return keys, true, err
}
