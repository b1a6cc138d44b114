package codescan

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

type coded struct{ error }

func (coded) Code() string { return "FLTS-Z02" }

func TestAWholeRunSettles(t *testing.T) {
	for _, name := range []string{"run", "bench", "fuzz", "list"} { // this test may be selected itself
		f := flag.Lookup("test." + name)
		before := f.Value.String()
		require.NoError(t, f.Value.Set(""))
		t.Cleanup(func() { require.NoError(t, f.Value.Set(before)) })
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "codes.go"), []byte("package x\nconst a, b, c = \"FLTS-Z01\", \"FLTS-Z02\", \"FLTS-Z03\"\n"), 0o644))
	var a Account
	a.Saw("FLTS-Z01")
	require.EqualError(t, a.SawError(coded{errors.New("said")}), "said")
	require.NoError(t, a.SawError(nil))
	a.SawOutput("FLTS-Z03 is a mention, [FLTS-Z04] is of another package")
	require.Equal(t, 1, a.Settle(0, dir), "FLTS-Z03 was not seen")
	require.Equal(t, 2, a.Settle(2, dir), "a failed run stays one")
	a.SawOutput("error: something [FLTS-Z03]\n")
	require.Equal(t, 0, a.Settle(0, dir))
	require.Equal(t, 1, a.Settle(0, t.TempDir()), "no code at all is no comparison")

	require.NoError(t, flag.Lookup("test.run").Value.Set("TestOne"))
	require.Equal(t, 0, new(Account).Settle(0, dir), "a part of the tests settles nothing")
}
