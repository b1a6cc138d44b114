package resolve_test

import (
	"io/fs"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// clientsOf judges the environment of a task: what it was given, with what the
// resolution sets. files are those of AWS configuration.
func clientsOf(t *testing.T, contract string, given, files map[string]string, change func(*resolve.Input)) (list []said, stale []string) {
	t.Helper()
	c := parsed(t, contract)
	env := resolve.ReadEnviron(c, entries(given))
	in := resolve.Input{Contract: c, AppEnv: resolve.Dev, Variables: given, Sources: []resolve.Source{env.Plain, env.SecretPrefixed, env.Sensitive}}
	if change != nil {
		change(&in)
	}
	r := resolve.Resolve(in)
	before := len(r.Findings)
	task := maps.Clone(given)
	maps.Copy(task, r.Environ())
	r.JudgeTask(in.Contract, resolve.Task{Environ: task, Given: given, ReadFile: func(path string) ([]byte, error) {
		text, ok := files[path]
		switch {
		case !ok:
			return nil, fs.ErrNotExist
		case text == "unreadable":
			return nil, fs.ErrPermission
		}
		return []byte(text), nil
	}})
	enter(r.Findings)
	return saidOf(r.Findings[before:]), r.Stale
}

func entries(vars map[string]string) []string {
	var list []string
	for name, value := range vars {
		list = append(list, name+"="+value)
	}
	return list
}

// withKeys gives an environment static keys and a home.
func withKeys(pairs ...string) map[string]string {
	env := map[string]string{"HOME": "/task/", "AWS_ACCESS_KEY_ID": "component-key", "AWS_SECRET_ACCESS_KEY": "component-secret"}
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return env
}

const spell = "give MINIO_ENDPOINT the spellings AWS_ENDPOINT_URL_S3 and MLFLOW_S3_ENDPOINT_URL in the contract, as: url"

func amazon(severity, why, hint string) []said {
	return []said{{"FLTS-C09 " + severity, "AWS_ACCESS_KEY_ID (env) would be sent to s3.amazonaws.com, which answers InvalidAccessKeyId: " + why, hint}}
}

func TestCredentialsThatWouldGoToAWS(t *testing.T) {
	contract := unspelled
	without := func(in *resolve.Input) {
		less, err := in.Contract.Without([]string{"minio"})
		require.NoError(t, err)
		in.Contract = less
	}
	const none = "no variable that boto3 reads names an endpoint"
	for name, row := range map[string]struct {
		contract     string
		given, files map[string]string
		change       func(*resolve.Input)
		want         []said
	}{
		"no endpoint at all":                 {contract, withKeys(), nil, nil, amazon("error", none, spell)},
		"one that the component may use":     {contract, withKeys("MINIO_ENDPOINT", "minio:9000"), nil, nil, amazon("warning", "boto3 does not read MINIO_ENDPOINT, and no variable that it reads names an endpoint", spell)},
		"one that was refused":               {"extends: builtin", withKeys("MINIO_ENDPOINT", "https://minio:9000"), nil, nil, nil},
		"one under a name that nobody reads": {contract, withKeys("S3_ENDPOINT_URL", "http://minio:9000"), nil, nil, amazon("error", "boto3 does not read S3_ENDPOINT_URL, and no variable that it reads names an endpoint", spell)},
		"a contract without a store":         {"keys: {A: {type: string}}", withKeys(), nil, nil, amazon("error", none, "set AWS_ENDPOINT_URL_S3 and MLFLOW_S3_ENDPOINT_URL to http://SVC.default.svc.cluster.local:9000")},
		"a service that was left out":        {"extends: builtin", withKeys(), nil, without, amazon("warning", none, "set MINIO_ENDPOINT=HOST:PORT, which flts-run writes in every form that clients read")},
		"ignored":                            {contract, withKeys("AWS_ENDPOINT_URL_S3", "http://minio:9000", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"), nil, nil, amazon("error", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is set, so boto3 reads no endpoint", spell)},

		"the builtin contract":       {"extends: builtin", withKeys(), nil, nil, nil},
		"an endpoint for S3":         {contract, withKeys("AWS_ENDPOINT_URL_S3", "http://minio:9000"), nil, nil, nil},
		"an endpoint for MLflow":     {contract, withKeys("MLFLOW_S3_ENDPOINT_URL", "http://minio:9000"), nil, nil, nil},
		"an endpoint in a file":      {contract, withKeys(), map[string]string{"/task/.aws/config": "[default]\nendpoint_url = http://minio:9000\n"}, nil, nil},
		"keys of AWS":                {contract, withKeys("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), nil, nil, nil},
		"no keys":                    {contract, map[string]string{"HOME": "/task"}, nil, nil, nil},
		"nobody knows where home is": {contract, withKeys("HOME", ""), nil, nil, nil},
	} {
		got, _ := clientsOf(t, row.contract, row.given, row.files, row.change)
		require.Equal(t, row.want, got, name)
	}
}

// unspelled is the contract of a component that knows no name of boto3 but those
// of the credentials.
const unspelled = `
keys:
  MINIO_ENDPOINT: {type: hostport}
  KEY: {type: string, sensitive: true, group: s3, spellings: [AWS_ACCESS_KEY_ID]}
  SECRET: {type: string, sensitive: true, group: s3, spellings: [AWS_SECRET_ACCESS_KEY]}
services: {store: {kind: s3, check: enforce, endpoint: MINIO_ENDPOINT, access_key: KEY, secret_key: SECRET}}
`

func TestNamesThatNobodyReads(t *testing.T) {
	const minio = "set MINIO_ENDPOINT, which flts-run writes in every form that clients read; pyarrow takes endpoint_override="
	const uses = `which is "http://minio-service.default.svc.cluster.local:9000" (default)`
	for name, row := range map[string]struct {
		contract string
		given    map[string]string
		want     []said
	}{
		"beside a default":          {"extends: builtin", withKeys("S3_ENDPOINT_URL", "http://minio:9000"), []said{{"FLTS-C10 warning", `S3_ENDPOINT_URL = "http://minio:9000" (env) is not read by boto3: it reads AWS_ENDPOINT_URL_S3, ` + uses, minio}}},
		"with a login":              {"extends: builtin", withKeys("AWS_ENDPOINT", "http://u:canary@minio:9000?X-Amz-Signature=canary"), []said{{"FLTS-C10 warning", `AWS_ENDPOINT = "http://********@minio:9000…" (env) is not read by boto3: it reads AWS_ENDPOINT_URL_S3, ` + uses, minio}}},
		"the same value":            {"extends: builtin", withKeys("S3_ENDPOINT_URL", "http://minio:9000/", "MINIO_ENDPOINT", "minio:9000"), nil},
		"spelled by the contract":   {"extends: builtin", withKeys("AWS_S3_ENDPOINT_URL", "http://minio:9000"), nil},
		"a region of its own":       {"keys: {AWS_REGION: {type: string}}", withKeys("AWS_ENDPOINT_URL_S3", "http://m:9", "AWS_REGION", "eu-1"), []said{{"FLTS-C10 warning", `AWS_REGION = "eu-1" (env) is not read by boto3: it reads AWS_DEFAULT_REGION, which is not set`, "give AWS_REGION the spelling AWS_DEFAULT_REGION in the contract"}}},
		"a region beside":           {"extends: builtin", withKeys("AWS_REGION", "eu-1"), nil},
		"for MLflow":                {"extends: builtin", map[string]string{"MLFLOW_TRACKING_URL": "http://m:5000"}, []said{{"FLTS-C10 warning", `MLFLOW_TRACKING_URL = "http://m:5000" (env) is not read by MLflow: it reads MLFLOW_TRACKING_URI, which is "http://mlflow.default.svc.cluster.local:5000" (default)`, "set MLFLOW_TRACKING_URI, which flts-run writes in every form that clients read"}}},
		"nobody has keys for boto3": {"keys: {MINIO_ENDPOINT: {type: hostport}}", map[string]string{"MINIO_ENDPOINT": "minio:9000"}, nil},
		"for all of AWS": {"extends: builtin", withKeys("AWS_ENDPOINT_URL", "http://minio:9000"), []said{{
			"FLTS-C29 warning", `AWS_ENDPOINT_URL = "http://minio:9000" (env) is for every service of AWS: boto3 asks it for STS and Secrets Manager too`,
			"set AWS_ENDPOINT_URL_S3 instead, which is for S3 alone, and unset AWS_ENDPOINT_URL",
		}}},
	} {
		got, _ := clientsOf(t, row.contract, row.given, nil, nil)
		require.Equal(t, row.want, got, name)
	}
}

func TestProfiles(t *testing.T) {
	config := map[string]string{"/task/.aws/config": "[profile ml]\nregion = x\n[ other ]\n[profile \"with space\"]\n"}
	credentials := map[string]string{"/elsewhere": "# [commented]\n[ml]\n"}
	fault := []said{{
		"FLTS-C28 error", `AWS_PROFILE = "ml" (env) is a profile that is not in /task/.aws/config and /task/.aws/credentials: boto3 raises ProfileNotFound before it sends anything`,
		"unset AWS_PROFILE, or run with --fix-env; or mount the file and set AWS_CONFIG_FILE to its path",
	}}
	for name, row := range map[string]struct {
		given, files map[string]string
		found        bool
	}{
		"no file":                     {withKeys("AWS_PROFILE", "ml"), nil, true},
		"in the config":               {withKeys("AWS_PROFILE", "ml"), config, false},
		"with a space":                {withKeys("AWS_PROFILE", "with space"), config, false},
		"not called profile":          {withKeys("AWS_PROFILE", "other"), config, true},
		"the default has to be there": {withKeys("AWS_PROFILE", "default"), config, true},
		"the credentials elsewhere":   {withKeys("AWS_PROFILE", "ml", "AWS_SHARED_CREDENTIALS_FILE", "/elsewhere"), credentials, false},
		"only a comment":              {withKeys("AWS_PROFILE", "commented", "AWS_SHARED_CREDENTIALS_FILE", "/elsewhere"), credentials, true},
		"the older variable":          {withKeys("AWS_DEFAULT_PROFILE", "gone", "AWS_PROFILE", "ml"), config, true},
		"cannot be looked at":         {withKeys("AWS_PROFILE", "ml"), map[string]string{"/task/.aws/config": "unreadable"}, false},
		"a relative path":             {withKeys("AWS_PROFILE", "ml", "AWS_CONFIG_FILE", "aws/config"), nil, false},
		"no home":                     {withKeys("AWS_PROFILE", "ml", "HOME", ""), nil, false},
	} {
		got, stale := clientsOf(t, "extends: builtin", row.given, row.files, nil)
		require.Equal(t, row.found, len(got) == 1, "%s: %v", name, got)
		require.Equal(t, row.found, len(stale) == 1, name)
		if name == "no file" {
			require.Equal(t, fault, got)
			require.Equal(t, []string{"AWS_PROFILE"}, stale)
		}
	}
}

// A token that nobody knows to belong to the keys. In the builtin contract it is
// a key, and its old name a spelling of it.
func TestTokensOfAnotherLogin(t *testing.T) {
	fromSecret := func(pairs ...string) map[string]string {
		env := withKeys(append([]string{"AWS_ENDPOINT_URL_S3", "http://m:9", "FLTS_FROM_SECRET_KEY", "another-key", "FLTS_FROM_SECRET_SECRET", "another-secret"}, pairs...)...)
		return env
	}
	got, stale := clientsOf(t, unspelled, fromSecret("AWS_SESSION_TOKEN", "canary-token", "AWS_SECURITY_TOKEN", "canary-token"), nil, nil)
	require.Equal(t, []string{"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"}, stale)
	require.Equal(t, said{
		"FLTS-C21 warning", "AWS_SESSION_TOKEN (env) does not belong to the access key in use: boto3 sends it along, and the store answers InvalidTokenId",
		"unset AWS_SESSION_TOKEN, or run with --fix-env",
	}, got[0])
	require.Len(t, got, 2)

	_, stale = clientsOf(t, unspelled, withKeys("AWS_ENDPOINT_URL_S3", "http://m:9", "AWS_SESSION_TOKEN", "canary-token"), nil, nil)
	require.Empty(t, stale, "the token came with these keys")

	_, stale = clientsOf(t, "extends: builtin", withKeys("FLTS_FROM_SECRET_MINIO_ACCESS_KEY", "another-key", "FLTS_FROM_SECRET_MINIO_SECRET_KEY", "another-secret", "AWS_SECURITY_TOKEN", "canary-token"), nil, nil)
	require.Equal(t, []string{"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"}, stale)
}

// What --fix-env removes does not keep the task from starting.
func TestAProfileThatIsNotHandedOn(t *testing.T) {
	r := resolve.Resolve(resolve.Input{Contract: builtin(t), AppEnv: resolve.Dev})
	r.JudgeTask(builtin(t), resolve.Task{
		Environ: map[string]string{"AWS_PROFILE": "gone", "HOME": "/"}, Fixed: true,
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist },
	})
	require.Equal(t, "FLTS-C28 warning", saidOf(r.Findings)[0].code)
}

func FuzzAWSFiles(f *testing.F) {
	f.Add("[profile a]\nendpoint_url=x\n[default]\n", "a")
	f.Add("[profile \"a b\"", "a b")
	f.Fuzz(func(t *testing.T, text, profile string) {
		r := resolve.Resolve(resolve.Input{Contract: builtin(t), AppEnv: resolve.Dev})
		r.JudgeTask(builtin(t), resolve.Task{
			Environ:  map[string]string{"AWS_PROFILE": profile, "HOME": "/"},
			ReadFile: func(string) ([]byte, error) { return []byte(text), nil },
		})
	})
}
