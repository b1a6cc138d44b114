package resolve_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

var salt = []byte("sixteen bytes ok")

func TestImageEnvHoldsNoSecret(t *testing.T) {
	e := resolve.RecordImageEnv(contract(t), []string{
		"ENDPOINT=a:1", "SECRET=sk-canary", "BUILD_TOKEN=canary", "NOTE=two\nlines \"é\" \xff", "URI=http://me:canary@host", "ENDPOINT_URL=http://sk-canary:1", "ENDPOINT=second", "odd name=canary", "none",
	}, salt)
	require.Equal(t, `# flts-run image environment v1, salt 7369787465656e206279746573206f6b
BUILD_TOKEN=sha256:4c28b9513214f471513d5605e37f28d56844c26ba6d78a0019a7d59250fb1e70
ENDPOINT="a:1"
ENDPOINT_URL=sha256:df745be84b478f78505306dea3594577750dc1347f3e7c4a41496668bc0a1419
NOTE="two\nlines \"é\" \xff"
SECRET=sha256:3fe0c32b63a6a3ddf7e7ce3980a93fb81826aa4538b1cf8180a735f4d35d2483
URI=sha256:a73c6219a4a1c601c9b8ae11768e7d2c7ce5a95d7979a747ce2012599b5bd5b1
`, e.String())
	again, err := resolve.ParseImageEnv("image.env", e.String())
	require.NoError(t, err)
	require.Equal(t, e, again)
}

func TestUnchangedVariablesOfTheImageAreDefaults(t *testing.T) {
	c := contract(t)
	image := resolve.RecordImageEnv(c, []string{"ENDPOINT=image:1", "ACCESS=image-access", "SECRET=image-secret", "NOTE=image", "URI=http://image"}, salt)
	env := resolve.ReadEnviron(c, []string{"ENDPOINT=image:1", "ACCESS=image-access", "SECRET=pod-secret", "NOTE=pod", "SECURE=true", "URI=http://image"})
	defaults := env.SplitImage(c, image, resolve.Prod)
	require.Equal(t, map[string]string{"ENDPOINT": "image:1", "ACCESS": "image-access", "URI": "http://image"}, texts(defaults))
	require.Equal(t, map[string]string{"NOTE": "pod", "SECURE": "true"}, texts(env.Plain))
	require.Equal(t, map[string]string{"SECRET": "pod-secret"}, texts(env.Sensitive))
	require.Equal(t, []string{"error FLTS-S16: ACCESS is sensitive and is set by the image (ACCESS) | remove ENV ACCESS from the Dockerfile and give it in a Secret: whoever can pull the image can read it"},
		found([]resolve.Source{defaults}))

	r := judged(resolve.Input{
		Contract: c, AppEnv: resolve.Staging,
		Sources: []resolve.Source{env.Plain, given("secret dir", resolve.Secret, "URI", "http://mounted"), env.Sensitive, defaults},
	})
	require.Equal(t, "http://mounted", r.Text("URI"), "the image is below every layer of the pod")
	require.Equal(t, "image env", r.Get("ENDPOINT").Origin())
	require.Contains(t, messages(r), "error FLTS-S06: half a pair: ACCESS is missing in layer secret, where SECRET (env) is given; the value in layer defaults is not used, because halves of different logins do not fit")
}

func TestImageEnvErrors(t *testing.T) {
	const first = "# flts-run image environment v1, salt 00\n"
	for text, want := range map[string]string{
		"":                          "image.env:1:1: is empty",
		"A=1":                       "image.env:1:1: is no record of flts-run image-env",
		first + "canary":            "image.env:2:1: is no line NAME=VALUE",
		first + "A=\"1\"\nB=canary": "image.env:3:3: is neither a text in quotes nor sha256:…",
		first + "A=\"canary":        "image.env:2:3: is neither",
	} {
		_, err := resolve.ParseImageEnv("image.env", text)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "canary")
	}
}

func FuzzImageEnv(f *testing.F) {
	f.Add("ENDPOINT", "a:1", "# flts-run image environment v1, salt 00\nENDPOINT=\"a\"\n")
	f.Add("SECRET", "two\nlines\xff", "")
	c := contract(f)
	f.Fuzz(func(t *testing.T, name, value, text string) {
		_, _ = resolve.ParseImageEnv("image.env", text)
		e := resolve.RecordImageEnv(c, []string{name + "=" + value}, salt)
		again, err := resolve.ParseImageEnv("image.env", e.String())
		require.NoError(t, err)
		require.Equal(t, e, again)
		env := resolve.ReadEnviron(c, []string{name + "=" + value})
		if c.KeyFor(name) != nil {
			require.Contains(t, env.SplitImage(c, again, resolve.Dev).Values, name)
		}
	})
}
