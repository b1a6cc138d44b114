package cluster

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// RecordedKeys are the keys of a ConfigMap or a Secret as its metadata tells them,
// sorted: the API server writes down who set which. The record can be thrown away, and
// what was applied as stringData stays in it after its key is gone, so that it holds
// when there are as many as DataCount says.
func RecordedKeys(m *metav1.ObjectMeta) []string {
	all := map[string]bool{}
	for _, entry := range m.ManagedFields {
		maps.Copy(all, dataFields(entry.FieldsV1))
	}
	return slices.Sorted(maps.Keys(all))
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
		StringData map[string]json.RawMessage `json:"f:stringData"` // as it was applied
	}
	// A form that is not known names no key; encoding/json has filled in what it could.
	_ = json.Unmarshal(f.Raw, &owned)
	keys := map[string]bool{}
	for _, fields := range []map[string]json.RawMessage{owned.Data, owned.BinaryData, owned.StringData} {
		for field := range fields {
			if key, ok := strings.CutPrefix(field, "f:"); ok {
				keys[key] = true
			}
		}
	}
	return keys
}
