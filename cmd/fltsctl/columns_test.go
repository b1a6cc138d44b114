package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestColumns(t *testing.T) {
	for text, tc := range map[string]struct {
		columns int
		cut     string // to five
	}{
		"":         {0, ""},
		"train":    {5, "train"},
		"training": {8, "trai…"},
		"Köln 1":   {6, "Köln…"},
		"a\u0308":  {1, "a\u0308"}, // two runes
		"東京東京":     {8, "東京…"},
		"a東京東":     {7, "a東…"},
		"🚦 on":     {5, "🚦 on"},
	} {
		t.Run(text, func(t *testing.T) {
			require.Equal(t, tc.columns, columnsOf(text))
			require.Equal(t, tc.cut, cut(text, 5))
		})
	}
	require.Equal(t, "東京  ", padded("東京", 6))
	require.Equal(t, "東京", padded("東京", 2))
}
