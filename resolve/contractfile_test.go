package resolve_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/resolve"
)

func parsed(t *testing.T, text string) *resolve.Contract {
	t.Helper()
	c, err := resolve.ParseContract("mine.yaml", []byte(text))
	require.NoError(t, err)
	return c
}

func builtin(t testing.TB) *resolve.Contract {
	c, err := resolve.Builtin()
	require.NoError(t, err)
	return c
}

func TestExtendingNothingIsTheBuiltin(t *testing.T) {
	require.Equal(t, builtin(t), parsed(t, "extends: builtin\n"))
}

func TestExtendsAddsChangesAndRemoves(t *testing.T) {
	c := parsed(t, `
extends: builtin
namespace: mlops
keys:
  MINIO_ENDPOINT: {default: "store:9000", spellings: [S3_HOST]}   # fields it has not stay
  MLFLOW_TRACKING_URI: {default: null, required: true}
  POSTGRES_ENDPOINT: null
  REDIS: {type: hostport, default: "redis:6379"}
services:
  postgres:
  gateway: {check: enforce}
  minio: {buckets: [BUCKET_MLFLOW]}
  redis: {kind: tcp, check: warn, endpoint: REDIS}
policy:
  plain-http: {allow: ["*.mlops.svc.cluster.local"], dev: warn}
  default-credentials: {dev: off}
  numeric-address: off
  sensitive-as-parameter: {prod: warn}
  world-readable-secret:
pristine: [PATH]
`)
	want := builtin(t)
	want.Namespace, want.Pristine = "mlops", []string{"PATH"}
	endpoint := want.Key("MINIO_ENDPOINT")
	endpoint.Default, endpoint.Spellings = "store:9000", []resolve.Spelling{{Name: "S3_HOST"}}
	uri := want.Key("MLFLOW_TRACKING_URI")
	uri.Default, uri.Required = "", true
	want.Keys = append(without(want.Keys, want.Key("POSTGRES_ENDPOINT")), &resolve.Key{Name: "REDIS", Type: resolve.HostPort, Default: "redis:6379"})
	want.Service("gateway").Check = resolve.Enforce
	want.Service("minio").Buckets = []string{"BUCKET_MLFLOW"}
	want.Services = append(without(want.Services, want.Service("postgres")), &resolve.Service{Name: "redis", Kind: "tcp", Check: resolve.Warn, Endpoint: "REDIS"})

	want.Reindex()
	require.Equal(t, want.Namespace, c.Namespace)
	require.Equal(t, want.Pristine, c.Pristine)
	require.Equal(t, want.Keys, c.Keys)
	require.Equal(t, want.Services, c.Services)
	require.Nil(t, c.KeyFor("AWS_ENDPOINT_URL_S3"), "lists replace whole")
	require.NotNil(t, c.KeyFor("S3_HOST"))

	rules := map[string]resolve.Rule{}
	for _, r := range c.Policy {
		rules[r.Name] = *r
	}
	all := func(name string, unset, dev, staging, prod resolve.Level, allow ...string) resolve.Rule {
		return resolve.Rule{Name: name, Unset: unset, Dev: dev, Staging: staging, Prod: prod, Allow: allow}
	}
	require.Equal(t, all("plain-http", "warn", "warn", "warn", "error", "*.mlops.svc.cluster.local"), rules["plain-http"])
	require.Equal(t, all("numeric-address", "off", "off", "off", "off"), rules["numeric-address"])
	require.Equal(t, all("sensitive-as-parameter", "warn", "warn", "warn", "warn"), rules["sensitive-as-parameter"])
	require.Equal(t, all("world-readable-secret", "off", "off", "off", "off"), rules["world-readable-secret"])
	require.Equal(t, resolve.LevelWarn, rules["default-credentials"].Unset, "unset is at least a warning")
	require.NotEmpty(t, rules["default-credentials"].Pairs, "lists that are not given stay")
	require.Equal(t, resolve.LevelError, parsed(t, "keys: {}\npolicy: {plain-http: {dev: error}}").Policy[1].Unset, "and never laxer than dev")
}

func without[T comparable](list []T, gone T) []T {
	var left []T
	for _, e := range list {
		if e != gone {
			left = append(left, e)
		}
	}
	return left
}

