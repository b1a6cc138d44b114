//go:build peers

package peers_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
	"github.com/flts-run/flts-run/internal/teststack"
)

// The stand-in for Secrets Manager answers boto3 as moto does, right and wrong requests.
func TestFakeSecretsManagerAnswersAsMoto(t *testing.T) {
	moto, err := teststack.Binaries{Progress: os.Stderr}.Moto(t.Context())
	require.NoError(t, err)
	fake, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	require.NoError(t, err)
	defer fake.Close()
	fake.Put("text", "old")
	fake.Put("text", "new")
	fake.PutBinary("binary", []byte{0xff})
	fake.Put("deleted", "text")
	fake.Delete("deleted")
	answers := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), moto.Python(), append([]string{"-B", "../../testdata/peers/moto/answers.py"}, args...)...)
		cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin", "PYTHONUTF8=1", "AWS_EC2_METADATA_DISABLED=true"}
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		require.NoError(t, err, said.String())
		return string(out)
	}
	require.JSONEq(t, answers(), answers(fake.URL()))
}
