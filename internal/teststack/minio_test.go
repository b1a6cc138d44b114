package teststack_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/stretchr/testify/require"
)

func startMinIO(t *testing.T) *teststack.Server {
	t.Helper()
	m, err := teststack.MinIO(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(m.Close)
	return m
}

func TestObjectsOfTheRootUser(t *testing.T) {
	m, ctx := startMinIO(t), t.Context()
	require.NoError(t, m.MakeBucket(ctx, "data"))
	require.NoError(t, m.Put(ctx, "data", "dir/k", []byte("hello")))
	got, err := m.Get(ctx, "data", "dir/k")
	require.NoError(t, err)
	require.Equal(t, "hello", string(got))
	keys, err := m.Keys(ctx, "data")
	require.NoError(t, err)
	require.Equal(t, []string{"dir/k"}, keys)
	_, err = m.Get(ctx, "data", "none")
	require.ErrorContains(t, err, "data/none")
	require.Error(t, m.AddUser(ctx, "ab", "too short", ""))
}

// The console is the port that health checks are pointed at by mistake.
func TestConsoleAnswersTheHealthPathToo(t *testing.T) {
	m := startMinIO(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+m.ConsoleEndpoint()+"/minio/health/live", nil)
	require.NoError(t, err)
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.Equal(t, []any{200, "MinIO Console", true}, []any{got.StatusCode, got.Header.Get("Server"), len(body) > 0})
}

func TestCloseEndsTheServer(t *testing.T) {
	m, err := teststack.MinIO(t.Context(), t.TempDir())
	require.NoError(t, err)
	m.Close()
	_, err = m.Keys(t.Context(), "data")
	require.ErrorContains(t, err, "connection refused")
}

// A test that is killed runs no cleanup; its server must end all the same.
func TestServerDiesWithItsParent(t *testing.T) {
	if dir := os.Getenv("TESTSTACK_ORPHAN"); dir != "" {
		m, err := teststack.MinIO(t.Context(), dir)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "endpoint.part"), []byte(m.Endpoint()), 0o600))
		require.NoError(t, os.Rename(filepath.Join(dir, "endpoint.part"), filepath.Join(dir, "endpoint")))
		select {} // until we are killed
	}
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	parent := exec.CommandContext(t.Context(), self, "-test.run=^TestServerDiesWithItsParent$")
	parent.Env = append(os.Environ(), "TESTSTACK_ORPHAN="+dir)
	require.NoError(t, parent.Start())
	var endpoint []byte
	require.Eventually(t, func() bool {
		endpoint, err = os.ReadFile(filepath.Join(dir, "endpoint"))
		return err == nil
	}, time.Minute, 20*time.Millisecond)
	require.Equal(t, 403, status(t, string(endpoint)))

	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()
	require.Eventually(t, func() bool { return status(t, string(endpoint)) == 0 }, 10*time.Second, 20*time.Millisecond)
}

// status is that of an unsigned request, 0 when nobody listens.
func status(t *testing.T, endpoint string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+endpoint+"/", nil)
	require.NoError(t, err)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	_ = got.Body.Close()
	return got.StatusCode
}
