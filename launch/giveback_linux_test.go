//go:build amd64 || arm64

package launch

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The program goes on, with less of it in memory.
func TestGiveBack(t *testing.T) {
	resident := func() (kib int) {
		status, err := os.ReadFile("/proc/self/status")
		require.NoError(t, err)
		_, rest, _ := bytes.Cut(status, []byte("RssFile:"))
		_, err = fmt.Sscan(string(rest), &kib)
		require.NoError(t, err)
		return kib
	}
	before := resident()
	giveBack()
	require.Less(t, resident(), before)
	require.NotEmpty(t, forwarded())
}

func TestReadOnly(t *testing.T) {
	const maps = `00400000-00b2c000 r-xp 00000000 fe:00 1234                               /usr/bin/flts-run
00b2c000-0122d000 r--p 0072c000 fe:00 1234                               /usr/bin/flts-run
0122d000-01290000 rw-p 00e2d000 fe:00 1234                               /usr/bin/flts-run
01290000-012d3000 rw-p 00000000 00:00 0
c000000000-c000400000 rw-p 00000000 00:00 0
7f1200000000-7f1200001000 r--s 00000000 fe:00 99                         /usr/bin/other
7ffc1234a000-7ffc1234e000 r--p 00000000 00:00 0                          [vvar]
zz-0122d000 r--p 00000000 fe:00 1234 /usr/bin/flts-run
0122d000-0122d000 r--p 00000000 fe:00 1234 /usr/bin/flts-run
`
	require.Equal(t, []mapping{{0x400000, 0xb2c000}, {0xb2c000, 0x122d000}}, readOnly([]byte(maps), "/usr/bin/flts-run"))
	require.Empty(t, readOnly(nil, "/usr/bin/flts-run"))
}

func FuzzReadOnly(f *testing.F) {
	f.Add([]byte("00400000-00b2c000 r-xp 00000000 fe:00 1234 /a\n"))
	f.Fuzz(func(t *testing.T, maps []byte) {
		for _, m := range readOnly(maps, "/a") {
			require.Less(t, m.start, m.end)
		}
	})
}
