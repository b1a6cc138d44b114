package resolve_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// The names of the objects survive being printed, extended and narrowed.
func TestObjectsStayInTheContract(t *testing.T) {
	for text, want := range map[string]resolve.Objects{
		"extends: builtin":                                {ConfigMap: "flts-config", Secret: "flts-secrets"},
		"extends: builtin\nobjects: null":                 {ConfigMap: "flts-config", Secret: "flts-secrets"},
		"extends: builtin\nobjects: {secret: own.v2}":     {ConfigMap: "flts-config", Secret: "own.v2"},
		"objects: {configmap: c}\nkeys: {A: {type: url}}": {ConfigMap: "c", Secret: "flts-secrets"},
	} {
		c, err := resolve.ParseContract("own", []byte(text))
		require.NoError(t, err)
		require.Equal(t, want, c.Objects, text)
		written, err := c.YAML()
		require.NoError(t, err)
		again, err := resolve.ParseContract("printed", written)
		require.NoError(t, err)
		require.Equal(t, want, again.Objects, text)
	}
	less, err := builtin(t).Without([]string{"gateway"})
	require.NoError(t, err)
	require.Equal(t, builtin(t).Objects, less.Objects)
}

// They end in commands, so they are what Kubernetes takes and nothing else.
func TestObjectsHaveNames(t *testing.T) {
	_, err := resolve.ParseContract("own", []byte("extends: builtin\nobjects:\n  configmap: $(id)\n  secret: null\n  secrets: x\n"))
	require.EqualError(t, err, `own:3:3: objects: configmap: want a name of Kubernetes, of a-z, 0-9, '-' and '.'
own:4:3: objects: secret: want a name of Kubernetes, of a-z, 0-9, '-' and '.'
own:5:3: objects: no field "secrets", did you mean secret?`)
}
