package resolve_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/resolve"
)

const storedContract = `
keys:
  MINIO_ENDPOINT: {type: hostport, default: minio:9000, spellings: [{name: AWS_ENDPOINT_URL_S3, as: url, secure: MINIO_SECURE}]}
  MINIO_SECURE: {type: bool, default: "false"}
  MINIO_ACCESS_KEY: {type: string, sensitive: true, required: true, group: s3, dev_default: minioadmin}
  MINIO_SECRET_KEY: {type: string, sensitive: true, required: true, group: s3, dev_default: minioadmin}
  AWS_SESSION_TOKEN: {type: string, sensitive: true, group: s3, optional: true}
  TOKEN: {type: string, sensitive: true}
  BUCKET: {type: bucket, default: data}
policy: {plain-http: off} # which has tests of its own
connections:
  minio: {ids: [minio, minio_default], types: [aws], keys: {MINIO_ACCESS_KEY: [login], MINIO_SECRET_KEY: [password], AWS_ENDPOINT_URL_S3: [extra.endpoint_url]}}
secretsmanager:
  app:
`

func stored(t *testing.T, part string) *resolve.Contract {
	t.Helper()
	c, err := resolve.ParseContract("c.yaml", []byte(storedContract+"    "+strings.ReplaceAll(part, "\n", "\n    ")))
	require.NoError(t, err)
	return c
}

func held(layer resolve.Layer, pairs ...string) resolve.Source {
	s := resolve.Source{Name: "secret dir", Layer: layer, Values: map[string]resolve.Value{}}
	if layer == resolve.ConfigMap {
		s.Name = "configmap dir"
	}
	for _, p := range pairs {
		name, text, _ := strings.Cut(p, "=")
		s.Values[name] = resolve.Plain(text)
	}
	return s
}

