//go:build amd64 || arm64

package launch

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var starts = flag.Int("starts", 300, "how many starts TestManyStarts does; make soak does more")

// One supervisor that starts a task again and again, as after restarts, keeps no
// descriptor, no goroutine and no dead child.
func TestManyStarts(t *testing.T) {
	for name, flags := range map[string][]string{"own streams": nil, "pipes": {"-pipes"}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			residue := filepath.Join(dir, "residue")
			args := append(flags, "-runs="+strconv.Itoa(*starts), "-residue="+residue, filepath.Join(dir, "endings"), "true")
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(*starts)*100*time.Millisecond)
			defer cancel()
			out, err := exec.CommandContext(ctx, supervisor(t, "supervisor"), args...).CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Equal(t, make([]Ending, *starts), endings(t, filepath.Join(dir, "endings")))

			text, err := os.ReadFile(residue)
			require.NoError(t, err)
			first, last, ok := strings.Cut(string(text), "\n")
			require.True(t, ok, "%s", text)
			require.Equal(t, first, last)
			require.Contains(t, last, `children: ""`)
		})
	}
}
