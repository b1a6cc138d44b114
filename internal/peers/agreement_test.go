package peers

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAgree(t *testing.T) {
	raised := "Error: no"
	all := map[string]*string{"boto3": nil, "s3fs": nil}
	some := map[string]*string{"boto3": nil, "s3fs": &raised}
	most := map[string]*string{"boto3": &raised, "s3fs": &raised, "minio-py": nil}
	none := map[string]*string{"boto3": &raised, "s3fs": &raised}
	result := func(state, code string, failed bool) Said {
		return Said{Results: []Result{{State: "pass"}, {State: state, Code: code, Failed: failed}}}
	}
	for _, c := range []struct {
		name           string
		said           Said
		all, some, not bool // whether it agrees when all, some, none of the clients work
	}{
		{"pass", result("pass", "", false), true, false, false},
		{"pass with a code", result("pass", "FLTS-H04", false), true, false, false},
		{"fail", result("fail", "FLTS-A01", true), false, false, true},
		{"failed, and advisory", result("warn", "FLTS-T01", true), false, false, true},
		{"warning of something else", result("warn", "FLTS-L11", false), true, false, false},
		{"warning that a client fails", result("warn", "FLTS-L09", false), false, true, true},
		{"warning that s3fs fails", result("warn", "FLTS-L12", false), false, true, false},
		{"warning of a client that is not there", result("warn", "FLTS-L15", false), true, false, false},
		{"warning that one may fail", result("warn", "FLTS-A04", false), true, true, true},
		{"warning in the configuration", Said{Results: []Result{{State: "pass"}}, Warnings: []string{"FLTS-L09"}}, false, true, true},
		{"unknown", result("unknown", "", false), true, true, true},
		{"fail and unknown", Said{Results: []Result{{State: "unknown"}, {State: "fail"}}}, false, false, true},
		{"refused", Said{Refused: true}, false, false, true},
		{"nothing said", Said{}, true, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.all, Agree(c.said, all) == nil, "all work")
			require.Equal(t, c.some, Agree(c.said, some) == nil, "some work")
			require.Equal(t, c.not, Agree(c.said, none) == nil, "none works")
		})
	}
	require.NoError(t, Agree(result("fail", "FLTS-P05", true), most))
	require.Error(t, Agree(result("pass", "", false), most))
	require.True(t, Said{}.Unknown(), "to say nothing is not to pass")
}
