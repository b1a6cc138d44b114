package doctor_test

import (
	"cmp"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/resolve"
)

// canary is a value that must be in no output.
const canary = "c4n4ry+S3cret/value"

// parsed is a contract of a test.
func parsed(text string) *resolve.Contract {
	c, err := resolve.ParseContract("own", []byte(text))
	if err != nil {
		panic(err)
	}
	return c
}

// whole is a Secret with nothing to say of.
var whole = secretOf("MINIO_ACCESS_KEY: somebody", "MINIO_SECRET_KEY: "+canary)

// metadataOnly may list Secrets and not read one.
const metadataOnly = `- {apiGroups: [""], resources: [secrets], verbs: [list]}
- {apiGroups: [""], resources: [configmaps], verbs: [get]}`

func TestSecretPresent(t *testing.T) {
	for _, s := range []scenario{
		{name: "here", objects: inNamed("s-NS", whole), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "s-NS is there"},
		}},
		{name: "in another namespace", mends: true, prepare: otherNamespace(inNamed("s-NS", strings.Replace(whole, "stringData", "type: example.com/own\nstringData", 1))), want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K05", Detail: "there is no Secret s-NS in NS; it is in other-NS", Hint: `kubectl -n other-NS get secret s-NS -o json | kubectl patch --local -f - --type=merge -p '{"metadata":{"name":"s-NS","namespace":"NS","resourceVersion":null,"uid":null,"creationTimestamp":null,"managedFields":null,"ownerReferences":null,"finalizers":null}}' -o json | kubectl create -f -`, Explains: []string{"policy/FLTS-C18", "policy/FLTS-C25"}},
		}},
		{name: "under nearly that name", objects: inNamed("ss-NS", whole), mends: true, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K05", Detail: "there is no Secret s-NS in NS, which has ss-NS", Hint: `kubectl -n NS get secret ss-NS -o json | kubectl patch --local -f - --type=merge -p '{"metadata":{"name":"s-NS","namespace":"NS","resourceVersion":null,"uid":null,"creationTimestamp":null,"managedFields":null,"ownerReferences":null,"finalizers":null}}' -o json | kubectl create -f -`, Explains: []string{"policy/FLTS-C18", "policy/FLTS-C25"}},
		}},
		{name: "nowhere that may be seen", as: `- {apiGroups: [""], resources: [secrets], verbs: [get]}`, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K05", Detail: "there is no Secret s-NS in NS", Evidence: []string{"may not look into 2 other namespaces"}, Hint: "kubectl -n NS create secret generic s-NS --from-env-file=/dev/stdin   (then type MINIO_ACCESS_KEY=VALUE, a new line, MINIO_SECRET_KEY=VALUE, a new line and Ctrl-D)", Explains: []string{"policy/FLTS-C18", "policy/FLTS-C25"}},
		}},
		{name: "only to be listed", objects: inNamed("s-NS", whole), as: metadataOnly, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "s-NS is there"},
		}},
		{name: "only to be listed, and not there", as: metadataOnly, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K05", Detail: "there is no Secret s-NS in NS", Evidence: []string{"may not look into 2 other namespaces"}, Hint: "kubectl -n NS create secret generic s-NS --from-env-file=/dev/stdin   (then type MINIO_ACCESS_KEY=VALUE, a new line, MINIO_SECRET_KEY=VALUE, a new line and Ctrl-D)", Explains: []string{"policy/FLTS-C18", "policy/FLTS-C25"}},
		}},
		{name: "not to be seen", objects: inNamed("s-NS", whole), as: `- {apiGroups: [""], resources: [pods], verbs: [list]}`, want: []checklist.Finding{
			mayNotGet("secrets", "s-NS"),
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only, s.options = []string{"secret.present"}, ofItsOwn
			if s.prepare == nil {
				s.run(t)
				return
			}
			s.after(t, canary+" yes example.com/own", "get", "secret", "s-NS", "-o", "go-template={{.data.MINIO_SECRET_KEY|base64decode}} {{.metadata.labels.kept}} {{.type}}")
		})
	}
}

