package onchange_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/onchange"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]onchange.Policy{
		"ignore":         {},
		"restart":        {Kind: onchange.Restart},
		"fail":           {Kind: onchange.Fail},
		"signal:HUP":     {Kind: onchange.Signal, Signal: 1},
		"signal:SIGUSR1": {Kind: onchange.Signal, Signal: 10},
		"signal:usr2":    {Kind: onchange.Signal, Signal: 12},
		"signal:TERM":    {Kind: onchange.Signal, Signal: 15},
		"signal:SYS":     {Kind: onchange.Signal, Signal: 31},
	} {
		got, err := onchange.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := onchange.Parse(got.String())
		require.NoError(t, err)
		require.Equal(t, want, again, text)
	}
	for text, want := range map[string]string{
		"":            "is not one of ignore, signal:NAME, restart, fail",
		"reload":      "is not one of ignore, signal:NAME, restart, fail",
		"Restart":     "is not one of ignore, signal:NAME, restart, fail",
		"signal:":     "names no signal: write signal:HUP or the like",
		"signal:SIG":  "names no signal: write signal:HUP or the like",
		"signal:1":    "names no signal: write signal:HUP or the like",
		"signal:KILL": "SIGKILL is no message to a task: write restart or fail",
		"signal:STOP": "SIGSTOP is no message to a task: write restart or fail",
	} {
		_, err := onchange.Parse(text)
		require.EqualError(t, err, want, text)
	}
}

func TestTheStrongest(t *testing.T) {
	var list []onchange.Policy
	for text := range strings.FieldsSeq("restart ignore fail signal:USR1 signal:HUP") {
		p, err := onchange.Parse(text)
		require.NoError(t, err)
		list = append(list, p)
	}
	slices.SortFunc(list, onchange.Compare)
	var words []string
	for _, p := range list {
		words = append(words, p.String())
	}
	require.Equal(t, []string{"ignore", "signal:HUP", "signal:USR1", "restart", "fail"}, words)
	require.Equal(t, "SIGHUP", list[1].SignalName())
}

func FuzzParse(f *testing.F) {
	f.Add("signal:HUP")
	f.Add("restart")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := onchange.Parse(text)
		if err != nil {
			return
		}
		again, err := onchange.Parse(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}
