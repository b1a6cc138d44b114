package resolve_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// fromAirflow resolves the built-in contract from connections alone.
func fromAirflow(t *testing.T, more string, vars map[string]string) *resolve.Resolution {
	t.Helper()
	c := parsed(t, "extends: builtin\n"+more)
	return judged(resolve.Input{Contract: c, Sources: resolve.ReadAirflow(c, vars), AppEnv: resolve.Dev})
}

func TestAirflowConnections(t *testing.T) {
	for name, row := range map[string]struct {
		contract string
		vars     map[string]string
		want     map[string]string // the keys that a connection supplies, with their origins
	}{
		"aws as a URI": {"", map[string]string{"AIRFLOW_CONN_MINIO": "aws://AKIA%2B:sec%2Fret@/?endpoint_url=https%3A%2F%2Fminio%3A9000&region_name=eu-west-1"}, map[string]string{
			"MINIO_ACCESS_KEY": "AKIA+ (env AIRFLOW_CONN_MINIO login)", "MINIO_SECRET_KEY": "sec/ret (env AIRFLOW_CONN_MINIO password)",
			"MINIO_ENDPOINT": "minio:9000 (env AIRFLOW_CONN_MINIO extra.endpoint_url)", "MINIO_SECURE": "true (env AIRFLOW_CONN_MINIO extra.endpoint_url)",
			"AWS_DEFAULT_REGION": "eu-west-1 (env AIRFLOW_CONN_MINIO extra.region_name)",
		}},
		"aws as JSON, deep": {"", map[string]string{"AIRFLOW_CONN_MINIO_DEFAULT": `{"conn_type": "aws", "extra": {"aws_access_key_id": "AK", "aws_secret_access_key": "SK", "aws_session_token": "ST", "service_config": {"s3": {"endpoint_url": "http://m:1"}}, "endpoint_url": "http://sts"}}`}, map[string]string{
			"MINIO_ACCESS_KEY": "AK (env AIRFLOW_CONN_MINIO_DEFAULT extra.aws_access_key_id)", "MINIO_SECRET_KEY": "SK (env AIRFLOW_CONN_MINIO_DEFAULT extra.aws_secret_access_key)",
			"AWS_SESSION_TOKEN": "ST (env AIRFLOW_CONN_MINIO_DEFAULT extra.aws_session_token)",
			"MINIO_ENDPOINT":    "m:1 (env AIRFLOW_CONN_MINIO_DEFAULT extra.service_config.s3.endpoint_url)", "MINIO_SECURE": "false (env AIRFLOW_CONN_MINIO_DEFAULT extra.service_config.s3.endpoint_url)",
		}},
		"the first id counts": {"", map[string]string{"AIRFLOW_CONN_MLFLOW": "http://one:1", "AIRFLOW_CONN_MLFLOW_DEFAULT": "http://two:2"}, map[string]string{"MLFLOW_TRACKING_URI": "http://one:1 (env AIRFLOW_CONN_MLFLOW url)"}},
		"http with a login": {"", map[string]string{"AIRFLOW_CONN_MLFLOW": "http://ada:p%40ss@mlflow:443/https"}, map[string]string{
			"MLFLOW_TRACKING_URI": "https://mlflow:443 (env AIRFLOW_CONN_MLFLOW url)", "MLFLOW_TRACKING_USERNAME": "ada (env AIRFLOW_CONN_MLFLOW login)", "MLFLOW_TRACKING_PASSWORD": "p@ss (env AIRFLOW_CONN_MLFLOW password)",
		}},
		"a scheme in the host": {"", map[string]string{"AIRFLOW_CONN_GATEWAY": "http://https://gw:8443/"}, map[string]string{"GATEWAY_URL": "https://gw:8443 (env AIRFLOW_CONN_GATEWAY url)"}},
		"empty":                {"", map[string]string{"AIRFLOW_CONN_GATEWAY": ""}, nil},
		"not mapped":           {"", map[string]string{"AIRFLOW_CONN_OTHER": "http://x"}, nil},
		"mapped by the contract": {"connections: {minio: null, mlflow: null, gateway: null, db: {ids: [pg], types: [postgres], keys: {POSTGRES_ENDPOINT: [hostport], BUCKET_MLFLOW: [extra.nope, schema]}}}", map[string]string{"AIRFLOW_CONN_PG": "postgresql://u:p@db:5433/names"}, map[string]string{
			"POSTGRES_ENDPOINT": "db:5433 (env AIRFLOW_CONN_PG hostport)", "BUCKET_MLFLOW": "names (env AIRFLOW_CONN_PG schema)",
		}},
		"a key that is gone": {"keys: {GATEWAY_URL: null}\nservices: {gateway: null}", map[string]string{"AIRFLOW_CONN_GATEWAY": "http://x"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			r := fromAirflow(t, row.contract, row.vars)
			for _, k := range r.Keys {
				if k.Winner >= 0 && k.Candidates[k.Winner].Layer == resolve.Secret {
					got[k.Key.Name] = k.Value.Reveal() + " (" + k.Origin() + ")"
				}
			}
			if row.want == nil {
				row.want = map[string]string{}
			}
			require.Equal(t, row.want, got)
		})
	}
}

