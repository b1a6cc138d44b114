package submit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLogTail(t *testing.T) {
	numbered := func(from, to int) []string {
		var list []string
		for i := from; i <= to; i++ {
			list = append(list, fmt.Sprint("line ", i))
		}
		return list
	}
	long := strings.Repeat("x", 3*longestLine)
	for _, tt := range []struct {
		name, text string
		want       LogEnd
	}{
		{"nothing", "", LogEnd{}},
		{"without a last newline", "a\nb", LogEnd{Lines: []string{"a", "b"}}},
		{"blank lines at the end", "a\r\n\n \n\n", LogEnd{Lines: []string{"a"}}},
		{"the last lines of many", strings.Join(numbered(1, 1000), "\n"), LogEnd{Lines: numbered(981, 1000)}},
		{"a line without an end", "a\n" + long, LogEnd{Lines: []string{"a", long[:longestLine]}}},
		{
			"a verdict with its hint, far from the end",
			"ready\nflts-run: warning: x [FLTS-C01]\nflts-run: error: minio: no such bucket [FLTS-D02]\nflts-run: hint: make it\n" + strings.Join(numbered(1, 90), "\n"),
			LogEnd{Verdict{"flts-run: error: minio: no such bucket [FLTS-D02]", "FLTS-D02", "flts-run: hint: make it"}, numbered(71, 90)},
		},
		{
			"behind the words of a platform, and the first one counts",
			"[base] flts-run: error: one [FLTS-A01]\n[base] flts-run: error: two [FLTS-A02]\n[base] flts-run: hint: of the second",
			LogEnd{
				Verdict{"flts-run: error: one [FLTS-A01]", "FLTS-A01", ""},
				[]string{"[base] flts-run: error: one [FLTS-A01]", "[base] flts-run: error: two [FLTS-A02]", "[base] flts-run: hint: of the second"},
			},
		},
		{
			"one with a code is better than one without",
			"flts-run: error: no flag --x\nflts-run: error: y [FLTS-A02]",
			LogEnd{Verdict{"flts-run: error: y [FLTS-A02]", "FLTS-A02", ""}, []string{"flts-run: error: no flag --x", "flts-run: error: y [FLTS-A02]"}},
		},
		{
			"what is no code",
			"flts-run: error: see [FLTS-A1] and [FLTS-42] and [FLTS-AAA]",
			LogEnd{Verdict{Line: "flts-run: error: see [FLTS-A1] and [FLTS-42] and [FLTS-AAA]"}, []string{"flts-run: error: see [FLTS-A1] and [FLTS-42] and [FLTS-AAA]"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, piece := range []int{1, 7, 1 << 20} {
				var tail LogTail
				for text := tt.text; text != ""; {
					n, err := tail.Write([]byte(text[:min(piece, len(text))]))
					require.NoError(t, err)
					text = text[n:]
				}
				require.Equal(t, tt.want, tail.End())
			}
		})
	}
}

// However a log is cut into pieces, it has the same end, and that is not large.
func FuzzLogTail(f *testing.F) {
	f.Add("a\nflts-run: error: x [FLTS-A01]\nflts-run: hint: y\n", uint8(3))
	f.Add("flts-run: error: [FLTS-\n]", uint8(0))
	f.Fuzz(func(t *testing.T, text string, at uint8) {
		cut := min(int(at), len(text))
		var whole, pieces LogTail
		for w, parts := range map[*LogTail][]string{&whole: {text}, &pieces: {text[:cut], text[cut:]}} {
			for _, p := range parts {
				_, err := w.Write([]byte(p))
				require.NoError(t, err)
			}
		}
		end := whole.End()
		require.Equal(t, end, pieces.End())
		require.LessOrEqual(t, len(end.Lines), tailLines)
	})
}
