//go:build peers

package peers_test

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

const (
	get    = http.MethodGet
	post   = http.MethodPost
	patch  = http.MethodPatch
	remove = http.MethodDelete
)

// othersV2 are those who may not do all.
func othersV2(t *testing.T) map[string]string {
	return map[string]string{
		"none":    "",
		"garbage": "Bearer garbage",
		"basic":   "Basic YWRtaW46YWRtaW4=",
		"expired": "Bearer " + airflowToken(t, "admin", time.Now().Add(-24*time.Hour)),
		"viewer":  "Bearer " + airflowToken(t, "viewer", time.Now().Add(time.Hour)),
	}
}

// airflowToken is a token as Airflow 3 makes them.
func airflowToken(t *testing.T, role string, expires time.Time) string {
	t.Helper()
	part := func(value any) string {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	begin := expires.Add(-24 * time.Hour).Unix()
	text := part(map[string]any{"alg": "HS512", "kid": "not-used", "typ": "JWT"}) + "." +
		part(map[string]any{"sub": role, "role": role, "teams": []string{}, "aud": "apache-airflow", "nbf": begin, "iat": begin, "exp": expires.Unix(), "jti": "0"})
	sum := hmac.New(sha512.New, []byte(teststack.AirflowTokenKey))
	sum.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(sum.Sum(nil))
}

// breakFile puts a file that cannot be imported in the place of one that can.
func breakFile(name string) func(*testing.T, airflow) {
	return func(t *testing.T, a airflow) {
		text, err := os.ReadFile("../../testdata/peers/airflow/broken/broken.py")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(a.DAGs(), name), text, 0o644))
	}
}

