package redact_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/internal/secret"
)

// What other programs write, recorded: Python by testdata/writings.py.
func TestWritingsOfPython(t *testing.T) {
	text, err := os.ReadFile("testdata/writings.json")
	require.NoError(t, err)
	var recorded []struct {
		Secret   string
		Writings map[string]string
	}
	require.NoError(t, json.Unmarshal(text, &recorded))
	require.Len(t, recorded, 5)
	for _, r := range recorded {
		m := masker(r.Secret)
		for name, w := range r.Writings {
			require.Equal(t, "<"+secret.Mask+">", m.Mask("<"+w+">"), "%s of %q: %s", name, r.Secret, w)
		}
	}
}

func TestWritingsOfOthers(t *testing.T) {
	const s = `a/b~c "d" 'e' <f>&=é$g!`
	m := masker(s)
	for name, w := range map[string]string{
		"encodeURIComponent": `a%2Fb~c%20%22d%22%20'e'%20%3Cf%3E%26%3D%C3%A9%24g!`,
		"encodeURI":          `a/b~c%20%22d%22%20'e'%20%3Cf%3E&=%C3%A9$g!`,
		"URLEncoder of Java": `a%2Fb%7Ec+%22d%22+%27e%27+%3Cf%3E%26%3D%C3%A9%24g%21`,
		"json of PHP":        `a\/b~c \"d\" 'e' <f>&=\u00e9$g!`,
		"json of Go":         `a/b~c \"d\" 'e' \u003cf\u003e\u0026=é$g!`,
		"json of Gson":       `a/b~c \"d\" \u0027e\u0027 \u003cf\u003e\u0026\u003dé$g!`,
		"json of .NET":       `a/b~c \"d\" 'e' <f>&=\u00E9$g!`,
		"%q of bash":         `a/b~c\ \"d\"\ \'e\'\ \<f\>\&=é\$g\!`,
		"double quotes":      `a/b~c \"d\" 'e' <f>&=é\$g!`,
		"$'' of bash":        `a/b~c "d" \'e\' <f>&=é$g!`,
		"html of Go":         `a/b~c &#34;d&#34; &#39;e&#39; &lt;f&gt;&amp;=é$g!`,
		"html of PHP":        `a/b~c &quot;d&quot; &#039;e&#039; &lt;f&gt;&amp;=é$g!`,
		"yaml":               `a/b~c "d" ''e'' <f>&=é$g!`,
	} {
		require.Equal(t, "<"+secret.Mask+">", m.Mask("<"+w+">"), "%s: %s", name, w)
	}
}

func TestBase64WithLineBreaks(t *testing.T) {
	const s = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE="
	m := masker(s)
	const whole = "d0phbHJYVXRuRkVNSS9LN01ERU5HK2JQeFJmaUNZRVhBTVBMRT0="               // of s
	const inner = "eH" + "dKYWxyWFV0bkZFTUkvSzdNREVORytiUHhSZmlDWUVYQU1QTEU9" + "eQ==" // of x, s, y: x has a part in the second character
	for _, end := range []string{"\n", "\r\n", "\r", `\n`, `\r\n`} {
		for i := 1; i < len(whole); i++ {
			want := "<" + secret.Mask + ">"
			if i < 4 { // what no secret can be told from
				want = "<" + whole[:i] + end + secret.Mask + ">"
			}
			require.Equal(t, want, m.Mask("<"+whole[:i]+end+whole[i:]+">"), "%q at %d", end, i)
		}
		for i := 6; i < len(inner)-4; i++ {
			require.Equal(t, "eH"+secret.Mask+"eQ==", m.Mask(inner[:i]+end+inner[i:]), "%q at %d", end, i)
		}
	}
	every5 := strings.Join([]string{whole[:5], whole[5:10], whole[10:15], whole[15:20], whole[20:]}, "\n")
	require.Equal(t, secret.Mask+"\n", m.Mask(every5+"\n"))
	two := whole[:20] + "\n\n" + whole[20:]
	require.Equal(t, two, m.Mask(two), "an empty line is no wrapping")
}

