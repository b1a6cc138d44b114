package cluster

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Record is what the API server wrote down of a ConfigMap or a Secret: who set which
// of its keys when. It is part of the metadata, and has no value.
type Record struct {
	created time.Time
	entries []recorded
}

// recorded is what one client has set.
type recorded struct {
	by   string
	at   time.Time
	keys map[string]bool
}

// Change is the last that one client has set.
type Change struct {
	By   string // the field manager: "helm", "kubectl-edit"
	At   time.Time
	Keys []string // sorted
}

// Changes are those of all clients, the latest first. A client has one time for all that
// it set of the object, so that At is no earlier than the change of the keys.
func (r Record) Changes() []Change {
	var all []Change
	for _, e := range r.entries {
		if !e.at.IsZero() {
			all = append(all, Change{e.by, e.at, slices.Sorted(maps.Keys(e.keys))})
		}
	}
	slices.SortStableFunc(all, func(a, b Change) int { return b.At.Compare(a.At) })
	return all
}

// RecordOf reads the managedFields of an object.
func RecordOf(m *metav1.ObjectMeta) Record {
	r := Record{created: m.CreationTimestamp.Time}
	for _, entry := range m.ManagedFields {
		e := recorded{by: entry.Manager, keys: dataFields(entry.FieldsV1)}
		if entry.Time != nil {
			e.at = entry.Time.Time
		}
		if len(e.keys) > 0 {
			r.entries = append(r.entries, e)
		}
	}
	return r
}

// Keys are those of the object, sorted. The record can be thrown away, and what was
// applied as stringData stays in it after its key is gone, so that it holds when there
// are as many as DataCount says.
func (r Record) Keys() []string {
	all := map[string]bool{}
	for _, e := range r.entries {
		maps.Copy(all, e.keys)
	}
	return slices.Sorted(maps.Keys(all))
}

// Changed is when one of the keys was set last, or any key where none is named; at
// first that is when the object was made. A client has one time for all that it set, so
// that it can be too late and not too early. That a key was taken away is not recorded.
func (r Record) Changed(keys ...string) time.Time {
	last := r.created
	for _, e := range r.entries {
		concerns := len(keys) == 0 || slices.ContainsFunc(keys, func(key string) bool { return e.keys[key] })
		if concerns && e.at.After(last) {
			last = e.at
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
