package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/secret"
)

func TestShownValue(t *testing.T) {
	key := "AKIA" + "IOSFODNN7EXAMPLE"
	for _, tt := range []struct {
		name        string
		value, want any
	}{
		{"lr", json.Number("0.10"), json.Number("0.10")},
		{"password", nil, nil},
		{"password", "x", secret.Mask},
		{"passwords", []any{"x", key}, []any{"x", secret.Mask}},
		{"dataset", key, secret.Mask},
		{"options", map[string]any{"api_key": "x", "deep": []any{map[string]any{"token": "y"}}, "n": true}, map[string]any{
			"api_key": secret.Mask, "deep": []any{map[string]any{"token": secret.Mask}}, "n": true,
		}},
	} {
		require.Equal(t, tt.want, shownValue(tt.name, tt.value))
	}
}