// What is wanted, and why the rest is not.
func TestAsks(t *testing.T) {
	keys := "id: flts/{APP_ENV}\nkeys: {MINIO_ACCESS_KEY: minio.access, MINIO_SECRET_KEY: minio.secret, AWS_SESSION_TOKEN: minio.token, TOKEN: token}"
	all := []string{"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "AWS_SESSION_TOKEN", "TOKEN"}
	inDev := "because APP_ENV is dev and it is asked for with staging or prod"
	for _, row := range []struct {
		name   string
		part   string
		env    resolve.AppEnv
		source resolve.Source
		ids    []string
		wanted []string
		spared map[string]string
	}{
		{"nothing else supplies it", keys, resolve.Prod, held(resolve.Secret), []string{"flts/prod"}, all, map[string]string{}},
		{"never in dev", keys, resolve.Dev, held(resolve.Secret), []string{"flts/{APP_ENV}"}, nil, map[string]string{"MINIO_ACCESS_KEY": inDev, "MINIO_SECRET_KEY": inDev, "AWS_SESSION_TOKEN": inDev, "TOKEN": inDev}},
		{"unless asked to", "id: flts/{APP_ENV}\nenvironments: [dev]\nkeys: {TOKEN: token}", resolve.Dev, held(resolve.Secret), []string{"flts/dev"}, []string{"TOKEN"}, map[string]string{}},
		{"and not without APP_ENV", "id: flts\nkeys: {TOKEN: token}", "", held(resolve.Secret), []string{"flts"}, nil, map[string]string{"TOKEN": "because APP_ENV is not set and it is asked for with staging or prod"}},
		{"another place supplies it", keys, resolve.Prod, held(resolve.Secret, "TOKEN=x", "MINIO_SECRET_KEY="), []string{"flts/prod"}, all[:3], map[string]string{"TOKEN": "because secret dir supplies it"}},
		{"a whole login", keys, resolve.Prod, held(resolve.Secret, "MINIO_ACCESS_KEY=a", "MINIO_SECRET_KEY=b"), []string{"flts/prod"}, all[3:], map[string]string{
			"MINIO_ACCESS_KEY": "because secret dir supplies it", "MINIO_SECRET_KEY": "because secret dir supplies it", "AWS_SESSION_TOKEN": "because group s3 comes from secret dir",
		}},
		{"half a login of the same layer", keys, resolve.Prod, held(resolve.Secret, "MINIO_ACCESS_KEY=a"), []string{"flts/prod"}, all[1:], map[string]string{"MINIO_ACCESS_KEY": "because secret dir supplies it"}},
		{"half a login of a layer above", keys, resolve.Prod, held(resolve.ConfigMap, "MINIO_ACCESS_KEY=a"), []string{"flts/prod"}, all[3:], map[string]string{
			"MINIO_ACCESS_KEY": "because configmap dir supplies it", "MINIO_SECRET_KEY": "because group s3 comes from layer configmap", "AWS_SESSION_TOKEN": "because group s3 comes from layer configmap",
		}},
		{"names that are variables", "id: flts", resolve.Staging, held(resolve.ConfigMap, "BUCKET=raw", "AWS_ENDPOINT_URL_S3=http://m"), []string{"flts"}, []string{"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "AWS_SESSION_TOKEN", "TOKEN"}, map[string]string{
			"MINIO_SECURE": "because configmap dir AWS_ENDPOINT_URL_S3 supplies it", "BUCKET": "because configmap dir supplies it", "MINIO_ENDPOINT": "because configmap dir AWS_ENDPOINT_URL_S3 supplies it",
		}},
		{"a connection", "connection: minio", resolve.Prod, held(resolve.Secret), []string{"airflow/connections/minio", "airflow/connections/minio_default"}, []string{"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "AWS_ENDPOINT_URL_S3"}, map[string]string{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := stored(t, row.part)
			asks := judged(resolve.Input{Contract: c, Sources: []resolve.Source{row.source}, AppEnv: row.env}).Asks(c)
			require.Len(t, asks, 1)
			require.Equal(t, row.ids, asks[0].IDs)
			require.Equal(t, row.wanted, asks[0].Wanted)
			require.Equal(t, row.spared, asks[0].Spared)
		})
	}
}

// refusal is a failure of a store.
type refusal struct{}

func (refusal) Error() string { return "may not be read" }
func (refusal) Code() string  { return "FLTS-S20" }
func (refusal) Hint() string  { return "allow it" }
func (refusal) Status() int   { return 77 }

func TestStored(t *testing.T) {
	keys := "id: flts/{APP_ENV}\nkeys: {MINIO_ACCESS_KEY: minio.access, MINIO_SECRET_KEY: minio.secret}"
	text := func(s string) []resolve.Stored {
		return []resolve.Stored{{ID: "flts/prod", Version: "0123456789abcdef", Text: secret.New(s)}}
	}
	const from = "secretsmanager flts/prod"
	const version = " (version 01234567, AWSCURRENT)"
	whole := "is no JSON object, and paths lead into one; not resolved without it: MINIO_ACCESS_KEY, MINIO_SECRET_KEY"
	for _, row := range []struct {
		name    string
		part    string
		answers []resolve.Stored
		values  map[string]string // KEY → "value, origin"
		found   []string          // "CODE message (hint)"
		status  int
	}{
		{"by path", keys, text(`{"minio": {"access": "ak", "secret": "s3cret"}}`), map[string]string{"MINIO_ACCESS_KEY": "ak, " + from + " minio.access" + version, "MINIO_SECRET_KEY": "s3cret, " + from + " minio.secret" + version}, []string{"FLTS-C27"}, 0},
		{"a name with dots, and a number", keys, text(`{"minio.access": 12345678901234567890, "minio": {"secret": true}}`), map[string]string{"MINIO_ACCESS_KEY": "12345678901234567890, " + from + " minio.access" + version, "MINIO_SECRET_KEY": "true, " + from + " minio.secret" + version}, []string{"FLTS-C27"}, 0},
		{"plain", "id: flts/prod\nkeys: {TOKEN: .}", text("of the whole"), map[string]string{"TOKEN": "of the whole, " + from + version}, nil, 0},
		{"names that are variables", "id: flts/prod", text(`{"TOKEN": "long enough", "AWS_ENDPOINT_URL_S3": "https://m:1", "other": 1, "MINIO_ACCESS_KEY": "access-key", "MINIO_SECRET_KEY": "secret-key"}`), map[string]string{
			"TOKEN": "long enough, " + from + " TOKEN" + version, "MINIO_ENDPOINT": "m:1, " + from + " AWS_ENDPOINT_URL_S3" + version, "MINIO_SECURE": "true, " + from + " AWS_ENDPOINT_URL_S3" + version,
			"MINIO_ACCESS_KEY": "access-key, " + from + " MINIO_ACCESS_KEY" + version, "MINIO_SECRET_KEY": "secret-key, " + from + " MINIO_SECRET_KEY" + version,
		}, nil, 0},
		{"no name is a variable", "id: flts/prod", text(`{"token": "x"}`), nil, []string{"FLTS-S30 " + from + " has no name in its JSON that is a variable of the contract; not resolved without it: MINIO_ENDPOINT, MINIO_SECURE, MINIO_ACCESS_KEY, MINIO_SECRET_KEY, AWS_SESSION_TOKEN, TOKEN and 1 more"}, 0},
		{"a path that is not there", keys, text(`{"minio": {"acces": "ak", "secret": "long enough"}}`), map[string]string{"MINIO_SECRET_KEY": "long enough, " + from + " minio.secret" + version}, []string{"FLTS-S30 MINIO_ACCESS_KEY (" + from + " minio.access" + version + `) is not in the JSON of the secret: there is no name "access" (did you mean acces?)`}, 0},
		{"a path through a text", keys, text(`{"minio": "x"}`), nil, []string{
			"FLTS-S30 MINIO_ACCESS_KEY (" + from + " minio.access" + version + `) is not in the JSON of the secret: "minio" is no object there`,
			"FLTS-S30 MINIO_SECRET_KEY (" + from + " minio.secret" + version + `) is not in the JSON of the secret: "minio" is no object there`,
		}, 0},
		{"an object and a list", keys, text(`{"minio": {"access": {}, "secret": []}}`), nil, []string{
			"FLTS-S30 MINIO_ACCESS_KEY (" + from + " minio.access" + version + ") is an object in the JSON of the secret, and no text (write the path of a text inside it)",
			"FLTS-S30 MINIO_SECRET_KEY (" + from + " minio.secret" + version + ") is a list in the JSON of the secret, and no text",
		}, 0},
		{"null is not given", "id: flts/prod\nkeys: {TOKEN: token}", text(`{"token": null}`), nil, nil, 0},
		{"no JSON", keys, text("canary"), nil, []string{"FLTS-S31 " + from + " " + whole}, 0},
		{"more behind the JSON", keys, text("{} canary"), nil, []string{"FLTS-S31 " + from + " " + whole}, 0},
		{"refused", keys, []resolve.Stored{{ID: "flts/prod", Err: refusal{}}}, nil, []string{"FLTS-S20 " + from + " may not be read; not resolved without it: MINIO_ACCESS_KEY, MINIO_SECRET_KEY (allow it)"}, 77},
		{"an extra character", "id: flts/prod\nkeys: {TOKEN: .}", text("of the whole\n"), nil, []string{"FLTS-S03 TOKEN (" + from + version + ") ends with a newline (13 bytes in all)"}, 0},
		{"connection of Airflow", "connection: minio", []resolve.Stored{
			{ID: "airflow/connections/minio", Missing: true, Err: errors.New("is not there")},
			{ID: "airflow/connections/minio_default", Version: "1", Text: secret.New(`{"connection_type": "aws", "user": "access-key", "pass": "secret-key", "extra": {"endpoint_url": "http://m:1"}}`)},
		}, map[string]string{
			"MINIO_ACCESS_KEY": "access-key, secretsmanager airflow/connections/minio_default login (version 1, AWSCURRENT)", "MINIO_SECRET_KEY": "secret-key, secretsmanager airflow/connections/minio_default password (version 1, AWSCURRENT)",
			"MINIO_ENDPOINT": "m:1, secretsmanager airflow/connections/minio_default extra.endpoint_url (version 1, AWSCURRENT)",
			"MINIO_SECURE":   "false, secretsmanager airflow/connections/minio_default extra.endpoint_url (version 1, AWSCURRENT)",
		}, nil, 0},
		{"no such connection", "connection: minio", []resolve.Stored{
			{ID: "airflow/connections/minio", Missing: true, Err: errors.New("is not there")}, {ID: "airflow/connections/minio_default", Missing: true, Err: errors.New("is not there")},
		}, nil, []string{"FLTS-S31 secretsmanager airflow/connections/minio is not there; not resolved without it: MINIO_ACCESS_KEY, MINIO_SECRET_KEY, MINIO_ENDPOINT"}, 0},
		{"a connection that cannot be read", "connection: minio", []resolve.Stored{{ID: "airflow/connections/minio", Text: secret.New(`{"port": "canary"}`)}, {ID: "airflow/connections/minio_default", Missing: true, Err: errors.New("")}}, nil, []string{
			"FLTS-S18 secretsmanager airflow/connections/minio holds no connection that Airflow can read: it has a port that is no number; not resolved without it: MINIO_ACCESS_KEY, MINIO_SECRET_KEY, MINIO_ENDPOINT",
		}, 0},
		{"a connection of another type", "id: of-tests\nconnection: minio", []resolve.Stored{{ID: "of-tests", Text: secret.New("http://m")}}, nil, []string{
			"FLTS-C18 MINIO_ACCESS_KEY is required and has no value", "FLTS-C18 MINIO_SECRET_KEY is required and has no value",
			"FLTS-S19 secretsmanager of-tests is a connection of type \"http\", and the contract wants aws: nothing of it is used",
		}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := stored(t, row.part)
			in := resolve.Input{Contract: c, AppEnv: resolve.Prod, Sources: []resolve.Source{held(resolve.Secret, required(row.part)...)}}
			ask := resolve.Resolve(in).Asks(c)[0]
			in.Sources = append(in.Sources, ask.Source(row.answers))
			r := judged(in)
			values := map[string]string{}
			for _, k := range r.Keys {
				if k.Set && strings.HasPrefix(k.Origin(), "secretsmanager") {
					values[k.Key.Name] = k.Value.Reveal() + ", " + k.Origin()
				}
			}
			if row.values == nil {
				row.values = map[string]string{}
			}
			require.Equal(t, row.values, values)
			var found []string
			status := 0
			for _, f := range r.Findings {
				status = max(status, f.Status)
				line := f.Code + " " + f.Message
				if f.Hint != "" {
					line += " (" + f.Hint + ")"
				}
				require.NotContains(t, line, "canary")
				found = append(found, line)
			}
			require.Len(t, found, len(row.found), found)
			for i, want := range row.found {
				require.True(t, strings.HasPrefix(found[i], want), "%s\nwant %s", found[i], want)
			}
			require.Equal(t, row.status, status)
		})
	}
}