func TestSecretType(t *testing.T) {
	docker := strings.Replace(secretOf(`.dockerconfigjson: '{"auths":{}}'`), "stringData", "type: kubernetes.io/dockerconfigjson\nstringData", 1)
	for _, s := range []scenario{
		{name: "opaque", objects: whole, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "type Opaque"},
		}},
		{name: "of somebody", objects: strings.Replace(whole, "stringData", "type: example.com/own\nstringData", 1), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "type example.com/own"},
		}},
		{name: "to pull images", objects: docker, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K25", Detail: "flts-secrets is of type kubernetes.io/dockerconfigjson, which is not for credentials of one's own", Hint: "kubectl -n NS get secrets   shows which other one was meant; the type of a Secret cannot be changed"},
		}},
		{
			name: "to serve TLS, with a certificate that the contract wants", objects: strings.Replace(secretOf("tls.crt: c", "tls.key: k", "ca.crt: c"), "stringData", "type: kubernetes.io/tls\nstringData", 1),
			options: func(o *doctor.Options) {
				o.Contract = parsed("extends: builtin\nkeys: {AWS_CA_BUNDLE: {paths: [ca.crt]}}")
			}, want: []checklist.Finding{
				{State: checklist.Pass, Detail: "type kubernetes.io/tls"},
			},
		},
		{name: "to pull images, and keys", objects: docker + "  MINIO_ACCESS_KEY: a\n", want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-K25", Detail: "flts-secrets is of type kubernetes.io/dockerconfigjson, which is not for credentials of one's own", Hint: "kubectl -n NS get secrets   shows which other one was meant; the type of a Secret cannot be changed"},
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"secret.type"}
			s.run(t)
		})
	}
}

