package main_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flts-run/flts-run/internal/fakekfp"
)

// theMoment is when everything happens on the server.
func theMoment() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

type fault = func(fakekfp.Call) *fakekfp.Fault

// faults are what may go wrong with the requests of a script, by the words of the
// command kfp.
var faults = map[string]func() fault{
	"login-page":   always(fakekfp.LoginPage()),
	"unauthorized": always(fakekfp.Unauthorized()),
	"internal":     onRun(always(fakekfp.Internal("Failed to create a new run"))),
	"busy-once":    func() fault { return fakekfp.InOrder(fakekfp.Busy(http.StatusServiceUnavailable, "0")) },
	"slow-run":     onRun(always(&fakekfp.Fault{Delay: time.Minute})),
	"drop-run":     onRun(once(&fakekfp.Fault{DropAfter: true})),
}

func always(f *fakekfp.Fault) func() fault {
	return func() fault { return func(fakekfp.Call) *fakekfp.Fault { return f } }
}

func once(f *fakekfp.Fault) func() fault {
	return func() fault {
		var done atomic.Bool
		return func(fakekfp.Call) *fakekfp.Fault {
			if done.Swap(true) {
				return nil
			}
			return f
		}
	}
}

// onRun is a fault of the requests that create runs.
func onRun(of func() fault) func() fault {
	return func() fault {
		f := of()
		return func(c fakekfp.Call) *fakekfp.Fault {
			if c.Method != http.MethodPost || c.Path != "/apis/v2beta1/runs" {
				return nil
			}
			return f(c)
		}
	}
}

// kfpKey finds the script's server among the values of a script.
type kfpKey struct{}

type kfpServer struct {
	*fakekfp.Server
	url string
}

// kfp [VERSION] [multi-user] [FAULT] starts a KFP API server and sets
// KF_PIPELINES_ENDPOINT.
func kfp(ts *testscript.TestScript, neg bool, args []string) {
	o := fakekfp.Options{Now: theMoment}
	for _, word := range args {
		switch f := faults[word]; {
		case f != nil:
			o.Fault = f()
		case word == "multi-user":
			o.MultiUser = true
		case strings.Contains(word, "."):
			o.Version = word
		default:
			ts.Fatalf("usage: kfp [VERSION] [multi-user] [%s]", strings.Join(slices.Sorted(maps.Keys(faults)), "|"))
		}
	}
	s := ts.Value(kfpKey{}).(*kfpServer)
	s.Server = fakekfp.New(o)
	listener := httptest.NewServer(s.Server)
	ts.Defer(listener.Close)
	s.url = listener.URL
	ts.Setenv("KF_PIPELINES_ENDPOINT", s.url)
}

// sent FILE writes what the server was asked to change, with the pipelines left
// out.
func sent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sent FILE")
	}
	var b bytes.Buffer
	for _, call := range ts.Value(kfpKey{}).(*kfpServer).Calls() {
		if call.Method == http.MethodGet {
			continue
		}
		b.WriteString(call.Method + " " + call.Path + "\n")
		var body map[string]any
		d := json.NewDecoder(bytes.NewReader(call.Body))
		d.UseNumber()
		if d.Decode(&body) != nil {
			continue // a form with a file in it
		}
		if _, ok := body["pipeline_spec"]; ok {
			body["pipeline_spec"] = "…"
		}
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		ts.Check(e.Encode(body))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(steadyText(b.String())), 0o644))
}

// arrived METHOD PATH [COUNT] waits until the server got so many such requests, for
// twenty seconds at most. When the second has come, the first was answered.
func arrived(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: arrived METHOD PATH [COUNT]")
	}
	want := 1
	if len(args) == 3 {
		var err error
		want, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	s := ts.Value(kfpKey{}).(*kfpServer)
	got := 0
	for deadline := time.Now().Add(20 * time.Second); got < want && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		got = 0
		for _, c := range s.Calls() {
			if c.Method == args[0] && c.Path == args[1] {
				got++
			}
		}
	}
	if got < want {
		ts.Fatalf("%d of %d requests %s %s arrive", got, want, args[0], args[1])
	}
}

// report STATE [TASK STATE]… says what became of the newest run and of its tasks.
func report(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args)%2 != 1 {
		ts.Fatalf("usage: report STATE [TASK STATE]…")
	}
	s := ts.Value(kfpKey{}).(*kfpServer)
	r := fakekfp.Report{State: args[0]}
	for pair := range slices.Chunk(args[1:], 2) {
		r.Tasks = append(r.Tasks, fakekfp.Task{Name: pair[0], State: pair[1]})
	}
	ids := s.RunIDs()
	ts.Check(s.Report(ids[len(ids)-1], r))
}

// steady FILE writes a file as the file "steady", without what differs between
// runs: the server's port, and what runs are named by.
func steady(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: steady stdout|stderr|FILE")
	}
	text := ts.ReadFile(args[0])
	if s := ts.Value(kfpKey{}).(*kfpServer); s.url != "" {
		text = strings.NewReplacer(s.url, "http://KFP", strings.TrimPrefix(s.url, "http://"), "KFP").Replace(text)
	}
	ts.Check(os.WriteFile(ts.MkAbs("steady"), []byte(steadyText(text)), 0o644))
}

// varying is what differs between two runs of the same command.
var varying = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`-\d{8}-\d{6}-[a-z2-7]{5}\b`), "-DATE-TIME-RAND"},
	{regexp.MustCompile(`\bwaiting \d+(\.\d+)? s\b`), "waiting N s"},
}

func steadyText(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.instead)
	}
	return text
}
