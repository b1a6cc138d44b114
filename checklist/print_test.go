package checklist_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

const ms = time.Millisecond

// row makes results as short as the table they stand in.
func row(target, id string, rung checklist.Rung, title string, f checklist.Finding, times ...time.Duration) checklist.Result {
	r := checklist.Result{ID: target + "." + id, Target: target, Rung: rung, Title: title, Finding: f, Attempts: 1, Failed: f.State == checklist.Fail}
	if len(times) == 2 {
		r.Started, r.Took = times[0], times[1]
	}
	return r
}

func passed(detail string) checklist.Finding {
	return checklist.Finding{State: checklist.Pass, Detail: detail}
}

// verdicts are what the printers are shown: all well, one root cause, and
// every state at once.
func verdicts() map[string]checklist.Verdict {
	minio := []checklist.Result{
		row("minio", "resolve", checklist.Resolve, "minio has an address", passed("resolves to 10.96.4.2"), 0, 1*ms),
		row("minio", "dial", checklist.Dial, "minio can be reached", passed("dials in 1 ms"), 1*ms, 1*ms),
		row("minio", "health", checklist.Identify, "minio is MinIO", passed("MinIO is live"), 2*ms, 1*ms),
		row("minio", "sign", checklist.Sign, "minio accepts the credentials", passed("credentials accepted"), 3*ms, 1300*time.Microsecond),
		row("minio", "bucket.processed-data", checklist.Permission, "bucket processed-data can be listed", passed("bucket processed-data listed")),
	}
	minio[4].Needs = []string{"minio.sign"}
	gateway := []checklist.Result{
		row("gateway", "resolve", checklist.Resolve, "gateway has an address", passed("custom resolves to 10.96.7.7")),
		row("gateway", "dial", checklist.Dial, "gateway can be reached", checklist.Finding{
			State: checklist.Warn, Code: "FLTS-T01", Detail: "connection refused at custom:8000", Transient: true,
			Evidence: []string{`GATEWAY_URL = "http://custom:8000" (param gateway_url)`},
			Hint:     "kubectl -n mlops get endpointslices -l kubernetes.io/service-name=custom",
		}),
		row("gateway", "http", checklist.HTTP, "gateway answers", checklist.Finding{State: checklist.Skip, Detail: "needs gateway.dial, which failed"}),
	}
	gateway[1].Needs, gateway[1].Failed, gateway[1].Advisory = []string{"gateway.resolve"}, true, true
	gateway[2].Needs, gateway[2].Because, gateway[2].Advisory, gateway[2].Attempts = []string{"gateway.dial"}, "gateway.dial", true, 0
	mlflow := []checklist.Result{
		row("mlflow", "dial", checklist.Dial, "mlflow can be reached", passed("dials in 1 ms"), 0, ms),
		row("mlflow", "api", checklist.Sign, "the API of mlflow answers", checklist.Finding{
			State: checklist.Fail, Code: "FLTS-A12", Detail: "refuses this Host header",
			Evidence: []string{"sent Host: mlflow:5000, got 403; /health answers 200, which proves nothing"},
			Hint:     `start the server with --allowed-hosts "mlflow:*"`,
		}, ms, ms),
		row("mlflow", "experiment", checklist.Data, "experiment churn exists", checklist.Finding{State: checklist.Skip, Detail: "needs mlflow.api, which failed"}),
	}
	mlflow[1].Needs = []string{"mlflow.dial"}
	mlflow[2].Needs, mlflow[2].Because = []string{"mlflow.api"}, "mlflow.api"
	gatewayWell := row("gateway", "http", checklist.HTTP, "gateway answers", passed("answers 200"), 0, 400*time.Microsecond)
	waited := row("mlflow", "api", checklist.Sign, "the API of mlflow answers", passed("API answers"), 0, 5*ms)
	waited.Waited, waited.Attempts = 2100*ms, 8

	blind := []checklist.Result{
		row("s3", "sign", checklist.Sign, "s3 accepts the credentials", checklist.Finding{State: checklist.Unknown, Detail: "credentials come from web identity"}),
		row("s3", "bucket.a", checklist.Permission, "bucket a can be listed", checklist.Finding{State: checklist.Warn, Code: "FLTS-X01", Detail: "bucket a does not exist", Hint: "mc mb ALIAS/a"}),
		row("db", "dial", checklist.Dial, "db can be reached", checklist.Finding{State: checklist.Skip, Detail: "not applicable here"}),
	}
	all := append(append(append([]checklist.Result{}, minio...), mlflow...), append(gateway, blind...)...)
	return map[string]checklist.Verdict{
		"well":   {Results: append(append([]checklist.Result{}, minio...), waited, gatewayWell), Took: 12*ms + 345*time.Microsecond},
		"one":    {Results: append(append([]checklist.Result{}, minio...), mlflow...), Took: 9 * ms},
		"mixed":  {Results: all, Took: 9 * ms},
		"places": fromTwoPlaces(),
		"empty":  {},
	}
}

