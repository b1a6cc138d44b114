package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShimmed(t *testing.T) {
	for _, c := range []struct{ name, program, want string }{
		{"flts-run", "/usr/bin/flts-run", ""},
		{"/opt/flts/bin/flts-run-linux-amd64", "/opt/flts/bin/flts-run", ""},
		{"sh", "/opt/flts/bin/flts-run", "sh"},
		{"/opt/flts/bin/python3", "/opt/flts/bin/flts-run", "python3"},
		{"./entrypoint", "/entrypoint", ""}, // a copy of another name
		{"", "/opt/flts/bin/flts-run", ""},
		{"sh", "", ""},
	} {
		require.Equal(t, c.want, process{name: c.name, program: c.program}.shimmed(), c)
	}
}

func TestInstalls(t *testing.T) {
	for _, c := range []struct {
		program string
		args    []string
		want    bool
	}{
		{"python3", []string{"-m", "pip", "install", "mlflow"}, true},
		{"python", []string{"-m", "venv", "v"}, true},
		{"python3.11", []string{"-I", "-X", "utf8", "-mensurepip"}, true},
		{"python3", []string{"-W", "-m", "-m", "pip"}, true},
		{"python3", []string{"-m", "kfp.dsl.executor_main"}, false},
		{"python3", []string{"train.py", "-m", "pip"}, false},
		{"python3", []string{"-c", "-m", "pip"}, false},
		{"python3", []string{"-", "-m", "pip"}, false},
		{"python3", []string{"-m"}, false},
		{"python3", nil, false},
		{"sh", []string{"-m", "pip"}, false},
	} {
		require.Equal(t, c.want, installs(c.program, c.args), "%s %q", c.program, c.args)
	}
}
