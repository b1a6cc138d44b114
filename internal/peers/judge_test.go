//go:build peers

package peers_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// judge is a Python process in which the clients are imported already.
type judge struct {
	in  io.WriteCloser
	out *bufio.Scanner
}

// request is one question to the judge: testdata/peers/judge.py says how it is
// read.
type request struct {
	Env     map[string]string `json:"env"`
	Clients []string          `json:"clients"`
	Write   bool              `json:"write"`
}

// verdict is what came of each client: nil when it worked, else the class and the
// message of the exception.
type verdict map[string]*string

func startJudge(t *testing.T, clients teststack.Clients) *judge {
	t.Helper()
	program, err := filepath.Abs("../../testdata/peers/judge.py")
	require.NoError(t, err)
	cmd := exec.Command(clients.Python(), program)
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin", "GIT_PYTHON_REFRESH=quiet"}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	j := &judge{in, bufio.NewScanner(out)}
	j.out.Buffer(nil, 1<<20)
	t.Cleanup(func() {
		require.NoError(t, in.Close())
		require.NoError(t, cmd.Wait())
	})
	require.True(t, j.out.Scan(), "the judge did not start")
	t.Logf("judges: %s", j.out.Text())
	return j
}

func (j *judge) ask(t *testing.T, r request) verdict {
	t.Helper()
	line, err := json.Marshal(r)
	require.NoError(t, err)
	_, err = j.in.Write(append(line, '\n'))
	require.NoError(t, err)
	require.True(t, j.out.Scan(), "the judge ended")
	var v verdict
	require.NoError(t, json.Unmarshal(j.out.Bytes(), &v))
	return v
}
