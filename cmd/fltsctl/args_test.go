package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// taken is what is left of a commandLine when it is compared.
type taken struct {
	words    []string
	others   []flagWord
	problems []string
}

func takenApart(words ...string) taken {
	line := takeApart(newApp(newRunner(process{})), words)
	got := taken{words: line.words(), others: line.others}
	for _, p := range line.problems {
		got.problems = append(got.problems, p.Error())
	}
	return got
}

func other(written, name, value string) flagWord {
	return flagWord{name: name, written: written, value: value, hasValue: true}
}

func TestFlagsStandAnywhere(t *testing.T) {
	want := taken{
		words:  []string{"submit", "--watch=true", "--output=json", "--", "p.yaml"},
		others: []flagWord{other("--dataset", "dataset", "X")},
	}
	for _, words := range [][]string{
		{"submit", "p.yaml", "--dataset", "X", "--watch", "-o", "json"},
		{"submit", "--watch", "p.yaml", "--output=json", "--dataset=X"},
		{"submit", "--dataset", "X", "--watch", "--output", "json", "p.yaml"},
		{"submit", "--dataset", "X", "-watch", "-o=json", "p.yaml"},
		{"submit", "--watch=true", "--dataset", "X", "-o", "json", "--", "p.yaml"},
	} {
		require.Equal(t, want, takenApart(words...), "%q", words)
	}
}

func TestValuesSurvive(t *testing.T) {
	for _, value := range []string{"-0.1", "-5", "-", "", "a,b", "a=b", "=", " ", "-inf", "x y", "é\n"} {
		require.Equal(t, taken{
			words:  []string{"submit", "--experiment=" + value},
			others: []flagWord{other("--lr", "lr", value)},
		}, takenApart("submit", "--lr", value, "--experiment", value), "as two words: %q", value)
	}
	for _, value := range []string{"--watch", "--", "-o", "--x=1"} {
		require.Equal(t, taken{
			words:  []string{"submit", "--experiment=" + value},
			others: []flagWord{other("--lr", "lr", value)},
		}, takenApart("submit", "--lr="+value, "--experiment="+value), "as one word: %q", value)
	}
}

func TestDashesEndFlags(t *testing.T) {
	require.Equal(t, taken{words: []string{"submit", "--", "--watch", "-", "--"}},
		takenApart("submit", "--", "--watch", "-", "--"))
}

func TestMissingAndRepeatedValues(t *testing.T) {
	tests := []struct {
		words []string
		want  taken
	}{
		{
			[]string{"submit", "p.yaml", "--host"},
			taken{words: []string{"submit", "--host=", "--", "p.yaml"}, problems: []string{"--host wants a value"}},
		},
		{ // the next word is a flag, and not the value
			[]string{"submit", "--host", "--watch", "--experiment", "-o", "id"},
			taken{
				words:    []string{"submit", "--host=", "--watch=true", "--experiment=", "--output=id"},
				problems: []string{"--host wants a value", "--experiment wants a value"},
			},
		},
		{
			[]string{"submit", "--lr", "--watch"},
			taken{words: []string{"submit", "--watch=true"}, others: []flagWord{{name: "lr", written: "--lr"}}},
		},
		{
			[]string{"submit", "--host", "a", "--host=b", "--param", "a=1", "--param", "b=2"},
			taken{
				words:    []string{"submit", "--host=a", "--host=b", "--param=a=1", "--param=b=2"},
				problems: []string{"--host is given twice"},
			},
		},
		{
			[]string{"submit", "-o", "id", "--output", "id"},
			taken{words: []string{"submit", "--output=id", "--output=id"}, problems: []string{"--output is given twice"}},
		},
	}
	for _, test := range tests {
		require.Equal(t, test.want, takenApart(test.words...), "%q", test.words)
	}
}

// Whatever the words are, cli gets each known flag as one word in front of "--".
func FuzzTakeApart(f *testing.F) {
	f.Add("submit", "--dataset", "X", "p.yaml")
	f.Add("submit", "-o", "--", "--")
	f.Add("completion", "bash", "-", "=")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		app := newApp(newRunner(process{}))
		line := takeApart(app, []string{a, b, c, d})
		count := len(line.path) + len(line.known) + len(line.others) + len(line.positionals)
		require.LessOrEqual(t, count, 4)
		if cmd := line.command(); cmd == nil || len(cmd.Subcommands) > 0 || line.has("help") {
			return
		}
		again := takeApart(app, line.words())
		line.others, line.problems, again.problems = nil, nil, nil
		require.Equal(t, line.words(), again.words())
		require.Equal(t, line.positionals, again.positionals)
	})
}
