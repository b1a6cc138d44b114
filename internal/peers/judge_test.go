//go:build peers

package peers_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// judge is a Python process in which the clients are imported already.
type judge struct{ *teststack.Talk }

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
	environ := []string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin", "GIT_PYTHON_REFRESH=quiet"}
	var greeting struct{ Versions map[string]string }
	talk, err := teststack.StartTalk(context.WithoutCancel(t.Context()), []string{clients.Python(), program}, environ, &greeting)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, talk.Stop()) })
	t.Logf("judges: %v", greeting.Versions)
	return &judge{talk}
}

func (j *judge) ask(t *testing.T, r request) verdict {
	t.Helper()
	var v verdict
	require.NoError(t, j.Ask(r, &v))
	return v
}
