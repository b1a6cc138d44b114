package teststack

import (
	"context"
	"encoding/base64"
	"io/fs"
	"net"
	"path/filepath"
)

// Airflow2 starts an Airflow 2 as Airflow starts an Airflow 3. The API is /api/v1,
// with basic authentication, which a default installation does not have.
func Airflow2(ctx context.Context, dir string, dags fs.FS, o AirflowOptions) (*AirflowServer, error) {
	return airflow2.start(ctx, dir, dags, o)
}

// Airflow2 installs it unless it is there, and returns the path of its command.
func (b Binaries) Airflow2(ctx context.Context) (string, error) {
	v, err := b.venv(ctx, airflow2.pinned)
	return v.program("airflow"), err
}

var airflow2 = airflowRelease{
	pinned: pinned{
		name:       "airflow2",
		title:      "Airflow 2",
		lockFile:   "testdata/peers/airflow/requirements2.txt",
		fromSource: "python-nvd3",
		finish:     finishAirflow2,
	},
	programs:  [][]string{{"webserver"}, {"scheduler", "--skip-serve-logs"}},
	prepare:   func(string) error { return nil },
	variables: airflow2Variables,
	api:       "/api/v1",
	health:    "/health",
	beats:     []string{"metadatabase", "scheduler"},
	authorize: func(context.Context, *AirflowServer) (string, error) {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(airflowUser+":"+airflowPassword)), nil
	},
}

// finishAirflow2 makes the user too, who is in the database here.
func finishAirflow2(v venv) [][]string {
	airflow := []string{
		"env", "AIRFLOW_HOME=" + filepath.Join(v.dir, "home"),
		"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=sqlite:///" + v.database(), v.program("airflow"),
	}
	return [][]string{
		append(airflow[:4:4], "db", "migrate"),
		append(airflow[:4:4], "users", "create", "--role", "Admin", "--username", airflowUser, "--password", airflowPassword,
			"--firstname", "A", "--lastname", "B", "--email", "admin@example.com"),
	}
}

func airflow2Variables(home, address string) []string {
	host, port, _ := net.SplitHostPort(address)
	return []string{
		// The SequentialExecutor, which is what it allows with sqlite, starts Python
		// anew for each task: that is four seconds. One task at a time is no danger.
		"AIRFLOW__CORE__EXECUTOR=LocalExecutor",
		"AIRFLOW__CORE__PARALLELISM=1",
		"_AIRFLOW__SKIP_DATABASE_EXECUTOR_COMPATIBILITY_CHECK=1",
		"AIRFLOW__API__AUTH_BACKENDS=airflow.api.auth.backend.basic_auth",
		"AIRFLOW__WEBSERVER__WEB_SERVER_HOST=" + host,
		"AIRFLOW__WEBSERVER__WEB_SERVER_PORT=" + port,
		"AIRFLOW__WEBSERVER__BASE_URL=http://" + address,
		"AIRFLOW__WEBSERVER__WORKERS=1",
		// On a busy machine it takes itself for dead after two minutes.
		"AIRFLOW__WEBSERVER__WEB_SERVER_MASTER_TIMEOUT=3600",
		"AIRFLOW__WEBSERVER__SECRET_KEY=" + AirflowTokenKey,
		"AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL=2",
		"AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL=3600",
		"AIRFLOW__SCHEDULER__PRINT_STATS_INTERVAL=0",
	}
}
