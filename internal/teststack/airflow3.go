package teststack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
)

// Airflow starts an Airflow 3 with its files below dir, which exists, and with a
// copy of these DAGs. It returns when scheduler and DAG processor are healthy; the
// DAGs are known some seconds later, see WaitDAGs. It needs root.
//
// The API is /api/v2, to which POST /auth/token gives a token.
func Airflow(ctx context.Context, dir string, dags fs.FS, o AirflowOptions) (*AirflowServer, error) {
	return airflow3.start(ctx, dir, dags, o)
}

var airflow3 = airflowRelease{
	pinned: pinned{
		name:     "airflow",
		title:    "Airflow 3",
		lockFile: "testdata/peers/airflow/requirements.txt",
		finish:   finishAirflow3,
	},
	programs: [][]string{{"api-server"}, {"scheduler", "--skip-serve-logs"}, {"dag-processor"}},
	prepare: func(home string) error {
		text, err := json.Marshal(map[string]string{airflowUser: airflowPassword})
		if err != nil {
			return err
		}
		return os.WriteFile(airflowPasswords(home), text, 0o600)
	},
	variables: airflow3Variables,
	api:       "/api/v2",
	health:    "/api/v2/monitor/health",
	beats:     []string{"metadatabase", "scheduler", "dag_processor"},
	authorize: airflowToken,
}

func airflowPasswords(home string) string { return filepath.Join(home, "passwords.json") }

func finishAirflow3(v venv) [][]string {
	home := filepath.Join(v.dir, "home")
	return [][]string{{
		"env", "AIRFLOW_HOME=" + home, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=sqlite:///" + v.database(),
		v.program("airflow"), "db", "migrate",
	}}
}

// AirflowTokenKey signs the tokens of the API (HS512, audience apache-airflow), so
// that a test can make one that has expired.
const AirflowTokenKey = "a key that is known to everybody, of no less than sixty-four bytes"

func airflow3Variables(home, address string) []string {
	host, port, _ := net.SplitHostPort(address)
	return []string{
		"AIRFLOW__CORE__EXECUTOR=LocalExecutor",
		"AIRFLOW__CORE__PARALLELISM=2",
		"AIRFLOW__CORE__EXECUTION_API_SERVER_URL=http://" + address + "/execution/",
		"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS=" + airflowUser + ":admin",
		"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE=" + airflowPasswords(home),
		"AIRFLOW__API__HOST=" + host,
		"AIRFLOW__API__PORT=" + port,
		"AIRFLOW__API__WORKERS=1",
		"AIRFLOW__API__SECRET_KEY=" + AirflowTokenKey,
		"AIRFLOW__API_AUTH__JWT_SECRET=" + AirflowTokenKey,
		// A new file is seen soon, and one that did not change is left alone.
		"AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL=1",
		"AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL=1",
		"AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL=3600",
		"AIRFLOW__DAG_PROCESSOR__PRINT_STATS_INTERVAL=0",
	}
}

func airflowToken(ctx context.Context, s *AirflowServer) (string, error) {
	login, err := json.Marshal(map[string]string{"username": airflowUser, "password": airflowPassword})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/auth/token", bytes.NewReader(login))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	var answer struct {
		Token string `json:"access_token"`
	}
	status, err := answerJSON(r, &answer)
	if err != nil {
		return "", fmt.Errorf("teststack: airflow: %w", err)
	}
	if answer.Token == "" {
		return "", fmt.Errorf("teststack: airflow gives no token: status %d", status)
	}
	return "Bearer " + answer.Token, nil
}

// Airflow installs it unless it is there, and returns the path of its command.
func (b Binaries) Airflow(ctx context.Context) (string, error) {
	v, err := b.venv(ctx, airflow3.pinned)
	return v.program("airflow"), err
}