func TestSecretKeys(t *testing.T) {
	t.Parallel()
	prod := func(o *doctor.Options) { o.AppEnv = resolve.Prod }
	login := strings.Replace(secretOf("MINIO_ACCESS_KEY: somebody", "MINIO_SECRET_KEY: "+canary, "username: trainer", "password: "+canary), "stringData", "type: kubernetes.io/basic-auth\nstringData", 1)
	for _, s := range []scenario{
		{name: "all that are required", objects: whole, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "2 of 6 keys"},
		}},
		{name: "in the spelling of AWS", objects: secretOf("AWS_ACCESS_KEY_ID: somebody", "AWS_SECRET_ACCESS_KEY: "+canary), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "2 of 6 keys"},
		}},
		{name: "another name", objects: secretOf("MINIO_ACCESS_KEY: somebody", "MINIO_SECRETKEY: "+canary, "KEPT: a"), mends: true, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-S07", Detail: "flts-secrets has key MINIO_SECRETKEY, expected MINIO_SECRET_KEY", Hint: `kubectl -n NS patch secret flts-secrets --type=json -p '[{"op":"move","from":"/data/MINIO_SECRETKEY","path":"/data/MINIO_SECRET_KEY"}]'`, Explains: []string{"policy/FLTS-C18", "policy/FLTS-C25"}},
		}},
		{name: "both names, as KFP writes them", objects: secretOf("accesskey: somebody", "secretkey: "+canary), mends: true, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-S07", Detail: "2 findings, of which the first: flts-secrets has key accesskey, expected MINIO_ACCESS_KEY", Evidence: []string{"FLTS-S07 flts-secrets has key accesskey, expected MINIO_ACCESS_KEY", "FLTS-S07 flts-secrets has key secretkey, expected MINIO_SECRET_KEY"}, Hint: `kubectl -n NS patch secret flts-secrets --type=json -p '[{"op":"move","from":"/data/accesskey","path":"/data/MINIO_ACCESS_KEY"}]'`, Explains: []string{"policy/FLTS-C18", "policy/FLTS-C25", "policy/FLTS-C18", "policy/FLTS-C25"}},
		}},
		{name: "the end of a name", objects: secretOf("MINIO_ACCESS_KEY: somebody", "MINIO_SECRET_KEY: "+canary, "username: me"), want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-S07", Detail: "flts-secrets has key username, expected MLFLOW_TRACKING_USERNAME", Hint: `if it was meant: kubectl -n NS patch secret flts-secrets --type=json -p '[{"op":"move","from":"/data/username","path":"/data/MLFLOW_TRACKING_USERNAME"}]'`},
		}},
		{name: "of a type that prescribes its names", objects: login, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "2 of 6 keys"},
		}},
		{name: "of a type, and the contract knows the names", objects: login, options: func(o *doctor.Options) { o.Contract = parsed(typedContract) }, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "4 of 6 keys"},
		}},
		{name: "of a type, with a required key under another name", objects: login, options: func(o *doctor.Options) {
			o.Contract, o.AppEnv = parsed("keys: {DB_PASSWORD: {type: string, sensitive: true, required: true}}"), resolve.Prod
		}, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-S07", Detail: "flts-secrets has key password, as its type wants it, and the contract does not say that it is DB_PASSWORD", Hint: "mount the Secret, and write into the contract: keys: {DB_PASSWORD: {files: [password]}}", Explains: []string{"policy/FLTS-C18", "policy/FLTS-C25"}},
		}},
		{name: "none", objects: secretOf("OTHER: a"), options: prod, mends: true, typed: "somebody\n" + canary + "\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C18", Detail: "2 findings, of which the first: flts-secrets has no key MINIO_ACCESS_KEY, which is required", Evidence: []string{"FLTS-C18 flts-secrets has no key MINIO_ACCESS_KEY, which is required", "FLTS-C18 flts-secrets has no key MINIO_SECRET_KEY, which is required"}, Hint: typeSecret("MINIO_ACCESS_KEY"), Explains: []string{"policy/FLTS-C18", "policy/FLTS-C18"}},
		}},
		{name: "none, and it is not said where we are", objects: secretOf("OTHER: a"), mends: true, typed: "somebody\n" + canary + "\n", want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-C25", Detail: "2 findings, of which the first: flts-secrets has no key MINIO_ACCESS_KEY, so that of development is used", Evidence: []string{"FLTS-C25 flts-secrets has no key MINIO_ACCESS_KEY, so that of development is used", "FLTS-C25 flts-secrets has no key MINIO_SECRET_KEY, so that of development is used"}, Hint: typeSecret("MINIO_ACCESS_KEY"), Explains: []string{"policy/FLTS-C25", "policy/FLTS-C25"}},
		}},
		{name: "none, in development", objects: secretOf("OTHER: a"), options: func(o *doctor.Options) { o.AppEnv = resolve.Dev }, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "0 of 6 keys"},
		}},
		{name: "half of them", objects: secretOf("MINIO_ACCESS_KEY: somebody", "OTHER: a"), mends: true, typed: canary + "\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-S06", Detail: "half a pair: MINIO_SECRET_KEY is missing in layer secret, where MINIO_ACCESS_KEY (Secret flts-secrets) is given; the value in layer defaults is not used, because halves of different logins do not fit", Evidence: []string{"give MINIO_ACCESS_KEY and MINIO_SECRET_KEY in the same place"}, Hint: typeSecret("MINIO_SECRET_KEY")},
		}},
		{name: "an empty one", objects: secretOf("MINIO_ACCESS_KEY: somebody", "MINIO_SECRET_KEY: ''"), mends: true, typed: canary + "\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-S06", Detail: "half a pair: MINIO_SECRET_KEY is missing in layer secret, where MINIO_ACCESS_KEY (Secret flts-secrets) is given; the value in layer defaults is not used, because halves of different logins do not fit", Evidence: []string{"give MINIO_ACCESS_KEY and MINIO_SECRET_KEY in the same place"}, Hint: typeSecret("MINIO_SECRET_KEY")},
		}},
		{name: "none, where the ConfigMap is not to be seen", objects: secretOf("OTHER: a"), as: `- {apiGroups: [""], resources: [secrets], verbs: [get]}`, want: []checklist.Finding{
			mayNotGet("configmaps", "flts-config"),
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"secret.keys"}
			s.run(t)
		})
	}
}