// Every kind with every field that it has, there and back again.
func TestServicesOfEveryKind(t *testing.T) {
	c := parsed(t, `
keys: {U: {type: url}, H: {type: hostport}, N: {type: string}, B: {type: bool}}
services:
  features: {kind: http, check: enforce, endpoint: U, token: N, path: /health, status: [204, 200-202], json: true, ca: [N]}
  db: {kind: postgres, check: warn, endpoint: H, secure: B, username: N, password: N, database: N, ca: [N]}
  kfp: {kind: kfp, check: off, endpoint: U, token: N, ca: [N]}
  tracking: {kind: mlflow, check: off, endpoint: U, experiment: N}
`)
	require.Equal(t, &resolve.Service{Name: "features", Kind: "http", Check: resolve.Enforce, Endpoint: "U", Token: "N", Path: "/health", Status: []string{"204", "200-202"}, JSON: true, CA: []string{"N"}}, c.Service("features"))
	require.Equal(t, [][2]int{{204, 204}, {200, 202}}, c.Service("features").Statuses())
	require.Equal(t, &resolve.Service{Name: "db", Kind: "postgres", Check: resolve.Warn, Endpoint: "H", Secure: "B", Username: "N", Password: "N", Database: "N", CA: []string{"N"}}, c.Service("db"))
	require.Equal(t, []string{"H", "B", "N", "N", "N", "N"}, c.Service("db").Refers())
	require.Equal(t, []string{"U", "N"}, c.Service("tracking").Refers())
	text, err := c.YAML()
	require.NoError(t, err)
	require.Equal(t, c, parsed(t, string(text)))
}

func TestWithoutExtendsTheFileIsAllButForThePolicy(t *testing.T) {
	c := parsed(t, "keys: {REDIS: {type: hostport}}\n")
	require.Len(t, c.Keys, 1)
	require.Empty(t, c.Services)
	require.Equal(t, "default", c.Namespace)
	require.Equal(t, builtin(t).Policy, c.Policy)
}

