package cluster

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Keys are the names of the keys of a ConfigMap or a Secret, sorted, told from its
// metadata alone: the API server writes down who set which key. It is not known where
// somebody had that record thrown away.
func Keys(m *metav1.ObjectMeta) (keys []string, known bool) {
	all := map[string]bool{}
	for _, entry := range m.ManagedFields {
		for key := range dataFields(entry.FieldsV1) {
			all[key] = true
		}
	}
	return slices.Sorted(maps.Keys(all)), len(m.ManagedFields) > 0
}

// Changed is when one of the keys was set last, or any key where none is named. The
// record has one time for all that one client has set, so that it can be too late
// and not too early. That a key was taken away is not recorded.
func Changed(m *metav1.ObjectMeta, keys ...string) time.Time {
	last := m.CreationTimestamp.Time
	for _, entry := range m.ManagedFields {
		owned := dataFields(entry.FieldsV1)
		concerns := len(owned) > 0 && len(keys) == 0 || slices.ContainsFunc(keys, func(key string) bool { return owned[key] })
		if concerns && entry.Time != nil && entry.Time.After(last) {
			last = entry.Time.Time
		}
	}
	return last
}

// dataFields are the keys of data that an entry of managedFields is about.
func dataFields(f *metav1.FieldsV1) map[string]bool {
	if f == nil {
		return nil
	}
	var owned struct {
		Data       map[string]json.RawMessage `json:"f:data"`
		BinaryData map[string]json.RawMessage `json:"f:binaryData"`
	}
	// A form that is not known names no key; encoding/json has filled in what it could.
	_ = json.Unmarshal(f.Raw, &owned)
	keys := map[string]bool{}
	for _, fields := range []map[string]json.RawMessage{owned.Data, owned.BinaryData} {
		for field := range fields {
			if key, ok := strings.CutPrefix(field, "f:"); ok {
				keys[key] = true
			}
		}
	}
	return keys
}

// ConfigMapMetadata is a ConfigMap without its values.
func (v *View) ConfigMapMetadata(ctx context.Context, namespace, name string) (*metav1.PartialObjectMetadata, error) {
	return v.metadataOf(ctx, configMaps, namespace, name)
}
