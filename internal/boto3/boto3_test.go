package boto3_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/boto3"
)

func TestEndpoint(t *testing.T) {
	type vars = map[string]string
	const own, all, ignored = "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
	for _, c := range []struct {
		vars              vars
		address, variable string
	}{
		{nil, "", ""},
		{vars{own: "http://a", all: "http://b"}, "http://a", own},
		{vars{own: "", all: "http://b"}, "http://b", all},
		{vars{own: "http://a", ignored: "True"}, "", ""},
		{vars{own: "http://a", ignored: "false"}, "http://a", own},
		{vars{"AWS_S3_ENDPOINT_URL": "http://a"}, "", ""},
	} {
		address, variable := boto3.Endpoint(c.vars)
		require.Equal(t, []string{c.address, c.variable}, []string{address, variable}, c.vars)
	}
}

func TestIsKeyIDOfAWS(t *testing.T) {
	for id, want := range map[string]bool{
		"AKIAIOSFODNN7EXAMPLE": true, "ASIAIOSFODNN7EXAMPLE": true,
		"": false, "AKIA": false, "minioadmin": false, "XKIAIOSFODNN7EXAMPLE": false, "AKIAiosfodnn7example": false,
	} {
		require.Equal(t, want, boto3.IsKeyIDOfAWS(id), id)
	}
}
