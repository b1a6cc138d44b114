package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/internal/secret"
)

func masker(secrets ...string) *redact.Masker {
	m := &redact.Masker{}
	m.Add(secrets...)
	return m
}

// writings are the ways in which the tests write a secret. They are computed
// here again, by the packages that writers use, not by the code under test.
func writings(s string) map[string]string {
	doc, _ := json.Marshal(s)
	before := []string{"", "x", "xy"}
	all := map[string]string{
		"raw": s, "json": string(doc), "quoted": strconv.Quote(s), "ascii": strconv.QuoteToASCII(s),
		"query": url.QueryEscape(s), "path": url.PathEscape(s), "hex": hex.EncodeToString([]byte(s)), "HEX": fmt.Sprintf("%X", s),
		"url": "http://u:" + url.UserPassword("u", s).String()[2:] + "@h/",
	}
	for i, b := range before {
		all[fmt.Sprint("base64 at ", i)] = base64.StdEncoding.EncodeToString([]byte(b + s + "tail"))
		all[fmt.Sprint("base64url at ", i)] = base64.RawURLEncoding.EncodeToString([]byte(b + s + "tail"))
	}
	return all
}

func TestNoWritingOfASecretIsLeft(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const alphabet = "abcXYZ019 /+=&?%\"'\\<>$`\t\n{}é✓\x01"
	for range 500 {
		letters := []rune(alphabet)
		n := redact.MinLength + random.IntN(30)
		var b strings.Builder
		for range n {
			b.WriteRune(letters[random.IntN(len(letters))])
		}
		s := b.String()
		m := masker(s)
		for name, w := range writings(s) {
			masked := m.Mask("before " + w + " after")
			require.True(t, strings.HasPrefix(masked, "before "), "%s of %q", name, s)
			require.NotContains(t, masked, s, "%s of %q", name, s)
			require.Contains(t, masked, secret.Mask, "%s of %q", name, s)
			if name != "raw" { // what is left of an encoded form is not enough to decode it
				left := len(masked) - len("before "+secret.Mask+" after")
				require.LessOrEqual(t, left, len(w)-(redact.MinLength-1), "%s of %q: %q", name, s, masked)
			}
		}
	}
}

func TestOverlappingSecretsLeaveNoRest(t *testing.T) {
	m := masker("minio123", "minio123-prod-key", "prod-key-two")
	require.Equal(t, "a ******** b", m.Mask("a minio123-prod-key b"))
	require.Equal(t, "a ******** b", m.Mask("a minio123-prod-key-two b"))
	require.Equal(t, "********", masker("aaaaaa").Mask("aaaaaaaaa"))
}

func TestMultiLineSecretsAreMaskedLineByLine(t *testing.T) {
	m := masker("-----BEGIN KEY-----\nMIIabcdef\nZZZ999\n-----END KEY-----\n")
	require.Equal(t, "got ******** and ********, -----BEGIN KEY-----", m.Mask("got MIIabcdef and ZZZ999, -----BEGIN KEY-----"))
}

// What made a secret invalid is not there where it is used as meant.
func TestASecretIsMaskedWithoutWhatIsAroundIt(t *testing.T) {
	for _, s := range []string{"ab\tcd\tef\x00", "\x00\nab\tcd\tef\n", " ab\tcd\tef\x00\n"} {
		require.Equal(t, "x********y ab%09 ********", masker(s).Mask("xab\tcd\tefy ab%09 ab%09cd%09ef"), "%q", s)
	}
}

func TestOrdinaryTextIsLeftAlone(t *testing.T) {
	m := masker("s3cr3t-value", "minio", "", "true")
	const text = "minio-service.default.svc.cluster.local:9000 true {}"
	require.Equal(t, text, m.Mask(text))
	require.Equal(t, text, (&redact.Masker{}).Mask(text))
}

func FuzzMaskLeavesNoSecret(f *testing.F) {
	f.Add("hunter2-hunter2", "the key is hunter2-hunter2!")
	f.Fuzz(func(t *testing.T, s, text string) {
		if len(s) < redact.MinLength || strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) == "" || strings.Contains(secret.Mask, s) {
			t.Skip("not searched for")
		}
		masked := masker(s).Mask(text + s + text)
		// What the mask and its neighbours form together is no secret that was there.
		require.NotContains(t, strings.ReplaceAll(masked, secret.Mask, "\x00"), s)
	})
}

// A file that ends with what no variable can hold is refused; its text is the
// secret all the same, and is known as one in other places.
func TestTheTextWithoutControlCharactersAtItsEndsIsMasked(t *testing.T) {
	m := masker("two\nlines of it\n\x00")
	require.Equal(t, "token="+secret.Mask, m.Mask("token="+url.QueryEscape("two\nlines of it")))
}
