package airflowconn_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/airflowconn"
)

// recorded is what Airflow 3 makes of a text: testdata/airflow/connections/parse.py,
// which the peers tier runs again.
type recorded struct {
	Text     string                     `json:"text"`
	Refused  bool                       `json:"refused"`
	Type     string                     `json:"type"`
	Host     string                     `json:"host"`
	Port     int                        `json:"port"`
	Login    string                     `json:"login"`
	Password string                     `json:"password"`
	Schema   string                     `json:"schema"`
	Extra    map[string]json.RawMessage `json:"extra"`
}

func TestAsAirflowReadsIt(t *testing.T) {
	data, err := os.ReadFile("../../testdata/airflow/connections/recorded.json")
	require.NoError(t, err)
	var all []recorded
	require.NoError(t, json.Unmarshal(data, &all))
	require.Greater(t, len(all), 90)
	for _, want := range all {
		t.Run(want.Text, func(t *testing.T) {
			got, err := airflowconn.Parse(want.Text)
			if want.Refused {
				require.Error(t, err, "%+v", got)
				return
			}
			require.NoError(t, err)
			extra, err := json.Marshal(got.Extra)
			require.NoError(t, err)
			wanted, err := json.Marshal(want.Extra)
			require.NoError(t, err)
			require.JSONEq(t, string(wanted), string(extra))
			got.Extra = nil
			require.Equal(t, airflowconn.Connection{Type: want.Type, Host: want.Host, Port: want.Port, Login: want.Login, Password: want.Password, Schema: want.Schema}, got)
		})
	}
}

// A text that cannot be read has a secret in it all the same.
func TestErrorsQuoteNothing(t *testing.T) {
	const canary = "hunter2"
	for _, text := range []string{"x://u:" + canary + "@h:" + canary, "{\"password\": \"" + canary + "\"", "a://" + canary + "://b://c", "{\"port\": \"" + canary + "\"}"} {
		_, err := airflowconn.Parse(text)
		require.Error(t, err)
		require.NotContains(t, err.Error(), canary)
	}
}

func TestTextOfExtra(t *testing.T) {
	c, err := airflowconn.Parse(`{"conn_type":"aws","extra":{"a":"x","b":{"c":9000000000},"d":"{\"e\":true}","f":null,"g":[1]}}`)
	require.NoError(t, err)
	for path, want := range map[string]string{"a": "x", "b.c": "9000000000", "d.e": "true"} {
		got, ok := c.Extra.Text(strings.Split(path, ".")...)
		require.True(t, ok, path)
		require.Equal(t, want, got)
	}
	for _, path := range []string{"", "z", "a.b", "b", "f", "g", "d.z"} {
		_, ok := c.Extra.Text(strings.Split(path, ".")...)
		require.False(t, ok, path)
	}
}

// What Airflow's get_uri writes is read back, whatever stands in the parts.
func TestRoundTrips(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := []rune("aZ09 /:@?#%&=+[]{}\"'\\ü€\t")
	part := func() string {
		var b strings.Builder
		for range random.IntN(8) {
			b.WriteRune(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	quote := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	for range 5000 {
		want := airflowconn.Connection{Type: "aws", Login: part(), Password: part(), Schema: part(), Port: random.IntN(65536), Extra: airflowconn.Extra{"k" + part(): part()}}
		uri := "aws://" + quote(want.Login) + ":" + quote(want.Password) + "@host:" + strconv.Itoa(want.Port) + "/" + quote(want.Schema) + "?"
		for k, v := range want.Extra {
			uri += url.QueryEscape(k) + "=" + url.QueryEscape(v.(string))
		}
		want.Host = "host"
		got, err := airflowconn.Parse(uri)
		require.NoError(t, err, uri)
		require.Equal(t, want, got, uri)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"aws://AK:SK@h:9/s?a=b", `{"conn_type":"a","extra":"{}"}`, "http://https://u:p@h:1/", "x://[::1]:3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := airflowconn.Parse(text)
		if err != nil && len(c.Password) > 3 {
			require.NotContains(t, err.Error(), c.Password)
		}
	})
}
