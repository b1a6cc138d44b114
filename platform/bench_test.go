package platform_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/platform"
)

// What Detect adds to a start. The bar is 0.2 ms; most of it is the kernel's, for
// opening files.
func BenchmarkDetect(b *testing.B) {
	environ := append(os.Environ(), "KUBERNETES_SERVICE_HOST=")
	task := []string{"train", "--function_to_execute", "train"}

	// The real /proc of this machine, up to the last ancestor: the longest way.
	b.Run("machine", func(b *testing.B) {
		for b.Loop() {
			platform.Detect(platform.Input{Environ: environ, Task: task, PID: os.Getpid(), PPID: os.Getppid(), Files: os.DirFS("/")})
		}
	})
	b.Run("task of KFP", func(b *testing.B) {
		files := b.TempDir()
		require.NoError(b, os.MkdirAll(files+"/proc/7", 0o755))
		line := tree{}.process(7, 1, launcherLine(nil, "flts-run")...)["proc/7/cmdline"].Data
		require.NoError(b, os.WriteFile(files+"/proc/7/cmdline", line, 0o644))
		pod := append(environ, "KFP_POD_NAME=x")
		for b.Loop() {
			p := platform.Detect(platform.Input{Environ: pod, Task: task, PID: 8, PPID: 7, Files: os.DirFS(files)})
			require.Equal(b, "train", p.Task)
		}
	})
}