// required supplies what rows about other keys do not talk of.
func required(part string) []string {
	if strings.Contains(part, "TOKEN") {
		return []string{"MINIO_ACCESS_KEY=access-key", "MINIO_SECRET_KEY=secret-key"}
	}
	return nil
}

// Everything in a secret is hidden, mapped or not, but for what is shown as a value.
func TestHidden(t *testing.T) {
	c := stored(t, "id: flts\nkeys: {TOKEN: token, BUCKET: bucket}")
	ask := resolve.Resolve(resolve.Input{Contract: c, AppEnv: resolve.Prod}).Asks(c)[0]
	text := `{"token": "a-token", "bucket": "shown", "other": {"list": ["unmapped", 12345678, true, null]}}`
	require.Equal(t, []string{text, "unmapped", "12345678", "a-token"}, ask.Hidden(resolve.Stored{Text: secret.New(text)}))
	require.Equal(t, []string{"no JSON"}, ask.Hidden(resolve.Stored{Text: secret.New("no JSON")}))
	require.Empty(t, ask.Hidden(resolve.Stored{}))

	c = stored(t, "connection: minio")
	ask = resolve.Resolve(resolve.Input{Contract: c, AppEnv: resolve.Prod}).Asks(c)[0]
	text = `{"user": "u", "pass": "a password", "extra": {"aws_session_token": "tok"}}`
	require.Subset(t, ask.Hidden(resolve.Stored{Text: secret.New(text)}), []string{text, "a password", "tok"})
}