// Every mistake is said, with its place, in the order of the file.
func TestContractErrorsHaveTheirPlace(t *testing.T) {
	for _, row := range []struct{ file, want string }{
		{"keys:\n  A: {type: url, defualt: x}\n  B: {typ: url}\nservces: {}\n", `
mine.yaml:2:18: key A: no field "defualt", did you mean default?
mine.yaml:3:7: key B: no field "typ", did you mean type?
mine.yaml:4:1: no field "servces" in a contract, did you mean services?`},
		{"keys:\n  A: {type: string}\n  A: {type: url}\n  B: {type: int, type: bool}\n", `
mine.yaml:3:3: keys: A is here twice, first in line 2
mine.yaml:4:18: key B: type is here twice, first in line 4`},
		{"keys:\n  A: {type: string, spellings: [C, C]}\n  B: {type: string, spellings: [{name: A}]}\n  C: {type: string, params: [b]}\n", `
mine.yaml:2:33: key A has the spelling C twice
mine.yaml:3:33: A is a variable of both A and B
mine.yaml:4:3: C is a variable of both A and C
mine.yaml:4:30: parameter b belongs to both B and C`},
		{"keys:\n  S: {type: url, sensitive: true, dev_default: canary-value}\n  D: {type: string, sensitive: true, default: canary-value}\n  E: {type: int, default: x}\n", `
mine.yaml:2:35: key S: dev_default has no scheme: write http://HOST:PORT
mine.yaml:3:38: key D is sensitive and has a default, which everybody can read: use dev_default, or a Secret
mine.yaml:4:18: key E: default "x" is no int: write digits, like 10000000`},
		{"keys:\n  A: {type: string, group: g}\n  B: {type: string, group: g, optional: true}\n  C: {type: string, optional: true}\n", `
mine.yaml:2:21: group g: half a group: A has no other key beside it that is not optional
mine.yaml:4:21: key C is optional in its group, and has none`},
		{"keys: {U: {type: string}, E: {type: url}}\nservices:\n  s: {kind: http, check: wran, endpoint: E, username: U}\n  t: {kind: tcp, check: off}\n  u: {kind: s3, check: off, endpoint: E, access_key: U, buckets: [E, UU]}\n", `
mine.yaml:3:3: service s: username and password belong together
mine.yaml:3:19: service s: check "wran" is not one of enforce, warn, off
mine.yaml:4:3: service t has no endpoint
mine.yaml:5:3: service u: access_key and secret_key belong together
mine.yaml:5:70: service u: buckets: no key "UU" in this contract`},
		{"keys: {U: {type: url}, H: {type: hostport}, N: {type: string}}\nservices:\n  a: {kind: htpp, check: off, endpoint: U}\n  b: {kind: tcp, check: off, endpoint: H, database: N}\n  c: {kind: http, check: off, endpoint: H, path: health, status: [200, 20x, 300-200]}\n  d: {kind: postgres, check: off, endpoint: U, token: N, json: true}\n  e: {kind: kfp, check: off, endpoint: N, tokn: N}\n", `
mine.yaml:3:7: service a: kind "htpp" is not one of s3, mlflow, http, tcp, postgres, kfp, did you mean http?
mine.yaml:4:43: service b: database is no field of kind tcp, which has check, endpoint
mine.yaml:5:31: service c: the endpoint of kind http is of type url, and H is of type hostport
mine.yaml:5:44: service c: path "health" is no path: write /health
mine.yaml:5:72: service c: status "20x" is none: write 200 or 200-299
mine.yaml:5:77: service c: status "300-200" is none: write 200 or 200-299
mine.yaml:6:35: service d: the endpoint of kind postgres is of type hostport, and U is of type url
mine.yaml:6:48: service d: token is no field of kind postgres, which has check, endpoint, secure, username, password, database, ca
mine.yaml:6:58: service d: json is no field of kind postgres, which has check, endpoint, secure, username, password, database, ca
mine.yaml:7:43: service e: no field "tokn", did you mean token?`},
		{"extends: builtin\nkeys:\n  MINIO_SECRET_KEY:\n  MINIO_SECURE: null\n  MLFLOW_TRACKING_UR: null\n", `
mine.yaml:2:1: group s3: half a group: MINIO_ACCESS_KEY has no other key beside it that is not optional
mine.yaml:3:3: MINIO_SECRET_KEY is removed, and service minio still uses it as its secret_key: change the service, or remove it too
mine.yaml:4:3: MINIO_SECURE is removed, and MINIO_ENDPOINT still needs it for its spelling AWS_S3_ENDPOINT_URL
mine.yaml:4:3: MINIO_SECURE is removed, and MINIO_ENDPOINT still needs it for its spelling AWS_ENDPOINT_URL_S3
mine.yaml:4:3: MINIO_SECURE is removed, and MINIO_ENDPOINT still needs it for its spelling MLFLOW_S3_ENDPOINT_URL
mine.yaml:4:3: MINIO_SECURE is removed, and service minio still uses it as its secure: change the service, or remove it too
mine.yaml:5:3: key MLFLOW_TRACKING_UR: there is none to remove, did you mean MLFLOW_TRACKING_URI?`},
		{"extends: buitlin\nkeys: {A: }\n", `
mine.yaml:1:10: extends "buitlin": there is only builtin, did you mean builtin?
mine.yaml:2:8: key A: there is none to remove`},
		{"keys: {A: }\n", "\nmine.yaml:1:8: key A has no fields"},
		{"keys: {A: {doc: x}, FLTS_A: {type: string}, B: {type: string, spellings: [APP_ENV]}}\n", `
mine.yaml:1:8: key A has no type: write one of string, bool, int, float, duration, url, hostport, bucket, enum
mine.yaml:1:21: key FLTS_A: the name is one of flts-run's own settings
mine.yaml:1:75: key B: spelling APP_ENV: the name is one of flts-run's own settings`},
		{"keys:\n  A: text\n  B: {type: [url], sensitive: maybe, spellings: x, params: [[]]}\nservices: []\npristine: {}\npolicy: 3\n", `
mine.yaml:2:6: key A: want names with values, not a text
mine.yaml:3:13: key B: type: want a text, not a list
mine.yaml:3:31: key B: sensitive: want true or false
mine.yaml:3:49: key B: spellings: want a list, not a text
mine.yaml:3:61: key B: params: want a text, not a list
mine.yaml:4:11: services: want names with values, not a list
mine.yaml:5:11: pristine: want a list, not names with values
mine.yaml:6:9: policy: want names with values, not a text`},
		{"policy:\n  plain-htp: off\n  plain-http: {prod: forbid, alow: []}\n  numeric-address: err\n  localhost-in-pod: {allow: [\"[\"], pairs: [a]}\n  default-credentials: {pairs: [canary], staging: eror}\n  verification-off: {variables: {A B: [x]}}\n", `
mine.yaml:2:3: policy: no rule "plain-htp", did you mean plain-http?
mine.yaml:3:30: rule plain-http: no field "alow", did you mean allow?
mine.yaml:4:3: rule numeric-address: "err" is not one of off, warn, error
mine.yaml:5:36: rule localhost-in-pod: no field "pairs"
mine.yaml:6:33: rule default-credentials: number 1 of pairs is not written USER:PASSWORD
mine.yaml:6:42: rule default-credentials: "eror" is not one of off, warn, error, did you mean error?
mine.yaml:7:34: rule verification-off: variable "A B" is no name of an environment variable`},
		{"policy: {plain-http: {prod: eror}, localhost-in-pod: {allow: [\"[\", a/b]}}\n", `
mine.yaml:1:23: rule plain-http: "eror" is not one of off, warn, error, did you mean error?
mine.yaml:1:63: rule localhost-in-pod: allow "[" is no pattern of hosts, like *.example.com
mine.yaml:1:68: rule localhost-in-pod: allow "a/b" is no pattern of hosts, like *.example.com`},
		{"reload: restrat\nkeys:\n  A: {type: string, reload: signal:HPU}\n  B: {type: string, reload: signal:KILL}\n", `
mine.yaml:1:1: reload "restrat" is not one of ignore, signal:NAME, restart, fail
mine.yaml:3:21: key A: reload "signal:HPU" names no signal: write signal:HUP or the like
mine.yaml:4:21: key B: reload "signal:KILL" SIGKILL is no message to a task: write restart or fail`},
		{"keys: {A: {type: string}\n", "\nmine.yaml:2:1: is no valid YAML: did not find expected ',' or '}'"},
		{"keys:\n\tA: 1\n", "\nmine.yaml:2:1: is no valid YAML: found character that cannot start any token"},
		{"# nothing\n", "\nmine.yaml: the file is empty: it describes no key"},
		{"[keys]", "\nmine.yaml:1:1: the contract: want names with values, not a list"},
	} {
		_, err := resolve.ParseContract("mine.yaml", []byte(row.file))
		require.Error(t, err, row.file)
		require.Equal(t, strings.TrimPrefix(row.want, "\n"), err.Error(), row.file)
		require.NotContains(t, err.Error(), "canary")
	}
}

