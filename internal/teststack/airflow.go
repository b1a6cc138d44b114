package teststack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// AirflowOptions are what a test may want of an Airflow. The zero value is the
// server with its DAGs alone.
type AirflowOptions struct {
	// Path are directories that come first in the PATH of tasks.
	Path []string
	// Variables are NAME=VALUE, added to an environment that has little but PATH
	// and HOME. The last of a name counts, so that a setting of ours can be undone.
	Variables []string
}

// AirflowServer is a running Airflow with one user, who may do everything.
type AirflowServer struct {
	release   airflowRelease
	address   string
	dags      string
	processes []*airflowProcess
}

// The one user of an Airflow of the stack.
const (
	airflowUser     = "admin"
	airflowPassword = "correct horse battery"
)

// airflowRelease is what differs between the major versions.
type airflowRelease struct {
	pinned pinned
	// programs are the commands of airflow that make up a server, the one that
	// takes connections first.
	programs [][]string
	// prepare writes what has to be in the home besides database and DAGs.
	prepare   func(home string) error
	variables func(home, address string) []string
	// api is where the paths of the API begin.
	api string
	// health is the path that says what beats: the parts in beats have to.
	health string
	beats  []string
	// authorize gives the value of the Authorization header.
	authorize func(context.Context, *AirflowServer) (string, error)
}

type airflowProcess struct {
	name, log string
	*process
}

// AirflowDAGs are the DAGs of testdata/peers/airflow.
func AirflowDAGs() (fs.FS, error) {
	file, err := fromCheckout("testdata/peers/airflow/dags/outcomes.py")
	return os.DirFS(filepath.Dir(file)), err
}

// start starts a release with its files below dir, and returns when it is healthy.
func (r airflowRelease) start(ctx context.Context, dir string, dags fs.FS, o AirflowOptions) (*AirflowServer, error) {
	v, err := Binaries{Progress: os.Stderr}.venv(ctx, r.pinned)
	if err != nil {
		return nil, err
	}
	s := &AirflowServer{release: r, dags: filepath.Join(dir, "dags")}
	if err := os.CopyFS(s.dags, dags); err != nil {
		return nil, fmt.Errorf("teststack: airflow: %w", err)
	}
	if err := r.prepare(dir); err != nil {
		return nil, fmt.Errorf("teststack: airflow: %w", err)
	}
	const attempts = 3 // as in MinIOWith
	for attempt := 1; ; attempt++ {
		err := s.attempt(ctx, dir, v, o)
		if err == nil {
			return s, nil
		}
		s.Close()
		if !errors.Is(err, errPortTaken) || attempt == attempts {
			return nil, err
		}
	}
}

func (s *AirflowServer) attempt(ctx context.Context, dir string, v venv, o AirflowOptions) error {
	database := filepath.Join(dir, "airflow.db")
	for _, journal := range []string{"-wal", "-shm"} { // of an attempt before
		_ = os.Remove(database + journal)
	}
	if err := copyDatabase(database, v); err != nil {
		return err
	}
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	s.address, s.processes = ports[0], nil
	path := slices.Concat(o.Path, []string{filepath.Dir(v.Python()), "/usr/bin", "/bin"})
	environ := slices.Concat([]string{
		"HOME=" + dir,
		"PATH=" + strings.Join(path, string(os.PathListSeparator)),
		"LANG=C.UTF-8",
		"AIRFLOW_HOME=" + dir,
		"AIRFLOW__CORE__DAGS_FOLDER=" + s.dags,
		"AIRFLOW__CORE__LOAD_EXAMPLES=False",
		"AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION=False",
		// The five seconds that sqlite waits for a lock are left: Airflow may hold one
		// in one connection and wait in another, which is the longer the more it waits.
		"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=sqlite:///" + database,
		"AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False",
	}, s.release.variables(dir, s.address), o.Variables)
	for _, args := range s.release.programs {
		p, err := startAirflow(v.program("airflow"), args, dir, environ)
		if err != nil {
			return err
		}
		s.processes = append(s.processes, p)
	}
	return s.waitHealthy(ctx)
}

