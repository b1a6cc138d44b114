package resolve_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

func TestSplitExecutorInput(t *testing.T) {
	input := []byte(`{"inputs":{"parameterValues":{"endpoint":"run:1","uri":"http://component","note":"","epochs":3}}}`)
	defaults := map[string]json.RawMessage{"uri": json.RawMessage(`"http://component"`), "secure": json.RawMessage("true"), "lr": json.RawMessage("0.1")}
	sources, err := resolve.SplitExecutorInput(contract(t), "task executor-input", input, defaults)
	require.NoError(t, err)
	require.Len(t, sources, 2)
	require.Equal(t, map[string]string{"endpoint": "run:1", "note": ""}, texts(sources[0]))
	require.Equal(t, map[string]string{"uri": "http://component", "secure": "true"}, texts(sources[1]))
	require.Equal(t, resolve.Defaults, sources[1].Layer)

	sources, err = resolve.SplitExecutorInput(contract(t), "x", input, nil)
	require.NoError(t, err)
	require.Len(t, sources, 1, "nothing is known of a component")
	require.Equal(t, "http://component", texts(sources[0])["uri"])

	_, err = resolve.SplitExecutorInput(contract(t), "x", []byte("{{$}}"), defaults)
	require.ErrorContains(t, err, "was not replaced")
}

// A default of the component stands above the contract's and below all else, and
// that they differ is no finding.
func TestComponentDefaultIsTheFirstDefault(t *testing.T) {
	component := given("component default", resolve.Defaults, "endpoint", "component:1", "secure", "true")
	component.Params = true
	image := given("image", resolve.Defaults, "ENDPOINT", "image:1")
	r := resolved(t, resolve.Dev, component, image)
	require.Equal(t, "component:1", r.Text("ENDPOINT"))
	require.Equal(t, "component default endpoint", r.Get("ENDPOINT").Origin())
	require.Empty(t, messages(r))

	r = resolved(t, resolve.Dev, given("secret dir", resolve.Secret, "ENDPOINT", "secret:1"), component)
	require.Equal(t, "secret:1", r.Text("ENDPOINT"))

	// The scheme of a URL sorts the candidates for SECURE once more.
	r = resolved(t, resolve.Dev, given("env", resolve.ConfigMap, "ENDPOINT_URL", "http://env:1"), component)
	origins := []string{}
	for _, c := range r.Get("SECURE").Candidates {
		origins = append(origins, c.Origin)
	}
	require.Equal(t, []string{"env ENDPOINT_URL", "component default secure", "default"}, origins)
}

// namespace_from_pod survives being printed, extended and narrowed.
func TestNamespaceFromPodStaysInTheContract(t *testing.T) {
	c, err := resolve.ParseContract("own", []byte("extends: builtin\nnamespace_from_pod: true\n"))
	require.NoError(t, err)
	require.True(t, c.FromPod)
	text, err := c.YAML()
	require.NoError(t, err)
	again, err := resolve.ParseContract("printed", text)
	require.NoError(t, err)
	require.True(t, again.FromPod)
	less, err := again.Without([]string{"gateway"})
	require.NoError(t, err)
	require.True(t, less.FromPod)
	require.False(t, builtin(t).FromPod)
}