func TestAnchorsAreFollowed(t *testing.T) {
	c := parsed(t, "keys:\n  A: &a {type: string, doc: x}\n  B: *a\n  C: {type: enum, values: &v [p, q]}\n  D: {type: enum, values: *v}\n")
	require.Equal(t, "x", c.Key("B").Doc)
	require.Equal(t, []string{"p", "q"}, c.Key("D").Values)
	_, err := resolve.ParseContract("loop", []byte("keys: &k {A: *k}\n"))
	require.Error(t, err)
}

// The tables name every field of the structs, as the structs name them.
func TestFieldTablesAreComplete(t *testing.T) {
	text, err := resolve.ContractSchema()
	require.NoError(t, err)
	var doc struct {
		Defs map[string]struct{ Properties map[string]any } `yaml:"$defs"`
	}
	require.NoError(t, yaml.Load(text, &doc))
	for part, of := range map[string]any{"key": resolve.Key{}, "service": resolve.Service{}, "spelling": resolve.Spelling{}} {
		var names []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
			if name := f.Tag.Get("yaml"); name != "-" && f.IsExported() {
				names = append(names, name)
			}
		}
		var table []string
		for name := range doc.Defs[part].Properties {
			table = append(table, name)
		}
		require.ElementsMatch(t, names, table, part)
	}
}

// What is printed reads back to the same contract, for contracts of every shape.
func TestYAMLReadsBack(t *testing.T) {
	contracts := map[string]*resolve.Contract{"builtin": builtin(t)}
	for _, file := range examples(t) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		contracts[file] = parsed(t, string(text))
	}
	contracts["odd texts"] = parsed(t, `
namespace: "null"
keys:
  "y": {type: string, default: "~", doc: "a: b # c\n\n  d\t", params: ["null", "1", ""], group: "[", spellings: [No, {name: ON}]}
  Z: {type: enum, values: ["", " x ", 'it''s', "\u0085\u2028é🔑", "- a", "&b", "*c", "!d", "%e", "@f"], group: "["}
policy: {plain-http: {allow: []}, default-credentials: {pairs: []}, verification-off: {variables: {}}}
pristine: [""]
`)
	contracts["secrets"] = parsed(t, "keys: {A: {type: string}, B: {type: string}}\nrefresh: 15m\nsecretsmanager: {all: {id: x}, some: {id: 'y/{APP_ENV}', environments: [dev], region: eu-west-1, stage: AWSPENDING, keys: {B: a.b, A: .}, hand_on: true}}")
	contracts["reload"] = parsed(t, "reload: restart\nkeys: {A: {type: string, reload: signal:HUP}}")
	for name, c := range contracts {
		readsBack(t, name, c)
	}
}

