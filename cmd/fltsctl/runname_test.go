package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRunNames(t *testing.T) {
	parts := nameParts{
		flag: "--run-name", pipeline: "flts-train", user: "ada", key: "k1",
		now: time.Date(2026, 1, 2, 4, 4, 5, 0, time.FixedZone("", 3600)),
		parameters: map[string]any{
			"identifier": "step10", "epochs": json.Number("10000000"), "tags": []any{"a"}, "none": nil,
			"api_token": "abc", "odd": "AKIAIOSFODNN7EXAMPLE", "lines": "a\nb",
		},
	}
	tests := []struct {
		template, want string
		problems       []string
	}{
		{template: "plain", want: "plain"},
		{template: "{pipeline}-{date}-{time}", want: "flts-train-20260102-030405"},
		{template: keyedRunName, want: "flts-train-k1"},
		{template: "{user}: {param:identifier}", want: "ada: step10"},
		{template: "{param:epochs} {param:tags} {param:none}", want: `10000000 ["a"] null`},
		{template: "}a}{user}", want: "}a}ada"},
		{template: "{nope}-{", problems: []string{"--run-name: no {nope}", "--run-name: { has no end"}},
		{template: "{param:other}", problems: []string{"--run-name: {param:other} has no value"}},
		{template: "{param:api_token}", problems: []string{"--run-name: {param:api_token} may be a secret"}},
		{template: "{param:odd}", problems: []string{"--run-name: {param:odd} may be a secret"}},
		{template: "{param:lines}", problems: []string{"--run-name: a control character would be in the name"}},
		{template: " ", problems: []string{"--run-name: the name is empty"}},
	}
	for _, test := range tests {
		name, problems := fillName(test.template, parts)
		var said []string
		for _, p := range problems {
			said = append(said, p.Error())
		}
		require.Equal(t, test.problems, said, test.template)
		if problems == nil {
			require.Equal(t, test.want, name)
		}
	}

	name, problems := fillName(defaultRunName, parts)
	require.Empty(t, problems)
	require.Regexp(t, `^flts-train-20260102-030405-[a-z2-7]{5}$`, name)
	another, _ := fillName(defaultRunName, parts)
	require.NotEqual(t, name, another)
}

func FuzzRunName(f *testing.F) {
	f.Add("{pipeline}-{param:a}")
	f.Add("{{}}{")
	f.Fuzz(func(t *testing.T, template string) {
		name, problems := fillName(template, nameParts{pipeline: "p", parameters: map[string]any{"a": "v"}})
		if len(problems) == 0 {
			require.NotEmpty(t, name)
		}
	})
}