// startAirflow encloses the program, because Airflow starts a process for each
// task and each DAG file, and a task leaves the process group.
func startAirflow(airflow string, args []string, dir string, environ []string) (*airflowProcess, error) {
	p := &airflowProcess{name: args[0], log: filepath.Join(dir, args[0]+".log")}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(airflow, args...)
	if err := enclose(cmd); err != nil {
		return nil, err
	}
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, environ, log, log
	p.process, err = startProcess(cmd)
	return p, err
}

// waitHealthy is generous: on two cores that others use too, it takes a minute.
func (s *AirflowServer) waitHealthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for {
		if err := s.dead(); err != nil {
			return err
		}
		if s.healthy(ctx) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("teststack: airflow is not healthy: %w\n%s", context.Cause(ctx), s.LogTail())
		case <-again.C:
		}
	}
}

// dead is the first process that ended by itself.
func (s *AirflowServer) dead() error {
	for _, p := range s.processes {
		select {
		case <-p.gone:
			text := p.tail()
			if strings.Contains(strings.ToLower(text), "address already in use") {
				return fmt.Errorf("teststack: airflow %s at %s: %w\n%s", p.name, s.address, errPortTaken, text)
			}
			return fmt.Errorf("teststack: airflow %s ended: %s\n%s", p.name, p.cmd.ProcessState, text)
		default:
		}
	}
	return nil
}

func (s *AirflowServer) healthy(ctx context.Context) bool {
	var parts map[string]struct {
		Status *string `json:"status"`
	}
	if status, err := s.get(ctx, s.release.health, "", &parts); err != nil || status != http.StatusOK {
		return false
	}
	for _, name := range s.release.beats {
		if status := parts[name].Status; status == nil || *status != "healthy" {
			return false
		}
	}
	return true
}

// get asks for a JSON document.
func (s *AirflowServer) get(ctx context.Context, path, authorization string, into any) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+path, nil)
	if err != nil {
		return 0, err
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return answerJSON(r, into)
}

func answerJSON(r *http.Request, into any) (status int, err error) {
	got, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return 0, err
	}
	defer got.Body.Close()
	return got.StatusCode, json.NewDecoder(got.Body).Decode(into)
}

// WaitDAGs waits until the DAGs with these ids can be run.
func (s *AirflowServer) WaitDAGs(ctx context.Context, ids ...string) error {
	authorization, err := s.Authorization(ctx)
	if err != nil {
		return err
	}
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for _, id := range ids {
		for {
			var dag struct{}
			if status, err := s.get(ctx, s.release.api+"/dags/"+id, authorization, &dag); err == nil && status == http.StatusOK {
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("teststack: airflow does not know the DAG %s: %w\n%s", id, context.Cause(ctx), s.LogTail())
			case <-again.C:
			}
		}
	}
	return nil
}

// Authorization is the value of that header, for the user.
func (s *AirflowServer) Authorization(ctx context.Context) (string, error) {
	return s.release.authorize(ctx, s)
}

// URL is the base of all paths, without a slash at the end.
func (s *AirflowServer) URL() string { return "http://" + s.address }

// User is the one who may do everything.
func (s *AirflowServer) User() string { return airflowUser }

// Password is the user's.
func (s *AirflowServer) Password() string { return airflowPassword }

// DAGs is the DAG folder: a file that is put there is read within some seconds.
func (s *AirflowServer) DAGs() string { return s.dags }

// LogTail is the end of what each process wrote.
func (s *AirflowServer) LogTail() string {
	var text strings.Builder
	for _, p := range s.processes {
		fmt.Fprintf(&text, "-- airflow %s\n%s\n", p.name, p.tail())
	}
	return text.String()
}

func (p *airflowProcess) tail() string {
	out, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return tail(out)
}

// Close ends the server and all that it started, at once: nobody needs its data,
// and a scheduler that is asked to stop waits for its tasks.
func (s *AirflowServer) Close() {
	for _, p := range s.processes {
		p.kill()
	}
}
