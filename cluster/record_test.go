package cluster_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/cluster"
)

func managed(t *testing.T, text string) *metav1.ObjectMeta {
	t.Helper()
	m := &metav1.ObjectMeta{}
	require.NoError(t, json.Unmarshal([]byte(text), m))
	return m
}

func TestRecord(t *testing.T) {
	m := managed(t, `{"creationTimestamp": "2026-01-01T00:00:00Z", "managedFields": [
		{"manager": "kubectl-create", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:data": {".": {}, "f:A": {}, "f:a.b-c": {}}, "f:type": {}}},
		{"manager": "kubectl-patch", "time": "2026-01-03T00:00:00Z", "fieldsV1": {"f:data": {"f:B": {}}}},
		{"manager": "binary", "time": "2026-01-02T00:00:00Z", "fieldsV1": {"f:binaryData": {"f:C": {}}}},
		{"manager": "apply", "time": "2026-01-02T00:00:00Z", "fieldsV1": {"f:stringData": {"f:S": {}}}},
		{"manager": "kubectl-label", "time": "2026-01-04T00:00:00Z", "fieldsV1": {"f:metadata": {"f:labels": {"f:x": {}}}}}]}`)
	r := cluster.RecordOf(m)
	require.Equal(t, []string{"A", "B", "C", "S", "a.b-c"}, r.Keys())
	for _, c := range []struct {
		keys []string
		day  int
	}{{nil, 3}, {[]string{"A"}, 1}, {[]string{"C"}, 2}, {[]string{"S"}, 2}, {[]string{"A", "B"}, 3}, {[]string{"none"}, 1}} {
		require.Equal(t, time.Date(2026, 1, c.day, 0, 0, 0, 0, time.UTC), r.Changed(c.keys...).UTC(), c.keys)
	}
	require.Empty(t, cluster.RecordOf(managed(t, `{}`)).Keys())
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"f:data":{".":{},"f:A":{}},"f:binaryData":{"f:B":{}}}`))
	f.Add([]byte(`{"f:data":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		now := metav1.NewTime(time.Unix(100, 0))
		m := &metav1.ObjectMeta{ManagedFields: []metav1.ManagedFieldsEntry{{Time: &now, FieldsV1: &metav1.FieldsV1{Raw: raw}}}}
		r := cluster.RecordOf(m)
		for _, key := range r.Keys() {
			require.Equal(t, now.Time, r.Changed(key))
		}
	})
}
