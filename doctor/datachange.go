package doctor

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// dataChange is what the API keeps of one who wrote keys of a ConfigMap or a Secret.
type dataChange struct {
	by   string // the field manager: "helm", "kubectl-edit"
	at   time.Time
	keys []string // that it wrote last, sorted
}

// dataChanges are those of an object, the latest first. The API notes only when a
// manager last wrote anything of the object, so that at is no earlier than the change
// of the keys. A cluster may keep nothing.
func dataChanges(o metav1.ObjectMeta) []dataChange {
	var all []dataChange
	for _, f := range o.ManagedFields {
		if keys := dataKeys(f.FieldsV1); keys != nil && f.Time != nil && f.Subresource == "" {
			all = append(all, dataChange{f.Manager, f.Time.Time, keys})
		}
	}
	slices.SortStableFunc(all, func(a, b dataChange) int { return b.at.Compare(a.at) })
	return all
}

// dataKeys are the keys of data and binaryData among the fields; nil for none.
func dataKeys(f *metav1.FieldsV1) []string {
	if f == nil {
		return nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(f.Raw, &fields) != nil {
		return nil
	}
	var keys []string
	for _, part := range []string{"f:data", "f:binaryData"} {
		var within map[string]json.RawMessage
		if json.Unmarshal(fields[part], &within) != nil {
			continue
		}
		for name := range within {
			if key, ok := strings.CutPrefix(name, "f:"); ok {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
