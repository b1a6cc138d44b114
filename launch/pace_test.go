package launch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPace(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name  string
		every time.Duration // between writes
		size  int
		want  bool // that they are gathered in the end
	}{
		{"a line now and then", 200 * ms, 100, false},
		{"twenty lines a second", 50 * ms, 100, false},
		{"a hundred lines a second", 10 * ms, 100, true},
		{"a thousand", ms, 100, true},
		{"1 MB/s in blocks", 4 * ms, 4096, true},
		{"4 MB/s", ms, 4096, false},
		{"64 MB/s", ms, 64 << 10, false},
		{"as fast as it goes", 0, 64 << 10, false},
	} {
		// The pipe holds what was written while we waited.
		var p pace
		held := 0
		now, next := time.Unix(100, 0), time.Unix(100, 0)
		for range 500 {
			if held == 0 && next.After(now) {
				now = next
			}
			for ; held < 64<<10 && !next.After(now); next = next.Add(c.every) {
				held += c.size
			}
			n := min(held, pieceSize)
			held -= n
			now = now.Add(p.read(n, now) + 10*time.Microsecond)
		}
		require.Equal(t, c.want, p.gather, c.name)
	}
}

// After a rest a line is passed on at once.
func TestPaceForgets(t *testing.T) {
	var p pace
	now := time.Unix(100, 0)
	for range 100 {
		now = now.Add(time.Millisecond)
		p.read(100, now)
	}
	require.Equal(t, gatherFor, p.read(100, now))
	require.Zero(t, p.read(100, now.Add(time.Second)))
}