func TestPartsOfASecret(t *testing.T) {
	pem := "-----BEGIN KEY-----\nMIIabcdef\nZZZ999\n=\n-----END KEY-----\n"
	google := "{\n  \"type\": \"service_account\",\n  \"project_id\": \"flts-prod\",\n  \"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMIIEvQIB\\nZZZ999\\n-----END PRIVATE KEY-----\\n\",\n  \"token_uri\": \"https://oauth2.googleapis.com/token\",\n  \"password\": 123456789\n}"
	for _, c := range []struct{ name, secret, text, want string }{
		{"lines", pem, "got MIIabcdef and ZZZ999, -----BEGIN KEY-----", "got ******** and ********, -----BEGIN KEY-----"},
		{"whole", pem, "<" + pem + ">", "<********\n>"},
		{"lines joined otherwise", pem, strings.ReplaceAll(pem, "\n", "\r\n"), "-----BEGIN KEY-----\r\n********\r\n********\r\n=\r\n-----END KEY-----\r\n"},
		{"around it", " \tab cd ef\n", "'ab cd ef' 'ab%20cd%20ef'", "'********' '********'"},
		{"quotes", `"hunter2"`, `"hunter2" hunter2`, `******** ********`},
		{"with its newline in base64", "hunter2\n", "aHVudGVyMgo= aHVudGVyMg==", "******** ********"},
		{"leaves", google, "flts-prod service_account ZZZ999 123456789 https://oauth2.googleapis.com/token", "flts-prod service_account ******** ******** https://oauth2.googleapis.com/token"},
		{"no lines of a document", "{\n  \"type\": \"service_account\",\n  \"key\": \"hunter2\"\n}", "\"type\": \"service_account\", hunter2", "\"type\": \"service_account\", ********"},
		{"minified", `{"a": "b", "c": 1}`, `{"a":"b","c":1}`, "********"},
		{"pretty", `{"a":"b","c":1}`, "{\n  \"a\": \"b\",\n  \"c\": 1\n}", "********"},
		{"names without a name", `["first-one","second-one"]`, "first-one second-one", "******** ********"},
		{"address", "postgresql://mlflow:p%40ss-word@db:5432/mlflow", "p%40ss-word p@ss-word mlflow", "******** ******** mlflow"},
		{"login of an address in base64", "https://user:hunter2@h/", "Basic dXNlcjpodW50ZXIy", "Basic ********"},
		{"database address", "host=db user=mlflow password=hunter2 sslmode=require", "hunter2 sslmode=require", "******** sslmode=require"},
		{"credentials file", "[work]\naws_access_key_id = AKIAABCDEFGH\naws_secret_access_key = wJalrXUtnFEMI\nregion = eu-west-1\n", "AKIAABCDEFGH wJalrXUtnFEMI eu-west-1", "******** ******** eu-west-1"},
		{"yaml", "user: flts-user\npassword: 'hunter2'\n", "flts-user hunter2", "flts-user ********"},
		{"no ordinary words of it", "default\nhunter2\n", "default hunter2", "default ********"},
	} {
		require.Equal(t, c.want, masker(c.secret).Mask(c.text), c.name)
	}
}

func TestSkipped(t *testing.T) {
	set := &redact.Set{}
	set.Add("SHORT", "minio", "7", "")
	set.Add("WORD", "Default")
	set.Add("BLANK", "        ")
	set.Add("GOOD", "hunter2", "hunter2")
	set.Add("EMPTY", "")
	set.Add("LONG", strings.Repeat("0123456789abcdef", 2000))
	require.Equal(t, []redact.Skipped{
		{Key: "SHORT", Reason: "shorter than 6 characters"},
		{Key: "WORD", Reason: "a word that ordinary output holds"},
		{Key: "BLANK", Reason: "white space only"},
		{Key: "LONG", Reason: "longer than 16 KiB, only its beginning is searched for"},
	}, set.Skipped())
	require.Equal(t, "Default 7 ********         minio default", set.Mask("Default 7 hunter2         minio default"))
}

// Of what is longer than a credential may be, the beginning is hidden, wherever
// the writes are split.
func TestKnownShapesAreBounded(t *testing.T) {
	set := &redact.Set{}
	set.AddKnownShapes()
	const header = "-----BEGIN PRIVATE KEY-----\n"
	text := header + strings.Repeat("A", 40<<10)
	want := secret.Mask + strings.Repeat("A", 24<<10+len(header))
	require.Equal(t, want, set.Mask(text))
	require.Equal(t, want, streamed(t, set, text[:20<<10], text[20<<10:]))
	require.Equal(t, want, streamed(t, set, text[:10<<10], text[10<<10:]))
}

