package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/form"
)

func TestHintOf(t *testing.T) {
	const inTheSecret = "parameters are stored in clear text: take it out of the pipeline, and let flts-run have it from the Secret"
	for name, tc := range map[string]struct {
		problem  form.Problem
		isSecret bool
		want     string
	}{
		"missing":               {form.Problem{Parameter: "gateway_url", Example: "VALUE", Missing: true}, false, "add --gateway-url VALUE"},
		"name of a flag":        {form.Problem{Parameter: "host", Example: "VALUE", Missing: true}, false, "add --param host=VALUE"},
		"near the name of one":  {form.Problem{Parameter: "dry_run", Example: "true", Missing: true}, false, "add --param dry_run=true"},
		"wrong":                 {form.Problem{Parameter: "tags", Hint: "write JSON", Example: `["a"]`}, false, `write JSON: --tags '["a"]'`},
		"odd name":              {form.Problem{Parameter: "odd name", Example: "1", Missing: true}, false, "add '--odd name' 1"},
		"without an example":    {form.Problem{Parameter: "mode", Hint: "did you mean model?"}, false, "did you mean model?"},
		"named for a secret":    {form.Problem{Parameter: "api_token", Example: "VALUE"}, false, inTheSecret},
		"secret of a contract":  {form.Problem{Parameter: "db", Example: "VALUE"}, true, inTheSecret},
		"secret that is no key": {form.Problem{Parameter: "api_token", Hint: "keep one of them"}, true, "keep one of them"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, hintOf(tc.problem, []string{"host", "dry-run"}, tc.isSecret))
		})
	}
}