func TestSecretValues(t *testing.T) {
	t.Parallel()
	twice := base64.StdEncoding.EncodeToString
	for _, s := range []scenario{
		{name: "as they should be", objects: whole, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no extra characters"},
			{State: checklist.Pass, Detail: "not encoded twice"},
			{State: checklist.Pass, Detail: "2 credentials usable"},
		}},
		{name: "a newline at the end", objects: secretOf("MINIO_ACCESS_KEY: somebody", `MINIO_SECRET_KEY: "`+canary+`\n"`, "KEPT: a"), mends: true, want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-S04", Detail: "MINIO_SECRET_KEY (Secret flts-secrets) ends with a newline (20 bytes in all)", Evidence: []string{"a variable has the newline; of a mounted file flts-run takes one newline away, and other programs do not"}, Hint: rewriteSecret("MINIO_SECRET_KEY", `{{index .data "MINIO_SECRET_KEY"|base64decode}}`)},
			{State: checklist.Pass, Detail: "not encoded twice"},
			{State: checklist.Pass, Detail: "2 credentials usable"},
		}},
		{name: "a space, and the newline of an access key", objects: secretOf(`MINIO_ACCESS_KEY: "somebody\n"`, "MINIO_SECRET_KEY: ' "+canary+"'"), mends: true, typed: canary + "\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-S03", Detail: "2 findings, of which the first: MINIO_ACCESS_KEY (Secret flts-secrets) ends with a newline (9 bytes in all)", Evidence: []string{"FLTS-S03 MINIO_ACCESS_KEY (Secret flts-secrets) ends with a newline (9 bytes in all); a variable has the newline; of a mounted file flts-run takes one newline away, and other programs do not", "FLTS-S04 MINIO_SECRET_KEY (Secret flts-secrets) begins with a space (20 bytes in all)"}, Hint: rewriteSecret("MINIO_ACCESS_KEY", `{{index .data "MINIO_ACCESS_KEY"|base64decode}}`)},
			{State: checklist.Pass, Detail: "not encoded twice"},
			{State: checklist.Pass, Detail: "2 credentials usable"},
		}},
		{name: "the line ends of Windows", objects: secretOf("MINIO_ACCESS_KEY: somebody", `MINIO_SECRET_KEY: "`+canary+`\r\n"`), mends: true, typed: canary + "\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-S04", Detail: "MINIO_SECRET_KEY (Secret flts-secrets) ends with a newline (21 bytes in all)", Evidence: []string{"a variable has the newline; of a mounted file flts-run takes one newline away, and other programs do not"}, Hint: typeSecret("MINIO_SECRET_KEY")},
			{State: checklist.Pass, Detail: "not encoded twice"},
			{State: checklist.Pass, Detail: "2 credentials usable"},
		}},
		{name: "UTF-16", objects: "---\napiVersion: v1\nkind: Secret\nmetadata: {name: flts-secrets, labels: {kept: \"yes\"}}\ndata: {MINIO_ACCESS_KEY: bWU0eW91, MINIO_SECRET_KEY: //5tADoAOQA=}\n", mends: true, typed: canary + "\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-S10", Detail: "MINIO_SECRET_KEY (Secret flts-secrets) is UTF-16 text, by its byte order mark", Evidence: []string{"convert the file: iconv -f UTF-16 -t UTF-8 FILE > text, and make the key of that: --from-file=MINIO_SECRET_KEY=text"}, Hint: typeSecret("MINIO_SECRET_KEY")},
			{State: checklist.Pass, Detail: "not encoded twice"},
			{State: checklist.Pass, Detail: "2 credentials usable"},
		}},
		{name: "encoded twice", objects: secretOf("MINIO_ACCESS_KEY: somebody", "MINIO_SECRET_KEY: "+twice([]byte(canary+"\n"))), mends: true, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no extra characters"},
			{State: checklist.Warn, Code: "FLTS-S05", Detail: "MINIO_SECRET_KEY (Secret flts-secrets) looks like base64 of the value instead of the value: it decodes to text that ends with a newline", Evidence: []string{"put the value itself under stringData: of the Secret, or use kubectl create secret --from-literal, which encodes it"}, Hint: rewriteSecret("MINIO_SECRET_KEY", `{{index .data "MINIO_SECRET_KEY"|base64decode|base64decode}}`)},
			{State: checklist.Pass, Detail: "2 credentials usable"},
		}},
		{name: "exchanged", objects: secretOf("MINIO_ACCESS_KEY: wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYaa", "MINIO_SECRET_KEY: ABCDEFGHIJKLMNOPQRST", "KEPT: a"), mends: true, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no extra characters"},
			{State: checklist.Pass, Detail: "not encoded twice"},
			{State: checklist.Warn, Code: "FLTS-C31", Detail: "MINIO_ACCESS_KEY (Secret flts-secrets) has the form of a secret key and MINIO_SECRET_KEY (Secret flts-secrets) that of an access key", Evidence: []string{"exchange the two"}, Hint: `kubectl -n NS patch secret flts-secrets --type=json -p '[{"op":"move","from":"/data/MINIO_ACCESS_KEY","path":"/data/flts-aside"},{"op":"move","from":"/data/MINIO_SECRET_KEY","path":"/data/MINIO_ACCESS_KEY"},{"op":"move","from":"/data/flts-aside","path":"/data/MINIO_SECRET_KEY"}]'`},
		}},
		{name: "a stand-in", objects: secretOf("MINIO_ACCESS_KEY: somebody", "MINIO_SECRET_KEY: changeme"), mends: true, typed: canary + "\n", want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no extra characters"},
			{State: checklist.Pass, Detail: "not encoded twice"},
			{State: checklist.Warn, Code: "FLTS-C30", Detail: "MINIO_SECRET_KEY (Secret flts-secrets) looks like a stand-in for a value", Evidence: []string{"set MINIO_SECRET_KEY to its value, or leave it out"}, Hint: typeSecret("MINIO_SECRET_KEY")},
		}},
		{name: "one that cannot be changed", objects: strings.Replace(secretOf("MINIO_ACCESS_KEY: somebody", `MINIO_SECRET_KEY: "`+canary+`\n"`), "stringData", "immutable: true\nstringData", 1), want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-S04", Detail: "MINIO_SECRET_KEY (Secret flts-secrets) ends with a newline (20 bytes in all)", Evidence: []string{"a variable has the newline; of a mounted file flts-run takes one newline away, and other programs do not"}, Hint: "kubectl -n NS describe secret flts-secrets   shows its keys; it is immutable, so make another one and name that in the pods"},
			{State: checklist.Pass, Detail: "not encoded twice"},
			{State: checklist.Pass, Detail: "2 credentials usable"},
		}},
		{name: "what is no credential", objects: secretOf("MINIO_ACCESS_KEY: somebody", "MINIO_SECRET_KEY: "+canary, "GATEWAY_URL: http://localhost:8000", "MINIO_SECURE: perhaps"), mends: true, typed: "false\nhttp://gateway\n", want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no extra characters"},
			{State: checklist.Pass, Detail: "not encoded twice"},
			{State: checklist.Fail, Code: "FLTS-C20", Detail: "2 findings, of which the first: MINIO_SECURE (Secret flts-secrets): a value of the wrong type", Evidence: []string{
				"FLTS-C20 MINIO_SECURE (Secret flts-secrets): a value of the wrong type; what is no credential belongs into the ConfigMap, where its value may be seen",
				"FLTS-C02 GATEWAY_URL (Secret flts-secrets): localhost as an endpoint, in a pod; what is no credential belongs into the ConfigMap, where its value may be seen",
			}, Hint: typeSecret("MINIO_SECURE")},
		}},
		{name: "not to be read", objects: whole, as: metadataOnly, want: []checklist.Finding{
			mayNotGet("secrets", "flts-secrets"),
			mayNotGet("secrets", "flts-secrets"),
			mayNotGet("secrets", "flts-secrets"),
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"secret.characters", "secret.encoding", "secret.values"}
			if !s.mends {
				s.run(t)
				return
			}
			right := map[string]string{"exchanged": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYaa"}
			s.after(t, cmp.Or(right[s.name], canary)+" yes", "get", "secret", "flts-secrets", "-o", "go-template={{.data.MINIO_SECRET_KEY|base64decode}} {{.metadata.labels.kept}}")
		})
	}
}