func TestKnownShapes(t *testing.T) {
	body := strings.Repeat("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDabcdefghijklm\n", 3) + "Zm9vYmFy\n"
	pem := "-----BEGIN RSA PRIVATE KEY-----\n" + body + "-----END RSA PRIVATE KEY-----"
	jwt := "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	set := &redact.Set{}
	set.AddKnownShapes()
	set.AddKnownShapes()
	for _, c := range []struct{ name, text, want string }{
		{"key id", "id AKIAIOSFODNN7EXAMPLE, ASIAIOSFODNN7EXAMPLE", "id ********, ********"},
		{"key id at the end", "AKIAIOSFODNN7EXAMPLE", "********"},
		{"GitHub", "ghp_" + strings.Repeat("aB3", 12) + " ghs_" + strings.Repeat("x", 50) + " github_pat_" + strings.Repeat("A_1", 20) + ".", "******** ******** ********."},
		{"no GitHub", "ghp_short ghx_" + strings.Repeat("a", 40) + " github_pat_too_short, gho_" + strings.Repeat("a", 30), "ghp_short ghx_" + strings.Repeat("a", 40) + " github_pat_too_short, gho_" + strings.Repeat("a", 30)},
		{"Slack", "xoxb-123456789012-abcdefABCDEF,xoxs-" + strings.Repeat("1", 20), "********,********"},
		{"no Slack", "xoxb-123 xoxz-123456789012-abcdefABCDEF xoxo", "xoxb-123 xoxz-123456789012-abcdefABCDEF xoxo"},
		{"Google", "key=AIzaSyA-" + strings.Repeat("b", 31) + "&x", "key=********&x"},
		{"no Google", "AIza" + strings.Repeat("b", 34) + " AIzzy", "AIza" + strings.Repeat("b", 34) + " AIzzy"},
		{"login", "postgres://user:p%40ss!@db:5432/x redis://:only@cache 'https://me:pw@host/'", "postgres://********@db:5432/x redis://********@cache 'https://********@host/'"},
		{"login at the end", "amqp://user:word@", "amqp://********@"},
		{
			"no login", "http://host:9000/a@b:c@d ssh://git@host/x s3://bucket/key@1 https://registry:443/@scope/pkg git@host:a/b http://[::1]:80 file:///a:b@c ://a:@b ://",
			"http://host:9000/a@b:c@d ssh://git@host/x s3://bucket/key@1 https://registry:443/@scope/pkg git@host:a/b http://[::1]:80 file:///a:b@c ://a:@b ://",
		},
		{"login hidden by others", "http://user:***@host http://u:xxxxx@host http://u:${PASS}@host ://{user}:{pass}@h", "http://user:***@host http://u:xxxxx@host http://u:${PASS}@host ://{user}:{pass}@h"},
		{"a very long user", "http://" + strings.Repeat("u", 600) + ":p@h", "http://" + strings.Repeat("u", 600) + ":p@h"},
		{"longer word", "AKIAIOSFODNN7EXAMPLES AKIAIOSFODNN7EXAMPLEs", "AKIAIOSFODNN7EXAMPLES AKIAIOSFODNN7EXAMPLEs"},
		{"shorter word", "AKIAIOSFODNN7 AKIA", "AKIAIOSFODNN7 AKIA"},
		{"token", "Bearer " + jwt + "\n", "Bearer ********\n"},
		{"token without its signature", "<" + jwt[:50] + ">", "<********>"},
		{"token cut off early", "eyJhbGciOiJIUzI1NiJ9. eyJhbGciOi", "eyJhbGciOiJIUzI1NiJ9. eyJhbGciOi"},
		{"private key", "<" + pem + ">", "<********>"},
		{"escaped", "<" + strings.ReplaceAll(pem, "\n", `\n`) + ">", "<********>"},
		{"in one line", "<" + strings.ReplaceAll(pem, "\n", " ") + ">", "<********>"},
		{"without its end", "<" + strings.TrimSuffix(pem, "-----END RSA PRIVATE KEY-----") + ">", "<********\n>"},
		{"header alone", "expected -----BEGIN PRIVATE KEY----- here", "expected -----BEGIN PRIVATE KEY----- here"},
		{"certificate", strings.ReplaceAll(pem, "RSA PRIVATE KEY", "CERTIFICATE"), strings.ReplaceAll(pem, "RSA PRIVATE KEY", "CERTIFICATE")},
	} {
		require.Equal(t, c.want, set.Mask(c.text), c.name)
		require.Equal(t, c.want, streamed(t, set, strings.Split(c.text, "")...), "%s, byte by byte", c.name)
	}
}
