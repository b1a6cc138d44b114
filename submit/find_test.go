package submit_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
)

// shelf is a backend with two pages of runs, of which one knows no short ids.
type shelf struct{ submit.Backend }

var shelved = []submit.Run{
	{ID: "2fe3554b-0001", Name: "first"},
	{ID: "2fe3554b-0002", Name: "second"},
	{ID: "77aa0000-0003", Name: "second"},
	{ID: "88bb0000-0004", Name: "2fe3"},
	{ID: "99cc0000-0005", Name: "My run (1)"},
}

var hidden = []submit.Run{{ID: "2fe3554b-0006", Name: "old"}}

func (shelf) Run(_ context.Context, id string) (submit.Run, error) {
	for _, r := range append(hidden, shelved...) {
		if r.ID == id {
			return r, nil
		}
	}
	switch id {
	case "down":
		return submit.Run{}, errDown
	case "My run (1)":
		return submit.Run{}, &submit.Error{Kind: submit.Invalid, Message: "that is no id"}
	}
	return submit.Run{}, errGone
}

func (shelf) Runs(_ context.Context, q submit.Query) (submit.Page, error) {
	switch {
	case q.Namespace != "team":
		return submit.Page{}, nil
	case q.Archived:
		return submit.Page{Runs: hidden}, nil
	}
	if q.Page == "" {
		return submit.Page{Runs: shelved[:2], Next: "2"}, nil
	}
	return submit.Page{Runs: shelved[2:]}, nil
}

func TestFind(t *testing.T) {
	for _, tt := range []struct{ ref, want, err string }{
		{ref: "2fe3554b-0002", want: "2fe3554b-0002"},
		{ref: "77aa", want: "77aa0000-0003"},
		{ref: "first", want: "2fe3554b-0001"},
		{ref: "My run (1)", want: "99cc0000-0005"},
		{ref: "2fe3554b", err: "2fe3554b means 2 runs: 2fe3554b-0001, 2fe3554b-0002"},
		{ref: "second", err: "second means 2 runs: 2fe3554b-0002, 77aa0000-0003"},
		{ref: "2fe3", err: "2fe3 means 3 runs: 2fe3554b-0001, 2fe3554b-0002, 88bb0000-0004"},
		{ref: "old", want: "2fe3554b-0006"},
		{ref: "2fe3554b-0006", want: "2fe3554b-0006"},
		{ref: "77a", err: "there is no run 77a"},
		{ref: "third", err: "there is no run third"},
		{ref: "down", err: "connection refused"},
	} {
		t.Run(tt.ref, func(t *testing.T) {
			got, err := submit.Find(t.Context(), shelf{}, tt.ref, "team")
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got.ID)
		})
	}
}

// A server with very many runs is not asked for all of them.
func TestFindEnds(t *testing.T) {
	b := &script{answers: []answer{{err: errGone}}, pages: map[string]submit.Page{}}
	b.pages[""] = submit.Page{Runs: make([]submit.Run, 200), Next: "more"}
	b.pages["more"] = b.pages[""]
	_, err := submit.Find(t.Context(), b, "2fe3", "")
	require.EqualError(t, err, "there is no run 2fe3 among the last 1000")
	require.Len(t, b.queries, 2*5)
}