// A credential that moves out of the ConfigMap is in the Secret then, and what else the
// two had is there still.
func TestCredentialMoves(t *testing.T) {
	s := scenario{
		objects: configMap("data: {DB_PASSWORD: \"two\\nlines\", MINIO_SECRET_KEY: "+canary+", KEPT: a}") + secretOf("MINIO_ACCESS_KEY: somebody"),
		only:    []string{"configmap.secrets"}, mends: true,
		want: []checklist.Finding{{
			State: checklist.Warn, Code: "FLTS-C23", Detail: "2 findings, of which the first: DB_PASSWORD is named like a credential, and is in the ConfigMap flts-config",
			Evidence: []string{"FLTS-C23 DB_PASSWORD is named like a credential, and is in the ConfigMap flts-config", "FLTS-C23 MINIO_SECRET_KEY is sensitive, and is in the ConfigMap flts-config"},
			Hint:     moveToSecret("DB_PASSWORD"),
		}},
	}
	s.after(t, "map[KEPT:a] two\nlines "+canary+" somebody yes", "get", "configmap/flts-config", "secret/flts-secrets", "-o",
		`go-template={{(index .items 0).data}} {{with index .items 1}}{{.data.DB_PASSWORD|base64decode}} {{.data.MINIO_SECRET_KEY|base64decode}} {{.data.MINIO_ACCESS_KEY|base64decode}} {{.metadata.labels.kept}}{{end}}`)
}

