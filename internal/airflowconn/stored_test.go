package airflowconn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/airflowconn"
)

func TestParseStored(t *testing.T) {
	for _, row := range []struct {
		text string
		want airflowconn.Connection
		err  string
	}{
		{"aws://a:b@h:1/s?x=y", airflowconn.Connection{Type: "aws", Login: "a", Password: "b", Host: "h", Port: 1, Schema: "s", Extra: airflowconn.Extra{"x": "y"}}, ""},
		{` {"conn_type": "aws", "login": "a", "password": "b"}`, airflowconn.Connection{Type: "aws", Login: "a", Password: "b"}, ""},
		{`{"engine": "postgres", "username": "a", "pass": "b", "server": "h", "port": 5432, "database": "d", "dbInstanceIdentifier": "x"}`, airflowconn.Connection{Type: "postgres", Login: "a", Password: "b", Host: "h", Port: 5432, Schema: "d"}, ""},
		{`{"user": "first", "login": "second", "key": "first", "password": "second"}`, airflowconn.Connection{Login: "first", Password: "first"}, ""},
		{`{"extra": "{\"region_name\": \"eu\"}"}`, airflowconn.Connection{Extra: airflowconn.Extra{"region_name": "eu"}}, ""},
		{`{"user": `, airflowconn.Connection{}, "begins with { and is no JSON object"},
		{`{"port": "canary"}`, airflowconn.Connection{}, "has a port that is no number"},
	} {
		got, err := airflowconn.ParseStored(row.text)
		if row.err != "" {
			require.EqualError(t, err, row.err, row.text)
			continue
		}
		require.NoError(t, err, row.text)
		require.Equal(t, row.want, got, row.text)
	}
}

func TestStoredSecrets(t *testing.T) {
	require.Subset(t, airflowconn.StoredSecrets(`{"user": "a", "pass": "pw", "extra": {"token": "tk"}, "x": 1}`), []string{"pw", "tk"})
	require.Subset(t, airflowconn.StoredSecrets("aws://a:p%2Fw@"), []string{"p/w", "p%2Fw"})
}