func TestWithStored(t *testing.T) {
	c := stored(t, "id: x\nkeys: {TOKEN: token}")
	require.Same(t, c, c.WithStored("", nil))
	more := c.WithStored("FLTS_SECRETSMANAGER", []string{"flts/{APP_ENV}"})
	require.Len(t, c.Stored, 1)
	require.Equal(t, &resolve.StoredSecret{Name: "FLTS_SECRETSMANAGER", ID: "flts/{APP_ENV}"}, more.Stored[1])
	require.Len(t, more.StoredIn(resolve.Prod), 2)
	require.Empty(t, more.StoredIn(""))
}

func TestStoredPartsThatAreRefused(t *testing.T) {
	for _, row := range []struct{ part, want string }{
		{"stage: AWSCURRENT", "secret app has no id: write the name of a secret, or connection"},
		{"id: x\nkeys: {TOKEN: a}\nconnection: minio", "secret app has keys and a connection: a secret is the one or the other"},
		{"connection: minoi", `secret app: no connection "minoi" in the contract`},
		{`id: "flts/${APP_ENV}"`, `secret app: id "flts/${APP_ENV}": the only placeholder is {APP_ENV}, and no name has spaces or braces`},
		{"id: x\nenvironments: [production]", `secret app: environment "production" is not one of dev, staging, prod`},
		{"id: x\nkeys: {TOKNE: a}", "secret app: no key TOKNE in the contract"},
		{"id: x\nkeys: {TOKEN: a..b}", `secret app: TOKEN: "a..b" is no path: write names with dots between them, or a dot alone for the whole text`},
		{"id: x\nkeys: [TOKEN]", "secret app: keys: want names with values, not a list"},
		{"id: x\nregoin: eu", `secret app: no field "regoin", did you mean region?`},
	} {
		_, err := resolve.ParseContract("c.yaml", []byte(storedContract+"    "+strings.ReplaceAll(row.part, "\n", "\n    ")))
		require.ErrorContains(t, err, row.want)
	}
}