// callsV2 are in the order in which they are made: later ones look at what earlier
// ones started.
var callsV2 = []call{
	{name: "version", method: get, path: "/api/v2/version", as: "none"},
	{name: "health", method: get, path: "/api/v2/monitor/health", as: "none"},
	{name: "v1_version", method: get, path: "/api/v1/version", as: "none"},
	{name: "v1_dags", method: get, path: "/api/v1/dags"},
	{name: "no_such_path", method: get, path: "/api/v2/nonsense"},
	{name: "base", method: get, path: "/", as: "none", accept: "text/html"},

	{name: "token", method: post, path: "/auth/token", as: "none", body: `{"username": "admin", "password": "correct horse battery"}`},
	{name: "token_wrong_password", method: post, path: "/auth/token", as: "none", body: `{"username": "admin", "password": "wrong"}`},
	{name: "token_unknown_user", method: post, path: "/auth/token", as: "none", body: `{"username": "nobody", "password": "wrong"}`},
	{name: "token_missing_field", method: post, path: "/auth/token", as: "none", body: `{"username": "admin"}`},
	{name: "token_unknown_field", method: post, path: "/auth/token", as: "none", body: `{"username": "admin", "password": "correct horse battery", "more": 1}`},
	{name: "token_get", method: get, path: "/auth/token", as: "none"},
	{name: "token_under_api", method: post, path: "/api/v2/auth/token", as: "none", body: `{"username": "admin", "password": "correct horse battery"}`},
	{name: "unauthorized_none", method: get, path: "/api/v2/dags", as: "none"},
	{name: "unauthorized_garbage", method: get, path: "/api/v2/dags", as: "garbage"},
	{name: "unauthorized_expired", method: get, path: "/api/v2/dags", as: "expired"},
	{name: "unauthorized_basic", method: get, path: "/api/v2/dags", as: "basic"},
	{name: "unauthorized_trigger", method: post, path: "/api/v2/dags/succeeds/dagRuns", as: "expired", body: `{"logical_date": null}`},

	{name: "forbidden_trigger", method: post, path: "/api/v2/dags/succeeds/dagRuns", as: "viewer", body: `{"logical_date": null}`},
	{name: "forbidden_unpause", method: patch, path: "/api/v2/dags/paused", as: "viewer", body: `{"is_paused": false}`},

	{name: "dags_page_1", method: get, path: "/api/v2/dags?limit=2&order_by=dag_id"},
	{name: "dags_page_2", method: get, path: "/api/v2/dags?limit=2&offset=2&order_by=dag_id"},
	{name: "dags_limit_too_high", method: get, path: "/api/v2/dags?limit=1000"},
	{name: "dags_by_pattern", method: get, path: "/api/v2/dags?dag_id_pattern=typ"},
	{name: "dag", method: get, path: "/api/v2/dags/typed"},
	{name: "dag_paused", method: get, path: "/api/v2/dags/paused"},
	{name: "dag_unknown", method: get, path: "/api/v2/dags/nonsense"},
	{name: "dag_details", method: get, path: "/api/v2/dags/typed/details"},
	{name: "dag_details_without_params", method: get, path: "/api/v2/dags/succeeds/details"},
	{name: "dag_details_unknown", method: get, path: "/api/v2/dags/nonsense/details"},
	{name: "tasks", method: get, path: "/api/v2/dags/joins/tasks"},
	{name: "import_errors_none", method: get, path: "/api/v2/importErrors"},

	{name: "trigger_long", method: post, path: "/api/v2/dags/slow/dagRuns", body: `{"logical_date": null, "dag_run_id": "slow-1"}`},
	{name: "trigger", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "dag_run_id": "flts__2026-01-02T03-04-05Z__ab12", "conf": {"name": "flts"}, "note": "from a test"}`},
	{name: "trigger_same_id", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "dag_run_id": "flts__2026-01-02T03-04-05Z__ab12", "conf": {"name": "flts"}}`},
	{name: "trigger_without_id", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null}`},
	{name: "trigger_null_conf", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "dag_run_id": "null-conf", "conf": null}`},
	{name: "trigger_missing_logical_date", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"dag_run_id": "x"}`},
	{name: "trigger_unknown_field", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "execution_date": null}`},
	{name: "trigger_naive_date", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": "2026-01-02T03:04:05"}`},
	{name: "trigger_date", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": "2026-01-02T03:04:05Z", "dag_run_id": "dated"}`},
	{name: "trigger_same_date", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": "2026-01-02T03:04:05Z", "dag_run_id": "dated-again"}`},
	{name: "trigger_half_interval", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "data_interval_start": "2026-01-02T03:04:05Z"}`},
	{name: "trigger_empty_body", method: post, path: "/api/v2/dags/succeeds/dagRuns"},
	{name: "trigger_no_json", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{`},
	{name: "trigger_conf_no_object", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "conf": [1]}`},
	{name: "trigger_id_with_space", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "dag_run_id": "has space"}`},
	{name: "trigger_id_with_slash", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "dag_run_id": "a/b"}`},
	{name: "trigger_id_with_plus", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "dag_run_id": "a~b:c+d.e"}`},
	{name: "trigger_id_scheduled", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "dag_run_id": "scheduled__x"}`},
	{name: "trigger_id_empty", method: post, path: "/api/v2/dags/succeeds/dagRuns", body: `{"logical_date": null, "dag_run_id": ""}`},
	{name: "trigger_unknown_dag", method: post, path: "/api/v2/dags/nonsense/dagRuns", body: `{"logical_date": null}`},
	{name: "trigger_paused", method: post, path: "/api/v2/dags/paused/dagRuns", body: `{"logical_date": null, "dag_run_id": "paused-1"}`},
	{name: "trigger_param_missing", method: post, path: "/api/v2/dags/typed/dagRuns", body: `{"logical_date": null, "conf": {}}`},
	{name: "trigger_param_too_small", method: post, path: "/api/v2/dags/typed/dagRuns", body: `{"logical_date": null, "conf": {"identifier": "a", "batch_size": 0}}`},
	{name: "trigger_param_wrong_type", method: post, path: "/api/v2/dags/typed/dagRuns", body: `{"logical_date": null, "conf": {"identifier": "a", "batch_size": "32"}}`},
	{name: "trigger_param_not_in_enum", method: post, path: "/api/v2/dags/typed/dagRuns", body: `{"logical_date": null, "conf": {"identifier": "a", "optimizer": "lion"}}`},
	{name: "trigger_param_null", method: post, path: "/api/v2/dags/typed/dagRuns", body: `{"logical_date": null, "conf": {"identifier": "a", "batch_size": null}}`},
	{name: "trigger_param_bad_date", method: post, path: "/api/v2/dags/typed/dagRuns", body: `{"logical_date": null, "conf": {"identifier": "a", "until": "yesterday"}}`},
	{name: "trigger_params_two_wrong", method: post, path: "/api/v2/dags/typed/dagRuns", body: `{"logical_date": null, "conf": {"batch_size": 0, "optimizer": "lion"}}`},
	{name: "trigger_params", method: post, path: "/api/v2/dags/typed/dagRuns", body: `{"logical_date": null, "dag_run_id": "typed-1", "conf": {"identifier": "step10", "batch_size": 64, "layers": [1], "labels": {}, "batchsize": 1, "until": "2026-01-02T03:04:05Z"}}`},

	{name: "run_running", method: get, path: "/api/v2/dags/slow/dagRuns/slow-1", until: `"running"`},
	{name: "task_instances_running", method: get, path: "/api/v2/dags/slow/dagRuns/slow-1/taskInstances", until: `"running"`},
	{name: "logs_running", method: get, path: "/api/v2/dags/slow/dagRuns/slow-1/taskInstances/sleeps/logs/1", until: "sleeping for 60"},
	{name: "logs_running_next", method: get, path: "/api/v2/dags/slow/dagRuns/slow-1/taskInstances/sleeps/logs/1?token={token}"},
	{name: "logs_running_ndjson", method: get, path: "/api/v2/dags/slow/dagRuns/slow-1/taskInstances/sleeps/logs/1?full_content=false", accept: "application/x-ndjson", until: "sleeping for 60"},
	{name: "patch_run_bad_state", method: patch, path: "/api/v2/dags/slow/dagRuns/slow-1", body: `{"state": "running"}`},
	{name: "patch_run_unknown_field", method: patch, path: "/api/v2/dags/slow/dagRuns/slow-1", body: `{"state": "failed", "more": 1}`},
	{name: "patch_run_unknown", method: patch, path: "/api/v2/dags/slow/dagRuns/nonsense", body: `{"state": "failed"}`},
	{name: "patch_run_failed", method: patch, path: "/api/v2/dags/slow/dagRuns/slow-1", body: `{"state": "failed"}`},
	{name: "patch_run_failed_again", method: patch, path: "/api/v2/dags/slow/dagRuns/slow-1", body: `{"state": "failed"}`},
	{name: "run_terminated", method: get, path: "/api/v2/dags/slow/dagRuns/slow-1"},
	{name: "task_instances_terminated", method: get, path: "/api/v2/dags/slow/dagRuns/slow-1/taskInstances", until: `"failed"`},
	{name: "logs_terminated", method: get, path: "/api/v2/dags/slow/dagRuns/slow-1/taskInstances/sleeps/logs/1", until: "Task killed"},

	{name: "trigger_fails", method: post, path: "/api/v2/dags/fails/dagRuns", body: `{"logical_date": null, "dag_run_id": "fails-1"}`},
	{name: "trigger_retries", method: post, path: "/api/v2/dags/retries/dagRuns", body: `{"logical_date": null, "dag_run_id": "retries-1"}`},
	{name: "trigger_maps", method: post, path: "/api/v2/dags/maps/dagRuns", body: `{"logical_date": null, "dag_run_id": "maps-1", "conf": {"bad": 1}}`},
	{name: "trigger_joins", method: post, path: "/api/v2/dags/joins/dagRuns", body: `{"logical_date": null, "dag_run_id": "joins-1"}`},
	{name: "trigger_wrapped", method: post, path: "/api/v2/dags/wrapped/dagRuns", body: `{"logical_date": null, "dag_run_id": "wrapped-1", "conf": {"exit_status": 7}}`},

	{name: "run_success", method: get, path: "/api/v2/dags/succeeds/dagRuns/flts__2026-01-02T03-04-05Z__ab12", until: `"success"`},
	{name: "run_wait", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/wait?interval=1", accept: "application/x-ndjson"},
	{name: "run_wait_result", method: get, path: "/api/v2/dags/succeeds/dagRuns/flts__2026-01-02T03-04-05Z__ab12/wait?interval=1&result=hello", accept: "application/x-ndjson"},
	{name: "run_wait_unknown", method: get, path: "/api/v2/dags/fails/dagRuns/nonsense/wait?interval=1", accept: "application/x-ndjson"},
	{name: "run_failed", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1", until: `"failed"`},
	{name: "run_queued", method: get, path: "/api/v2/dags/paused/dagRuns/paused-1", until: `"queued"`},
	{name: "run_unknown", method: get, path: "/api/v2/dags/succeeds/dagRuns/nonsense"},
	{name: "run_id_escaped", method: get, path: "/api/v2/dags/succeeds/dagRuns/a~b%3Ac%2Bd.e"},
	{name: "runs_page_1", method: get, path: "/api/v2/dags/succeeds/dagRuns?limit=1&order_by=-run_after"},
	{name: "runs_page_2", method: get, path: "/api/v2/dags/succeeds/dagRuns?limit=1&offset=1&order_by=-run_after"},
	{name: "runs_of_all_dags", method: get, path: "/api/v2/dags/~/dagRuns?limit=2&state=failed"},
	{name: "runs_bad_state", method: get, path: "/api/v2/dags/succeeds/dagRuns?state=nonsense"},
	{name: "runs_bad_order", method: get, path: "/api/v2/dags/succeeds/dagRuns?order_by=nonsense"},
	{name: "runs_unknown_dag", method: get, path: "/api/v2/dags/nonsense/dagRuns"},

	{name: "run_retries", method: get, path: "/api/v2/dags/retries/dagRuns/retries-1", until: `"success"`},
	{name: "run_maps", method: get, path: "/api/v2/dags/maps/dagRuns/maps-1", until: `"failed"`},
	{name: "run_joins", method: get, path: "/api/v2/dags/joins/dagRuns/joins-1", until: `"success"`},
	{name: "run_typed", method: get, path: "/api/v2/dags/typed/dagRuns/typed-1", until: `"success"`},
	{name: "run_wrapped", method: get, path: "/api/v2/dags/wrapped/dagRuns/wrapped-1", until: `"failed"`},
	{name: "task_instances_failed", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances"},
	{name: "task_instances_retried", method: get, path: "/api/v2/dags/retries/dagRuns/retries-1/taskInstances"},
	{name: "task_instances_mapped", method: get, path: "/api/v2/dags/maps/dagRuns/maps-1/taskInstances"},
	{name: "task_instances_skipped", method: get, path: "/api/v2/dags/joins/dagRuns/joins-1/taskInstances"},
	{name: "task_instances_paused", method: get, path: "/api/v2/dags/paused/dagRuns/paused-1/taskInstances"},
	{name: "task_instances_page_2", method: get, path: "/api/v2/dags/maps/dagRuns/maps-1/taskInstances?limit=2&offset=2"},
	{name: "task_instances_limit_too_high", method: get, path: "/api/v2/dags/maps/dagRuns/maps-1/taskInstances?limit=1000"},
	{name: "task_instances_unknown_run", method: get, path: "/api/v2/dags/maps/dagRuns/nonsense/taskInstances"},
	{name: "task_instance", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/breaks"},
	{name: "task_instance_mapped", method: get, path: "/api/v2/dags/maps/dagRuns/maps-1/taskInstances/shard/1"},
	{name: "task_instance_mapped_without_index", method: get, path: "/api/v2/dags/maps/dagRuns/maps-1/taskInstances/shard"},
	{name: "task_instance_unknown", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/nonsense"},
	{name: "task_instance_tries", method: get, path: "/api/v2/dags/retries/dagRuns/retries-1/taskInstances/flaky/tries"},

	{name: "logs_failed", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/breaks/logs/1?full_content=false&map_index=-1"},
	{name: "logs_full_content", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/breaks/logs/1?full_content=true"},
	{name: "logs_ndjson", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/breaks/logs/1", accept: "application/x-ndjson"},
	{name: "logs_accept_any", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/breaks/logs/1", accept: "*/*"},
	{name: "logs_accept_text", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/breaks/logs/1", accept: "text/plain"},
	{name: "logs_bad_token", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/breaks/logs/1?token=nonsense"},
	{name: "logs_first_try", method: get, path: "/api/v2/dags/retries/dagRuns/retries-1/taskInstances/flaky/logs/1"},
	{name: "logs_second_try", method: get, path: "/api/v2/dags/retries/dagRuns/retries-1/taskInstances/flaky/logs/2"},
	{name: "logs_beyond_tries", method: get, path: "/api/v2/dags/retries/dagRuns/retries-1/taskInstances/flaky/logs/9"},
	{name: "logs_try_0", method: get, path: "/api/v2/dags/retries/dagRuns/retries-1/taskInstances/flaky/logs/0"},
	{name: "logs_mapped", method: get, path: "/api/v2/dags/maps/dagRuns/maps-1/taskInstances/shard/logs/1?map_index=1"},
	{name: "logs_mapped_without_index", method: get, path: "/api/v2/dags/maps/dagRuns/maps-1/taskInstances/shard/logs/1"},
	{name: "logs_upstream_failed", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/never/logs/1"},
	{name: "logs_upstream_failed_try_0", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/never/logs/0"},
	{name: "logs_not_started", method: get, path: "/api/v2/dags/paused/dagRuns/paused-1/taskInstances/waits/logs/1"},
	{name: "logs_skipped", method: get, path: "/api/v2/dags/joins/dagRuns/joins-1/taskInstances/evaluate/logs/1"},
	{name: "logs_unknown_task", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances/nonsense/logs/1"},
	{name: "logs_unknown_run", method: get, path: "/api/v2/dags/fails/dagRuns/nonsense/taskInstances/breaks/logs/1"},
	{name: "logs_wrapped", method: get, path: "/api/v2/dags/wrapped/dagRuns/wrapped-1/taskInstances/component/logs/1"},

	{name: "xcoms", method: get, path: "/api/v2/dags/typed/dagRuns/typed-1/taskInstances/show/xcomEntries"},
	{name: "xcom", method: get, path: "/api/v2/dags/typed/dagRuns/typed-1/taskInstances/show/xcomEntries/return_value"},
	{name: "xcom_as_text", method: get, path: "/api/v2/dags/typed/dagRuns/typed-1/taskInstances/show/xcomEntries/return_value?stringify=true"},
	{name: "xcom_unknown", method: get, path: "/api/v2/dags/typed/dagRuns/typed-1/taskInstances/show/xcomEntries/nonsense"},

	{name: "clear_dry_run", method: post, path: "/api/v2/dags/fails/dagRuns/fails-1/clear", body: `{}`},
	{name: "clear_unknown_field", method: post, path: "/api/v2/dags/fails/dagRuns/fails-1/clear", body: `{"dry_run": false, "more": 1}`},
	{name: "clear_unknown_run", method: post, path: "/api/v2/dags/fails/dagRuns/nonsense/clear", body: `{"dry_run": false}`},
	{name: "clear", method: post, path: "/api/v2/dags/fails/dagRuns/fails-1/clear", body: `{"dry_run": false, "only_failed": true}`},
	{name: "run_cleared", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1"},
	{name: "clear_nothing_failed", method: post, path: "/api/v2/dags/joins/dagRuns/joins-1/clear", body: `{"dry_run": false, "only_failed": true}`},
	{name: "run_failed_again", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1", until: `"failed"`},
	{name: "task_instances_failed_again", method: get, path: "/api/v2/dags/fails/dagRuns/fails-1/taskInstances"},
	{name: "clear_task_instances", method: post, path: "/api/v2/dags/fails/clearTaskInstances", body: `{"dry_run": false, "dag_run_id": "fails-1", "only_failed": true, "reset_dag_runs": true}`},

	{name: "unpause", method: patch, path: "/api/v2/dags/paused", body: `{"is_paused": false}`},
	{name: "unpause_unknown_field", method: patch, path: "/api/v2/dags/paused", body: `{"is_paused": false, "more": 1}`},
	{name: "unpause_unknown_dag", method: patch, path: "/api/v2/dags/nonsense", body: `{"is_paused": false}`},
	{name: "run_unpaused", method: get, path: "/api/v2/dags/paused/dagRuns/paused-1", until: `"success"`},
	{name: "delete_run", method: remove, path: "/api/v2/dags/paused/dagRuns/paused-1"},
	{name: "delete_run_again", method: remove, path: "/api/v2/dags/paused/dagRuns/paused-1"},

	{name: "import_errors", method: get, path: "/api/v2/importErrors", until: "a_library", before: breakFile("shapes.py")},
	{name: "dag_with_import_errors", method: get, path: "/api/v2/dags/joins", until: `"has_import_errors":true`},
	{name: "trigger_with_import_errors", method: post, path: "/api/v2/dags/joins/dagRuns", body: `{"logical_date": null}`},
}
