package endtoend_test

import (
	"crypto/rand"
	"os"
	"regexp"
	"testing"

	"github.com/flts-run/flts-run/internal/demo/pod"
	"github.com/stretchr/testify/require"
)

// One MinIO serves all of it; it is stopped at the end, and that is a case too.
func TestComponentAgainstRealMinIO(t *testing.T) {
	s := startStack(t)
	t.Run("works", s.works)
	t.Run("no gateway", s.noGateway)
	t.Run("findings", s.findings)
	t.Run("objects only", s.objectsOnly)
	t.Run("may not write", s.mayNotWrite)
	t.Run("started late", s.startedLate)
	t.Run("stopped", s.stopped)
}

func (s *stack) works(t *testing.T) {
	s.mount(t, s.user, nil)
	o := s.run(t, needs, "")
	require.Equal(t, 0, o.status, o.printed)
	require.Empty(t, o.findings())
	require.Empty(t, o.reason)
	s.requireResult(t)

	argv, err := os.ReadFile(s.argv)
	require.NoError(t, err)
	require.Contains(t, string(argv), "--aws-sigv4\n")
	s.requireNoSecret(t, "arguments of curl", string(argv))
}

// requireResult looks at what the component left, which it then removes so that
// the next run cannot live on it.
func (s *stack) requireResult(t *testing.T) {
	t.Helper()
	want, err := pod.Expected(s.dataset)
	require.NoError(t, err)
	got, err := s.minio.Get(t.Context(), "processed-data", pod.ResultKey)
	require.NoError(t, err)
	require.Equal(t, want.CSV, string(got))
	runs := s.mlflow.Runs()
	require.NotEmpty(t, runs)
	last := runs[len(runs)-1]
	require.Equal(t, "FINISHED", last.Status)
	require.Equal(t, want.Metrics, last.Metrics)
	require.NoError(t, s.minio.Put(t.Context(), "processed-data", pod.ResultKey, nil))
}

// The gateway is a convenience, to the checks and to the component.
func (s *stack) noGateway(t *testing.T) {
	s.mount(t, s.user, nil)
	o := s.run(t, needs, "--wait 0s --param gateway_url=http://"+reserve(t, "").address)
	require.Equal(t, 0, o.status, o.printed)
	require.Equal(t, []finding{{"gateway", "warn", "FLTS-T01"}}, o.findings())
	require.Contains(t, o.printed, "the gateway was not asked: curl: (7)")
	s.requireResult(t)
}

// Faults that keep the component from starting.
func (s *stack) findings(t *testing.T) {
	nobody := s.newUser(t, "")
	// A bucket that the policy names and that nobody has made.
	hopeful := s.newUser(t, allow(t, map[string]string{"dataset": "r", "processed-data": "rw", "predictions": "r"}))
	wrong := user{s.user.accessKey, rand.Text()}
	stranger := user{"user-" + rand.Text()[:10], rand.Text()}
	s.secrets = append(s.secrets, wrong.secretKey, stranger.accessKey, stranger.secretKey)

	for _, c := range []struct {
		name   string
		by     user
		needs  string
		config map[string]string
		status int
		want   []finding
	}{
		{"wrong secret key", wrong, needs, nil, 77, []finding{{"minio", "fail", "FLTS-A03"}}},
		{"unknown access key", stranger, needs, nil, 77, []finding{{"minio", "fail", "FLTS-A01"}}},
		{"no bucket of that name", hopeful, needs + ",predictions=r", nil, 69, []finding{{"minio", "fail", "FLTS-X01"}}},
		{"no bucket that may be seen", s.user, needs + ",predictions=r", nil, 69, []finding{{"minio", "fail", "FLTS-X02"}}},
		{"no permission at all", nobody, "s3:dataset=r", nil, 69, []finding{{"minio", "fail", "FLTS-X02"}}},
		{"console for the API", s.user, needs, map[string]string{"MINIO_ENDPOINT": s.minio.ConsoleEndpoint()}, 69, []finding{{"minio", "fail", "FLTS-H01"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.mount(t, c.by, c.config)
			before := len(s.mlflow.Runs())
			o := s.run(t, c.needs, "--wait 0s")
			require.Equal(t, c.status, o.status, o.printed)
			require.Equal(t, c.status, o.report.Status)
			require.Equal(t, c.want, o.findings(), o.printed)
			require.False(t, o.started(), o.printed)
			require.Len(t, s.mlflow.Runs(), before)
			require.Contains(t, o.printed, c.want[0].code)
			require.Contains(t, o.printed, "hint: ")
			require.Contains(t, o.reason, "["+c.want[0].code+"]\nhint: ")
		})
	}
}

// A policy may allow objects and not the list of them. That is worth a warning,
// and no reason to keep a component from starting that lists nothing.
func (s *stack) objectsOnly(t *testing.T) {
	u := s.newUser(t, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::dataset/*"]},
		{"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::processed-data/*"]}]}`)
	s.mount(t, u, nil)
	o := s.run(t, needs, "")
	require.Equal(t, 0, o.status, o.printed)
	require.Equal(t, []string{"FLTS-A04", "FLTS-A04"}, warnings(o))
	s.requireResult(t)
}

// Whether a bucket can be written cannot be tried without writing. So the start
// is allowed, with a warning, and the component's own status is what comes of it.
func (s *stack) mayNotWrite(t *testing.T) {
	s.mount(t, s.newUser(t, allow(t, map[string]string{"dataset": "r"})), nil)
	o := s.run(t, needs, "")
	require.Equal(t, []string{"FLTS-A04"}, warnings(o))
	require.True(t, o.started(), o.printed)
	require.Equal(t, 22, o.status, "curl's status for an answer of 400 and above\n%s", o.printed)
	require.Contains(t, o.printed, "error: 403")
}

func warnings(o outcome) []string {
	var codes []string
	for _, f := range o.findings() {
		if f.target == "minio" && f.state == "warn" {
			codes = append(codes, f.code)
		}
	}
	return codes
}

func (s *stack) startedLate(t *testing.T) {
	late := reserve(t, s.minio.Endpoint())
	s.mount(t, s.user, map[string]string{"MINIO_ENDPOINT": late.address})
	// The checks run side by side. When MLflow has been asked and has answered,
	// the dial to the store is long refused.
	asked := len(s.mlflow.Requests())
	late.openWhen(t, func() bool { return len(s.mlflow.Requests()) > asked })
	o := s.run(t, needs, "--wait 20s")
	require.Equal(t, 0, o.status, o.printed)
	require.Regexp(t, regexp.MustCompile(`(?m)^pass  minio .* waited (0\.[1-9]|[1-9][0-9]*\.[0-9]) s\)$`), o.printed)
	s.requireResult(t)
}

func (s *stack) stopped(t *testing.T) {
	s.minio.Close()
	s.mount(t, s.user, nil)
	o := s.run(t, needs, "--wait 0s")
	require.Equal(t, 69, o.status, o.printed)
	require.Contains(t, o.findings(), finding{"minio", "fail", "FLTS-T01"})
	require.False(t, o.started(), o.printed)
}
