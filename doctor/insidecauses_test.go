package doctor

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

// A Service without pods is why the component is refused: one thing to mend, of that
// service alone.
func TestAServiceExplainsWhatIsSeenInside(t *testing.T) {
	failed := func(id, target, vantage, code string) checklist.Result {
		r := result(id, target, "", fail(code, ""))
		r.Vantage = vantage
		return r
	}
	v := checklist.Verdict{Results: []checklist.Result{
		failed("service.minio.ready", "service.minio", "", "FLTS-K02"),
		failed("service.mlflow.exists", "service.mlflow", "", "FLTS-K01"),
		failed("inside.minio.dial", "minio", "pod x", "FLTS-T01"),
		failed("inside.mlflow.resolve", "mlflow", "pod x", "FLTS-D01"),
		failed("inside.gateway.dial", "gateway", "pod x", "FLTS-T01"),
	}}
	for i, r := range v.Results {
		v.Results[i].Explains = new(Doctor).ofService(r)
	}
	var roots []string
	for _, r := range v.Roots() {
		roots = append(roots, r.ID)
	}
	require.Equal(t, []string{"service.minio.ready", "service.mlflow.exists", "inside.gateway.dial"}, roots)
}

func TestNamesOfTheCluster(t *testing.T) {
	for host, want := range map[string]bool{
		"minio": true, "minio.mlops": true, "minio.mlops.svc": true, "minio.mlops.svc.cluster.local.": true, "minio.mlops.svc.corp.internal": true,
		"localhost": false, "10.96.0.1": false, "s3.amazonaws.com": false, "minio.example.org": false, "minio.example.co.uk": false,
	} {
		require.Equal(t, want, inCluster(host), host)
	}
	for address, want := range map[string]string{
		"minio:9000": "minio", "http://user:word@mlflow:5000/x": "mlflow", "[fd00::1]:9000": "fd00::1", "http://%zz": "the endpoint", "": "the endpoint",
	} {
		require.Equal(t, want, hostOf(address), address)
	}
}
