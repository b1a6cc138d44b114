package main

import (
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPrintBars(t *testing.T) {
	for _, c := range []struct {
		name string
		bars []bar
		want string
		kept bool
	}{
		{
			"kept at the limit",
			[]bar{{"start", 3.5, 3.5, "x"}},
			"BAR    GOT     LIMIT   \nstart  3.50 x  3.50 x  PASS\n", true,
		},
		{
			"one missed",
			[]bar{{"size", 15.01, 15, "MiB"}, {"start", 1, 3.5, "x"}},
			"BAR    GOT        LIMIT      \nsize   15.01 MiB  15.00 MiB  FAIL\nstart  1.00 x     3.50 x     PASS\n", false,
		},
		{"not a number", []bar{{"start", math.NaN(), 3.5, "x"}}, "BAR    GOT    LIMIT   \nstart  NaN x  3.50 x  FAIL\n", false},
		{"nothing measured", nil, "BAR  GOT  LIMIT  \n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			require.Equal(t, c.kept, printBars(&out, c.bars))
			require.Equal(t, c.want, out.String())
		})
	}
}

// A bar that is missed twice is missed.
func TestAtMostTwice(t *testing.T) {
	for _, c := range []struct{ figures, want []float64 }{
		{[]float64{1}, []float64{1}},
		{[]float64{3, 1}, []float64{1}},
		{[]float64{3, 4}, []float64{4}},
	} {
		asked := 0
		got, err := atMostTwice(t.Context(), bench{dir: t.TempDir()}, io.Discard, func(context.Context, bench, io.Writer) ([]bar, error) {
			asked++
			return []bar{{"start", c.figures[asked-1], 2, "x"}}, nil
		})
		require.NoError(t, err)
		require.Equal(t, len(c.figures), asked)
		require.Equal(t, c.want, []float64{got[0].got})
	}
}

func TestQuantile(t *testing.T) {
	twenty := make([]time.Duration, 20)
	for i := range twenty {
		twenty[len(twenty)-1-i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		figures []time.Duration
		q       float64
		want    time.Duration
	}{
		{twenty, 0.50, 10},
		{twenty, 0.95, 19},
		{twenty, 1, 20},
		{twenty, 0, 1},
		{[]time.Duration{7}, 0.95, 7},
		{nil, 0.50, 0},
	} {
		require.Equal(t, c.want, quantile(c.figures, c.q), "%v of %v", c.q, c.figures)
	}
}

func TestNewPod(t *testing.T) {
	got, err := newPod(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, got.null.Close()) })
	require.Len(t, got.environ, variables)

	for dir, want := range map[string]map[string]string{"config": configMap, "secrets": secret} {
		require.Len(t, want, 12)
		files := map[string]string{}
		links, err := filepath.Glob(filepath.Join(got.dir, dir, "[^.]*"))
		require.NoError(t, err)
		for _, link := range links {
			target, err := os.Readlink(link)
			require.NoError(t, err)
			require.Equal(t, filepath.Join("..data", filepath.Base(link)), target)
			text, err := os.ReadFile(link)
			require.NoError(t, err)
			files[filepath.Base(link)] = strings.TrimSuffix(string(text), "\n")
		}
		require.Equal(t, want, files)
	}
}
