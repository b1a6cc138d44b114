package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSpoken(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour:                        "0 s",
		999 * time.Millisecond:            "0 s",
		41*time.Second + 900*1e6:          "41 s",
		6*time.Minute + 3*time.Second:     "6 m 3 s",
		59*time.Minute + 59*time.Second:   "59 m 59 s",
		2*time.Hour + 5*time.Minute + 1e9: "2 h 5 m",
		76 * time.Hour:                    "3 d 4 h",
	} {
		require.Equal(t, want, spoken(d))
	}
}

func TestAgo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Minute:     "0 s ago",
		59 * time.Second: "59 s ago",
		90 * time.Second: "1 m ago",
		47 * time.Hour:   "47 h ago",
		48 * time.Hour:   "2 d ago",
	} {
		require.Equal(t, want, ago(noon().Add(-d), noon()))
	}
	require.Empty(t, ago(time.Time{}, noon()))
}