// Who may list Secrets and not read them learns that it is there, and nothing else.
func TestMetadataOnly(t *testing.T) {
	scenario{
		objects: configMap("data: {APP_ENV: prod}") + whole, as: metadataOnly,
		only: []string{"secret.*", "policy.*"}, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "flts-secrets is there"},
			mayNotGet("secrets", "flts-secrets"),
			mayNotGet("secrets", "flts-secrets"),
			mayNotGet("secrets", "flts-secrets"),
			mayNotGet("secrets", "flts-secrets"),
			mayNotGet("secrets", "flts-secrets"),
			mayNotGet("secrets", "flts-secrets"),
			{State: checklist.Pass, Detail: "APP_ENV is prod"},
			mayNotGet("secrets", "flts-secrets"),
			mayNotGet("secrets", "flts-secrets"),
			mayNotGet("secrets", "flts-secrets"),
			mayNotGet("secrets", "flts-secrets"),
		},
	}.run(t)
}

// An API that answers 403 to everything gives no pass.
func TestNothingToBeSeen(t *testing.T) {
	scenario{
		objects: configMap("data: {APP_ENV: prod}") + whole, as: `- {apiGroups: [""], resources: [pods], verbs: [list]}`,
		only: []string{"configmap.*", "secret.*", "policy.*"}, want: []checklist.Finding{
			mayNotGet("configmaps", "flts-config"),
			{State: checklist.Skip, Detail: "needs configmap.present, which could not look"},
			{State: checklist.Skip, Detail: "needs configmap.present, which could not look"},
			{State: checklist.Skip, Detail: "needs configmap.present, which could not look"},
			{State: checklist.Skip, Detail: "needs configmap.present, which could not look"},
			{State: checklist.Skip, Detail: "needs configmap.present, which could not look"},
			{State: checklist.Skip, Detail: "needs configmap.present, which could not look"},
			mayNotGet("secrets", "flts-secrets"),
			{State: checklist.Skip, Detail: "needs secret.present, which could not look"},
			{State: checklist.Skip, Detail: "needs secret.present, which could not look"},
			{State: checklist.Skip, Detail: "needs secret.present, which could not look"},
			{State: checklist.Skip, Detail: "needs secret.present, which could not look"},
			{State: checklist.Skip, Detail: "needs secret.present, which could not look"},
			{State: checklist.Skip, Detail: "needs secret.present, which could not look"},
			mayNotGet("configmaps", "flts-config"),
			mayNotGet("configmaps", "flts-config"),
			mayNotGet("configmaps", "flts-config"),
			mayNotGet("configmaps", "flts-config"),
			mayNotGet("configmaps", "flts-config"),
		},
	}.run(t)
}