// What cannot be used is said, and nothing of it is quoted.
func TestAirflowConnectionsThatAreWrong(t *testing.T) {
	r := fromAirflow(t, "", map[string]string{"AIRFLOW_CONN_GATEWAY": "http://u:hunter22@h:hunter22", "AIRFLOW_CONN_MINIO": "wasb://u:hunter22@h", "AIRFLOW_CONN_MLFLOW": "hunter22 is the password://"})
	var said []resolve.Finding
	for _, f := range r.Findings {
		if f.Code == resolve.CodeConnection || f.Code == resolve.CodeConnectionType {
			said = append(said, f)
		}
	}
	require.Equal(t, []resolve.Finding{
		{Severity: resolve.Error, Code: resolve.CodeConnection, Key: "GATEWAY_URL", Message: "GATEWAY_URL (env AIRFLOW_CONN_GATEWAY) is in no connection that Airflow can read: it has a port that is no number from 0 to 65535", Hint: "write it as JSON, where nothing is encoded: airflow connections get ID -o json shows one"},
		{Severity: resolve.Warning, Code: resolve.CodeConnectionType, Message: `AIRFLOW_CONN_MINIO is a connection of type "wasb", and the contract wants aws or s3: nothing of it is used`, Hint: "change conn_type, or add the type to connections.minio.types of the contract"},
		{Severity: resolve.Warning, Code: resolve.CodeConnectionType, Message: "AIRFLOW_CONN_MLFLOW is a connection without a type, and the contract wants http: nothing of it is used", Hint: "change conn_type, or add the type to connections.mlflow.types of the contract"},
	}, said)
}

func TestAirflowSecrets(t *testing.T) {
	const json = `{"conn_type":"x","password":"pw","extra":{"region":"eu","api_key":"k1","deep":{"aws_secret_access_key":"k2"},"text":"{\"token\": \"k3\"}"}}`
	require.Equal(t, map[string][]string{
		"AIRFLOW_CONN_A": {"x://u:p%40s@h", "p@s", "p%40s"},
		"AIRFLOW_CONN_B": {json, "k1", "k2", "k3", "pw"},
		"AIRFLOW_CONN_C": {"x://u:pw@h:bad", "pw", "pw"},
	}, resolve.AirflowSecrets(map[string]string{"AIRFLOW_CONN_A": "x://u:p%40s@h", "AIRFLOW_CONN_B": json, "AIRFLOW_CONN_C": "x://u:pw@h:bad", "AIRFLOW_CONN_D": "", "OTHER": "x://u:p@h"}))
}

func TestWrongConnectionsOfAContract(t *testing.T) {
	_, err := resolve.ParseContract("mine.yaml", []byte("extends: builtin\nconnections:\n  minio: {ids: []}\n  x: {}\n  gateway: {keys: {GATEWAY_ULR: [url], GATEWAY_URL: [ulr, extra., extra.a..b]}}\n"))
	require.EqualError(t, err, "mine.yaml:3:3: connection minio has no ids: no variable AIRFLOW_CONN_<ID> is meant\n"+
		"mine.yaml:4:3: connection x has no ids: no variable AIRFLOW_CONN_<ID> is meant\n"+
		"mine.yaml:5:20: connection gateway: no key GATEWAY_ULR in the contract, did you mean GATEWAY_URL?\n"+
		"mine.yaml:5:40: connection gateway: GATEWAY_URL: \"ulr\" is no field of a connection: write one of login, password, host, port, hostport, schema, url, or extra.NAME\n"+
		"mine.yaml:5:40: connection gateway: GATEWAY_URL: \"extra.\" is no field of a connection: write one of login, password, host, port, hostport, schema, url, or extra.NAME\n"+
		"mine.yaml:5:40: connection gateway: GATEWAY_URL: \"extra.a..b\" is no field of a connection: write one of login, password, host, port, hostport, schema, url, or extra.NAME")
}
