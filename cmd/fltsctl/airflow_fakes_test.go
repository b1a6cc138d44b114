package main_test

import (
	"flag"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flts-run/flts-run/internal/fakeairflow"
	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/internal/scriptcmd"
)

// platform is a server that a script may be run against, as the script sees it.
type platform struct {
	start func(*testscript.TestScript) (play func(state string))
	vars  map[string]string
}

// platforms are all there are. TARGET is what to run, NAME_FLAG has its name.
var platforms = map[string]platform{
	"kfp":      {startTrainingOnKFP, map[string]string{"TARGET": "train.yaml", "NAME_FLAG": "--run-name"}},
	"airflow2": {startTrainingOn("2.11.2"), map[string]string{"TARGET": "train", "NAME_FLAG": "--run-id", "FLTSCTL_BACKEND": "airflow"}},
	"airflow3": {startTrainingOn("3.3.2"), map[string]string{"TARGET": "train", "NAME_FLAG": "--run-id", "FLTSCTL_BACKEND": "airflow"}},
}

// TestEveryPlatform runs the same scripts against all of them: what a user types
// and sees is the same, but for names and ids.
//
//	platform        starts the server
//	play STATE      makes that of the newest run and its task: RUNNING, SUCCEEDED, FAILED
func TestEveryPlatform(t *testing.T) {
	for name, p := range platforms {
		t.Run(name, func(t *testing.T) {
			type key struct{}
			testscript.Run(t, testscript.Params{
				Dir:           "../../testdata/fltsctl/both",
				UpdateScripts: flag.Lookup("update").Value.String() == "true",
				Setup: func(e *testscript.Env) error {
					e.Setenv("PATH", binaries+string(os.PathListSeparator)+os.Getenv("PATH"))
					e.Setenv("USER", "ada")
					for name, value := range p.vars {
						e.Setenv(name, value)
					}
					play := func(string) {}
					e.Values[key{}] = &play
					return nil
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"await":     scriptcmd.Await,
					"exits":     scriptcmd.Exits,
					"writefile": scriptcmd.WriteFile,
					"platform":  func(ts *testscript.TestScript, _ bool, _ []string) { *ts.Value(key{}).(*func(string)) = p.start(ts) },
					"play": func(ts *testscript.TestScript, _ bool, args []string) {
						(*ts.Value(key{}).(*func(string)))(args[0])
					},
				},
			})
		})
	}
}

func startTrainingOnKFP(ts *testscript.TestScript) func(string) {
	s := fakekfp.New(fakekfp.Options{Now: theMoment})
	h := httptest.NewServer(s)
	ts.Defer(h.Close)
	ts.Setenv("KF_PIPELINES_ENDPOINT", h.URL)
	return func(state string) {
		ids := s.RunIDs()
		ts.Check(s.Report(ids[len(ids)-1], fakekfp.Report{State: state, Tasks: []fakekfp.Task{{Name: "train", State: state}}}))
	}
}

// startTrainingOn starts an Airflow with a DAG that is like train.yaml.
func startTrainingOn(version string) func(*testscript.TestScript) func(string) {
	return func(ts *testscript.TestScript) func(string) {
		var end atomic.Value
		end.Store("success")
		s := serveAirflow(ts, fakeairflow.Options{Version: version}, fakeairflow.DAG{
			ID: "train",
			Params: []fakeairflow.Param{
				{Name: "dataset", Schema: `{"type": "string"}`},
				{Name: "epochs", Schema: `{"type": "integer"}`, Value: "10"},
			},
			Tasks: []fakeairflow.Task{{ID: "train", For: 1000, Ends: func(map[string]any, int, int) string { return end.Load().(string) }}},
		})
		return func(state string) {
			switch state {
			case "RUNNING":
				s.Advance(4)
			case "SUCCEEDED":
				end.Store("success")
				s.Advance(2000)
			case "FAILED":
				end.Store("failed")
				s.Advance(2000)
			default:
				ts.Fatalf("play RUNNING|SUCCEEDED|FAILED")
			}
		}
	}
}

// serveAirflow starts a stand-in and gives the script its address and a login.
func serveAirflow(ts *testscript.TestScript, o fakeairflow.Options, dags ...fakeairflow.DAG) *fakeairflow.Server {
	s := fakeairflow.New(o, dags...)
	h := httptest.NewServer(s)
	ts.Defer(h.Close)
	ts.Setenv("AIRFLOW_API_URL", h.URL+o.Prefix)
	ts.Setenv("FLTSCTL_BACKEND", "airflow")
	ts.Setenv("FLTSCTL_USER", "admin")
	ts.Setenv("FLTSCTL_PASSWORD_FILE", ts.MkAbs("password"))
	ts.Check(os.WriteFile(ts.MkAbs("password"), []byte(fakeairflow.Password+"\n"), 0o600))
	return s
}

// TestAirflowScripts are what only Airflow has.
//
//	airflow [VERSION] [null|unhealthy|session-only]   starts one with the sample DAGs, which play by themselves
//	steady stdout|stderr|FILE                         writes "steady", without what differs between runs
func TestAirflowScripts(t *testing.T) {
	type key struct{}
	testscript.Run(t, testscript.Params{
		Dir:           "../../testdata/fltsctl/airflow",
		UpdateScripts: flag.Lookup("update").Value.String() == "true",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", binaries+string(os.PathListSeparator)+os.Getenv("PATH"))
			e.Setenv("USER", "ada")
			e.Values[key{}] = new(string)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":     scriptcmd.Await,
			"exits":     scriptcmd.Exits,
			"writefile": scriptcmd.WriteFile,
			"airflow": func(ts *testscript.TestScript, _ bool, args []string) {
				o := fakeairflow.Options{Step: 20 * time.Millisecond, Prefix: "/ml"}
				for _, word := range args {
					switch {
					case word == "session-only":
						o.SessionOnly = true
					case strings.Contains(word, "."):
						o.Version = word
					default:
						o.Scheduler = word
					}
				}
				serveAirflow(ts, o, fakeairflow.Samples()...)
				*ts.Value(key{}).(*string) = strings.TrimSuffix(ts.Getenv("AIRFLOW_API_URL"), "/ml")
			},
			"steady": func(ts *testscript.TestScript, _ bool, args []string) {
				url := *ts.Value(key{}).(*string)
				text := strings.NewReplacer(url, "http://AIRFLOW", strings.TrimPrefix(url, "http://"), "AIRFLOW").Replace(ts.ReadFile(args[0]))
				ts.Check(os.WriteFile(ts.MkAbs("steady"), []byte(airflowID.ReplaceAllString(text, "flts__TIME__RAND")), 0o644))
			},
		},
	})
}

// airflowID is an id that was made for a run.
var airflowID = regexp.MustCompile(`flts__20\d\d-\d\d-\d\dT\d\d-\d\d-\d\dZ__[a-z2-7]{8}`)