// fromTwoPlaces is a verdict to which that of a pod was added. What is wrong was seen
// from both.
func fromTwoPlaces() checklist.Verdict {
	v := checklist.Verdict{Took: 40 * ms, Results: []checklist.Result{
		row("service.minio", "ready", checklist.Dial, "pods behind the Service are ready", checklist.Finding{
			State: checklist.Fail, Code: "FLTS-X01", Detail: "0 of 1 pods behind minio is ready", Explains: []string{"minio/FLTS-X02"},
		}, 0, 30*ms),
	}}
	inside := checklist.Verdict{Took: 9 * ms, Results: []checklist.Result{
		row("minio", "resolve", checklist.Resolve, "minio has an address", passed("resolves to 10.96.4.2"), 0, 1*ms),
		row("minio", "dial", checklist.Dial, "minio can be reached", checklist.Finding{State: checklist.Fail, Code: "FLTS-X02", Detail: "connection refused"}, 1*ms, 1*ms),
	}}
	for i := range inside.Results {
		r := &inside.Results[i]
		r.ID, r.Vantage = "inside."+r.ID, "pod trainer"
	}
	v.Add(inside)
	return v
}

func TestAddedResultsComeAfterwards(t *testing.T) {
	v := fromTwoPlaces()
	require.Equal(t, []time.Duration{0, 40 * ms, 41 * ms}, []time.Duration{v.Results[0].Started, v.Results[1].Started, v.Results[2].Started})
	require.Equal(t, 49*ms, v.Took)
	require.Equal(t, "root cause: FLTS-X01 (2 failed, 1 passed)", checklist.Summary(v))
	var known checklist.Verdict
	known.Add(checklist.Verdict{Known: []checklist.Result{{ID: "config.KEY"}}})
	require.Equal(t, checklist.Verdict{Known: []checklist.Result{{ID: "config.KEY"}}}, known)
}

func TestPrinters(t *testing.T) {
	for name, v := range verdicts() {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".short", checklist.Short(v))
			golden(t, name+".table", checklist.Table(v))
			golden(t, name+".junit", checklist.JUnit(v))
			golden(t, name+".md", checklist.Markdown(v))
			doc, err := json.Marshal(v)
			require.NoError(t, err)
			var indented bytes.Buffer
			require.NoError(t, json.Indent(&indented, doc, "", "  "))
			golden(t, name+".json", indented.String()+"\n")
		})
	}
}

func TestWordsOfStatesAndRungs(t *testing.T) {
	var states, rungs []string
	for s := checklist.Unknown; s <= checklist.Skip+1; s++ {
		states = append(states, s.String())
	}
	for r := checklist.Parse; r <= checklist.Apart+1; r++ {
		rungs = append(rungs, r.String())
	}
	require.Equal(t, []string{"unknown", "pass", "warn", "fail", "skip", "state(5)"}, states)
	require.Equal(t, []string{"parse", "resolve", "dial", "tls", "http", "identify", "sign", "permission", "data", "apart", "rung(10)"}, rungs)
}
