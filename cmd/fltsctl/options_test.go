package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
)

// Every option is there once in a command, and every variable stands for one
// option: a name with two meanings would be found out by a user.
func TestOptionsHaveOneMeaning(t *testing.T) {
	all := slices.Concat(submitOptions, connectionOptions, []option{backendOption, outputOption})
	flags, variables := map[string]bool{"help": true, "h": true}, map[string]bool{}
	for _, o := range all {
		for _, name := range []string{o.flag, o.short} {
			require.False(t, flags[name], name)
			flags[name] = name != ""
		}
		for _, name := range o.variables {
			require.False(t, variables[name], name)
			variables[name] = true
		}
		require.NotEmpty(t, o.heading, o.flag)
		require.Equal(t, !o.boolean, strings.Count(o.usage, "`") == 2, "%s names its value", o.flag)
	}
}

// No flag has a credential for its value: arguments are for everybody to see.
func TestNoFlagTakesACredential(t *testing.T) {
	for _, o := range connectionOptions {
		for _, word := range []string{"token", "cookie", "header", "password", "key"} {
			if strings.Contains(o.flag, word) {
				require.True(t, o.files || strings.HasSuffix(o.flag, "-command"), o.flag)
			}
		}
	}
}

// A flag of one backend beside another backend is wrong.
func TestFlagsOfAnotherBackend(t *testing.T) {
	var said bytes.Buffer
	r := newRunner(process{
		args:   []string{"submit", "train", "--backend", "other", "--experiment", "e", "--upload", "--run-name", "n", "--kube-context", "k"},
		stderr: &said, now: time.Now,
	})
	r.backends["other"] = backend{
		name:   "other",
		target: func(s *settings) submit.Target { return submit.Target{Pipeline: s.c.Args().First()} },
		read:   func(t submit.Target) (form.Form, string, error) { return nil, t.Pipeline, nil },
		open:   func(context.Context, *settings) (submit.Backend, error) { return nil, nil },
	}
	require.Equal(t, 64, r.fail(r.run(t.Context())))
	require.Equal(t, `fltsctl: error: --upload is for kfp, and this is for other
fltsctl: hint: leave it out, or write --backend kfp
fltsctl: error: --run-name is for kfp, and this is for other
fltsctl: hint: leave it out, or write --backend kfp
fltsctl: error: --experiment is for kfp, and this is for other
fltsctl: hint: leave it out, or write --backend kfp
fltsctl: error: --kube-context is for kfp, and this is for other
fltsctl: hint: leave it out, or write --backend kfp
fltsctl: nothing was sent
`, said.String())
}
