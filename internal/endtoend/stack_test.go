package endtoend_test

import (
	"crypto/rand"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/flts-run/flts-run/internal/demo/pod"
	"github.com/flts-run/flts-run/internal/fakegateway"
	"github.com/flts-run/flts-run/internal/fakemlflow"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/stretchr/testify/require"
)

// stack is the real MinIO with the dataset, stand-ins for the rest, and a pod
// whose Secret is that of a user without rights beyond the component's needs.
type stack struct {
	minio   *teststack.Server
	mlflow  *fakemlflow.Server
	gateway *fakegateway.Server
	pod     *pod.Pod
	dataset []byte
	user    user
	argv    string   // file with the arguments that curl got
	secrets []string // what must never be printed, root's included
}

type user struct{ accessKey, secretKey string }

func startStack(t *testing.T) *stack {
	t.Helper()
	ctx := t.Context()
	s := &stack{}
	source, err := pod.FindSource(ctx)
	require.NoError(t, err)
	s.dataset, err = source.Dataset()
	require.NoError(t, err)

	s.minio, err = teststack.MinIO(ctx, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(s.minio.Close)
	s.secrets = []string{s.minio.AccessKey(), s.minio.SecretKey()}
	for _, bucket := range []string{"dataset", "processed-data"} {
		require.NoError(t, s.minio.MakeBucket(ctx, bucket))
	}
	require.NoError(t, s.minio.Put(ctx, "dataset", "elborn.csv", s.dataset))
	s.user = s.newUser(t, allow(t, map[string]string{"dataset": "r", "processed-data": "rw"}))

	s.mlflow, err = fakemlflow.Start(fakemlflow.Options{})
	require.NoError(t, err)
	t.Cleanup(s.mlflow.Close)
	reader := s.newUser(t, allow(t, map[string]string{"processed-data": "r"}))
	s.gateway, err = fakegateway.Start(fakegateway.Options{Endpoint: s.minio.Endpoint(), AccessKey: reader.accessKey, SecretKey: reader.secretKey})
	require.NoError(t, err)
	t.Cleanup(s.gateway.Close)

	dir := t.TempDir()
	require.NoError(t, source.Build(ctx, dir))
	s.pod, err = pod.New(source, dir, os.Getenv("PATH"))
	require.NoError(t, err)
	s.recordCurl(t, dir)
	return s
}

// recordCurl puts a curl before the real one that writes its arguments down: what
// is in them, every process of the machine can see.
func (s *stack) recordCurl(t *testing.T, dir string) {
	t.Helper()
	curl, err := exec.LookPath("curl")
	require.NoError(t, err)
	s.argv = filepath.Join(dir, "argv")
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" >> '" + s.argv + "'\nexec '" + curl + "' \"$@\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bin", "curl"), []byte(script), 0o755))
}

func allow(t *testing.T, buckets map[string]string) string {
	t.Helper()
	policy, err := teststack.Policy(buckets)
	require.NoError(t, err)
	return policy
}

// newUser makes a user with keys that hold what keys of real stores hold, and
// what shells, URLs and configuration files give a meaning to.
func (s *stack) newUser(t *testing.T, policy string) user {
	t.Helper()
	u := user{"user-" + rand.Text()[:10], rand.Text() + `/+"\$ '%:`}
	require.NoError(t, s.minio.AddUser(t.Context(), u.accessKey, u.secretKey, policy))
	s.secrets = append(s.secrets, u.accessKey, u.secretKey)
	return u
}

// mount writes the ConfigMap and the Secret for one run; changes are keys that
// differ from what works.
func (s *stack) mount(t *testing.T, by user, changes map[string]string) {
	t.Helper()
	config := map[string]string{
		"MINIO_ENDPOINT":      s.minio.Endpoint(),
		"MLFLOW_TRACKING_URI": s.mlflow.URL(),
		"GATEWAY_URL":         s.gateway.URL(),
	}
	maps.Copy(config, changes)
	require.NoError(t, s.pod.MountConfigMap(config))
	require.NoError(t, s.pod.MountSecret(map[string]string{"MINIO_ACCESS_KEY": by.accessKey, "MINIO_SECRET_KEY": by.secretKey}))
}