func readsBack(t *testing.T, name string, c *resolve.Contract) {
	t.Helper()
	text, err := c.YAML()
	require.NoError(t, err)
	again, err := resolve.ParseContract(name, text)
	require.NoError(t, err, "%s", text)
	require.Equal(t, c, again, "%s", text)
}

// examples are the contract files of this repository.
func examples(t *testing.T) []string {
	files := []string{"contract.yaml"}
	for _, pattern := range []string{"../testdata/contracts/*.yaml", "../testdata/docs/*/contract.yaml"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, found, pattern)
		files = append(files, found...)
	}
	return files
}

func contractSchema(t *testing.T) *jsonschema.Schema {
	text, err := resolve.ContractSchema()
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, compiler.AddResource("contract.json", doc))
	s, err := compiler.Compile("contract.json")
	require.NoError(t, err)
	return s
}

func TestSchemaAcceptsContracts(t *testing.T) {
	s := contractSchema(t)
	for _, file := range examples(t) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, s.Validate(asJSON(t, string(text))), file)
	}
	printed, err := builtin(t).YAML()
	require.NoError(t, err)
	require.NoError(t, s.Validate(asJSON(t, string(printed))))
	for _, text := range []string{
		"extends: builtin\nkeys: {A: null, B: {default: null, required: true}}\nservices: {x: null}",
		"reload: restart\nkeys: {A: {type: int, reload: signal:HUP}, B: {type: int, reload: }}",
		"keys: {A: {type: int}}\nsecretsmanager: {id: flts, keys: {A: a}}",
		"keys: {A: {type: int}}\nsecretsmanager: {id: {id: flts}, keys: {id: x}}",
		"keys: {A: {type: int, default: 5, spellings: [B, {name: C}]}}\npolicy: {plain-http: off, numeric-address: }",
	} {
		require.NoError(t, s.Validate(asJSON(t, text)), text)
	}
}

func TestSchemaRefusesWhatIsNoContract(t *testing.T) {
	s := contractSchema(t)
	for _, text := range []string{
		"extends: other",
		"key: {}",
		"keys: {A: null}",
		"keys: {A: {doc: x}}",
		"keys: {A: {type: strnig}}",
		"keys: {A: {type: string, defualt: x}}",
		"keys: {A: {type: string, spellings: [{named: B}]}}",
		"keys: {A: {type: string, sensitive: maybe}}",
		"keys: {A-B: {type: string}}",
		"services: {s: {kind: http, check: off}}",
		"services: {s: {kind: htpp, check: off, endpoint: A}}",
		"extends: builtin\nservices: {minio: {chek: off}}",
		"policy: {plain-htp: off}",
		"policy: {plain-http: loud}",
		"policy: {plain-http: {pairs: []}}",
		"policy: {plain-http: {prod: eror}}",
	} {
		require.Error(t, s.Validate(asJSON(t, text)), text)
	}
}

func asJSON(t *testing.T, text string) any {
	var v any
	require.NoError(t, yaml.Load([]byte(text), &v))
	return v
}

func TestMarkdownStaysATable(t *testing.T) {
	c := parsed(t, "keys:\n  A: {type: enum, values: [a, b], default: a, required: true, doc: \"one | two\\nthree\", params: [alpha], spellings: [B]}\n  C: {type: string, sensitive: true, group: g, dev_default: d}\n  D: {type: string, sensitive: true, group: g}\n")
	require.Equal(t, `| name | type | default | sensitive | parameter names | spellings | |
| --- | --- | --- | --- | --- | --- | --- |
| `+"`A` | `a`, `b`, required | `a` |  | `a`, `alpha` | `B` | one \\| two three |\n"+
		"| `C` | string | `d` (dev only) | yes | `c` |  |  |\n| `D` | string |  | yes | `d` |  |  |\n", c.Markdown())
}

func BenchmarkParseContract(b *testing.B) {
	text, err := os.ReadFile("contract.yaml")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = resolve.ParseContract("contract.yaml", text)
	}
}

func BenchmarkBuiltin(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = resolve.Builtin()
	}
}
