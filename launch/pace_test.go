package launch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPace(t *testing.T) {
	const ms, small, large = time.Millisecond, 64 << 10, 256 << 10
	for _, c := range []struct {
		name  string
		every time.Duration // between writes
		size  int
		holds int
		want  bool // that they are gathered in the end
	}{
		{"a line now and then", 200 * ms, 100, large, false},
		{"twenty lines a second", 50 * ms, 100, large, false},
		{"a hundred lines a second", 10 * ms, 100, large, true},
		{"a thousand", ms, 100, large, true},
		{"1 MB/s in blocks", 4 * ms, 4096, large, true},
		{"1 MB/s in blocks, and a small pipe", 4 * ms, 4096, small, false},
		{"100 kB/s in blocks, and a small pipe", 40 * ms, 4096, small, true},
		{"4 MB/s", ms, 4096, large, false},
		{"64 MB/s", ms, 64 << 10, large, false},
		{"as fast as it goes", 0, 64 << 10, large, false},
	} {
		// The pipe holds what was written while we waited.
		p := pace{holds: c.holds}
		held := 0
		now, next := time.Unix(100, 0), time.Unix(100, 0)
		for range 500 {
			if held == 0 && next.After(now) {
				now = next
			}
			for ; held < c.holds && !next.After(now); next = next.Add(c.every) {
				held += c.size
			}
			n := min(held, pieceSize)
			held -= n
			now = now.Add(p.read(n, n/100, now) + 10*time.Microsecond)
		}
		require.Equal(t, c.want, p.gather, c.name)
	}
}

// What was gathered once is not for ever: lines that come less often are passed on at
// once again, also without a rest between.
func TestPaceSlowsDown(t *testing.T) {
	p := pace{holds: 64 << 10}
	now := time.Unix(100, 0)
	for range 200 {
		now = now.Add(time.Millisecond)
		p.read(100, 1, now)
	}
	require.True(t, p.gather)
	next := now
	for range 20 {
		n := 0
		for ; n == 0 || !next.After(now); next = next.Add(50 * time.Millisecond) {
			n++
		}
		now = now.Add(p.read(n*100, n, now))
		if next.After(now) {
			now = next
		}
	}
	require.False(t, p.gather)
}

// After a rest a line is passed on at once.
func TestPaceForgets(t *testing.T) {
	p := pace{holds: 64 << 10}
	now := time.Unix(100, 0)
	for range 200 {
		now = now.Add(time.Millisecond)
		p.read(100, 1, now)
	}
	require.Equal(t, gatherFor, p.read(100, 1, now))
	require.Zero(t, p.read(100, 1, now.Add(time.Second)))
}
