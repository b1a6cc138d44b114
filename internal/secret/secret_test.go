package secret_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/secret"
)

const canary = "c4n4ry/with+odd=chars"

func TestNothingPrintsTheText(t *testing.T) {
	type inner struct{ hidden secret.String }
	s := secret.New(canary)
	values := []any{s, &s, inner{s}, &inner{s}, []secret.String{s}, map[string]secret.String{"k": s}, map[secret.String]int{s: 1}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s", "%-30q", "%T", "%p", "%c"} {
		for _, v := range values {
			out := fmt.Sprintf(verb, v)
			require.NotContains(t, out, canary, "%s of %T", verb, v)
			require.NotContains(t, out, fmt.Sprintf("%x", canary), "%s of %T", verb, v)
		}
	}
	doc, err := json.Marshal(map[string]any{"s": s, "p": &s})
	require.NoError(t, err)
	require.JSONEq(t, `{"s":"********","p":"********"}`, string(doc))

	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s, "in", inner{s})
	require.NotContains(t, log.String(), canary)
	require.NotContains(t, errors.Join(fmt.Errorf("refused: %w", errors.New(s.String()))).Error(), canary)
	require.Equal(t, canary, s.Reveal())
}

func TestEmptyIsShownAsEmpty(t *testing.T) {
	require.Equal(t, "", secret.New("").String())
	require.True(t, secret.New("").IsEmpty())
	require.Equal(t, "", secret.String{}.Reveal())
}

func TestLoginsAreMaskedInOpenText(t *testing.T) {
	for plain, shown := range map[string]string{
		"http://minio:9000":                    "http://minio:9000",
		"https://user:pw@mlflow:5000/x":        "https://********@mlflow:5000/x",
		"postgres://u:p@ss@db:5432/x?y=1":      "postgres://********@db:5432/x?y=1",
		"http://token@gateway":                 "http://********@gateway",
		"http://u:pa/ss@gateway/":              "http://********@gateway/",
		`http://u:it's "odd" <pw> too@gateway`: "http://********@gateway",
		"http://u:a://b@gateway":               "http://********@gateway",
		"http://a:b@c and redis://:pw@r:6379":  "http://********@r:6379",
		"admin:hunter2@minio:9000":             "********@minio:9000",
		"me@example.com":                       "me@example.com",
		"://@":                                 "://@",
	} {
		require.Equal(t, shown, secret.Open(plain).String())
		require.Equal(t, plain, secret.Open(plain).Reveal())
	}
	require.Equal(t, "********@minio:9000", secret.Address("token@minio:9000").String())
	require.Equal(t, "@minio", secret.Address("@minio").String())
	require.Equal(t, "http://minio:9000/x?********", secret.Address("http://minio:9000/x?X-Amz-Signature=canary#y").String())
	require.Equal(t, "http://********@minio:9000?********", secret.Address("http://u:p?w@minio:9000?token=canary").String())
	require.Equal(t, "http://mlflow:5000/#/experiments/0", secret.Address("http://mlflow:5000/#/experiments/0").String())
	require.Equal(t, "user:pw", secret.Userinfo("http://user:pw@h"))
	require.Equal(t, "", secret.Userinfo("http://h/"))
}

func FuzzAnAddressShowsNoLogin(f *testing.F) {
	f.Add("https://user:pw@mlflow:5000/x")
	f.Add("://@://")
	f.Fuzz(func(t *testing.T, plain string) {
		s := secret.Address(plain)
		require.Equal(t, plain, s.Reveal())
		shown := plain
		if login := secret.Userinfo(plain); login != "" {
			at := strings.LastIndex(plain, "@")
			shown = plain[:at-len(login)] + secret.Mask + plain[at:]
		}
		address, _, query := strings.Cut(shown, "?")
		if query {
			address += "?" + secret.Mask
		}
		require.Equal(t, address, s.String())
	})
}