func FuzzStored(f *testing.F) {
	for _, text := range []string{`{"token": "x"}`, `{"a": {"b": [1, null]}}`, "plain", "{", `{"token": {"token": 1}}`, "aws://a:b@"} {
		f.Add(text, "a.b")
	}
	c, err := resolve.ParseContract("c.yaml", []byte(storedContract+"    id: x\n    keys: {TOKEN: token}"))
	if err != nil {
		f.Fatal(err)
	}
	in := resolve.Input{Contract: c, AppEnv: resolve.Prod}
	ask := resolve.Resolve(in).Asks(c)[0]
	f.Fuzz(func(t *testing.T, text, path string) {
		ask.Secret.Keys = []resolve.Field{{Variable: "TOKEN", Path: path}}
		got := resolve.Stored{ID: "x", Text: secret.New(text)}
		value := ask.Source([]resolve.Stored{got}).Values["TOKEN"]
		if v := value.Text.Reveal(); v != "" {
			require.NoError(t, value.Err)
			require.Contains(t, ask.Hidden(got), v)
		}
	})
}

// A single secret needs no name, and is told from secrets that are named like fields.
func TestASingleStoredSecret(t *testing.T) {
	const keys = "keys: {A: {type: string}}\nsecretsmanager: "
	single := &resolve.StoredSecret{Name: "default", ID: "flts/{APP_ENV}", Keys: []resolve.Field{{Variable: "A", Path: "a.b"}}}
	require.Equal(t, []*resolve.StoredSecret{single}, parsed(t, keys+"{id: 'flts/{APP_ENV}', keys: {A: a.b}}").Stored)
	require.Equal(t, []*resolve.StoredSecret{{Name: "id", ID: "x"}, {Name: "keys", ID: "y"}}, parsed(t, keys+"{id: {id: x}, keys: {id: y}}").Stored)
	_, err := resolve.ParseContract("mine.yaml", []byte(keys+"{id: x, kyes: {A: a}}"))
	require.EqualError(t, err, `mine.yaml:2:25: secret default: no field "kyes"`)
	_, err = resolve.ParseContract("mine.yaml", []byte(keys+"{id: x, keys: {B: a}}"))
	require.EqualError(t, err, `mine.yaml:2:32: secret default: no key B in the contract`)
}
