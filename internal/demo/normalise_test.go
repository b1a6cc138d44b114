package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNormalise(t *testing.T) {
	p := ports{s3: "127.0.0.1:40001", mlflow: "127.0.0.1:8001", gateway: "127.0.0.1:40003"}
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "read dataset: 310 rows\n", "read dataset: 310 rows\n"},
		{"addresses", "$ x --param gateway_url=http://127.0.0.1:40003 http://127.0.0.1:8001/x", "$ x --param gateway_url=http://127.0.0.1:8000 http://127.0.0.1:5000/x"},
		{"a bare port", "ss -ltn | grep :40001", "ss -ltn | grep :9000"},
		{"not a longer number", "at :400011", "at :400011"},
		{"milliseconds", "listed (12 ms), <1 ms", "listed (N ms), N ms"},
		{"requests", "from MinIO, request 00000000000000AF", "from MinIO, request 0000000000000001"},
		{
			"a table",
			"$ x\nKEY    VALUE                   FROM\nA      127.0.0.1:40001         configmap config\nLONG   http://127.0.0.1:40003  param x, y\nfail   minio  why  FLTS-A03\nKEY  again\n",
			"$ x\nKEY   VALUE                  FROM\nA     127.0.0.1:9000         configmap config\nLONG  http://127.0.0.1:8000  param x, y\nfail   minio  why  FLTS-A03\nKEY  again\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, p.normalise(c.in)) })
	}
}
