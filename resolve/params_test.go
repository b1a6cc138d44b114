package resolve_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

func texts(s resolve.Source) map[string]string {
	m := map[string]string{}
	for name, v := range s.Values {
		m[name] = v.Text.Reveal()
	}
	return m
}

func TestParamFlags(t *testing.T) {
	s, err := resolve.ParamsFlag(contract(t), []string{"the-uri=http://a=b,c", "ENDPOINT=x:1", "Secure=", "Secure="})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"the-uri": "http://a=b,c", "ENDPOINT": "x:1", "Secure": ""}, texts(s))

	_, err = resolve.ParamsFlag(contract(t), []string{"endpiont=x", "sk-canary", "uri", "secure=true", "secure=false", "zzz=1"})
	require.EqualError(t, err, `--param endpiont: no such parameter in the contract, did you mean endpoint?
--param number 2 has no '=': write --param NAME=VALUE
--param uri has no '=': write --param uri=VALUE
--param secure is given twice with different values
--param zzz: no such parameter in the contract`)
}

func TestParamNamesInEveryWriting(t *testing.T) {
	for _, name := range []string{"the_uri", "the-uri", "THE_URI", "The-Uri", "uri"} {
		s, err := resolve.ParamsFlag(contract(t), []string{name + "=http://x"})
		require.NoError(t, err)
		r := resolved(t, resolve.Dev, s)
		require.Equal(t, "http://x", r.Text("URI"))
		require.Equal(t, "param "+name, r.Get("URI").Origin())
	}
}

func TestParamsJSON(t *testing.T) {
	s, err := resolve.ParamsJSON(contract(t), "params-json", []byte(`{"endpoint": "m:1", "note": 10000000, "secure": true,
		"uri": null, "token": {"a": [1, 2.50]}, "access": 0.10, "learning_rate": 1e-3}`))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"endpoint": "m:1", "note": "10000000", "secure": "true", "token": `{"a":[1,2.50]}`, "access": "0.10"}, texts(s))
	require.Equal(t, []string{"learning_rate"}, s.Others)

	for text, want := range map[string]string{
		``:                  "params-json: is no valid JSON: it ends too early",
		`{"a": `:            "params-json: is no valid JSON: it ends too early",
		`{sk-canary}`:       "params-json: is no valid JSON: syntax error at byte 2",
		`["sk-canary"]`:     "params-json: is no JSON object but array at byte 1",
		`{} {"sk-canary"}`:  "params-json: is no single JSON object: more text follows at byte 4",
		`{{ params|tojson}`: "params-json: is no valid JSON: syntax error at byte 2",
	} {
		_, err := resolve.ParamsJSON(contract(t), "params-json", []byte(text))
		require.EqualError(t, err, want)
	}
}

func TestExecutorInput(t *testing.T) {
	s, err := resolve.ExecutorInput(contract(t), []byte(`{"inputs":{"parameterValues":{"n":10000000,"endpoint":"m:1","secure":false},
		"artifacts":{"data":{}}},"outputs":{"outputFile":"x"}}`))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"endpoint": "m:1", "secure": "false"}, texts(s))

	s, err = resolve.ExecutorInput(contract(t), []byte(`{}`))
	require.NoError(t, err)
	require.Empty(t, s.Values)

	_, err = resolve.ExecutorInput(contract(t), []byte(`{{$}}`))
	require.ErrorContains(t, err, "was not replaced")
}

func FuzzParamsJSON(f *testing.F) {
	f.Add([]byte(`{"endpoint":"a","note":1e7,"token":[1]}`))
	f.Add([]byte(`{"endpoint": null} `))
	c := contract(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := resolve.ParamsJSON(c, "json", text)
		if err != nil {
			return
		}
		var doc map[string]any
		require.NoError(t, json.Unmarshal(text, &doc))
		for name, v := range s.Values {
			if want, ok := doc[name].(string); ok {
				require.Equal(t, want, v.Text.Reveal())
			}
		}
	})
}

func FuzzExecutorInput(f *testing.F) {
	f.Add([]byte(`{"inputs":{"parameterValues":{"endpoint":"a"}}}`))
	f.Add([]byte(`{{$}}`))
	c := contract(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := resolve.ExecutorInput(c, text); err == nil {
			require.NotNil(t, s.Values)
		}
	})
}
