package endpoints

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNetrc(t *testing.T) {
	for text, want := range map[string]*netrcLogin{
		"":                             nil,
		"machine h login u password p": {user: "u", password: "p"},
		"machine h\nuser u\naccount a\npassword p\n":         {user: "u", password: "p"},
		"machine h password p":                               {password: "p"},
		"machine h":                                          nil,
		"machine h login u password \"p q\\\"\" ":            {user: "u", password: `p q"`},
		"machine h login u password p\\ q":                   {user: "u", password: "p q"},
		"# all of them\nmachine h login u password p":        {user: "u", password: "p"},
		"#all of them\nmachine h login u password p":         nil,
		"machine h # mine\n login u #mine too\n password p":  {user: "u", password: "p"},
		"macdef m\ncd /x\n\nmachine h login u password p":    {user: "u", password: "p"},
		"machine x login a password b default login u":       {user: "u"},
		"default login a machine h login u":                  {user: "u"},
		"machine":                                            nil,
		"machine h login u hunter2":                          nil,
		"machine other login u password p":                   nil,
		"machine h login a machine h login u password p\r\n": {user: "u", password: "p"},
	} {
		require.Equal(t, want, parseNetrc(text, "h"), text)
	}
}

func FuzzNetrc(f *testing.F) {
	f.Add("# x\nmachine h login u password \"p\\\"\"\nmacdef m\n\ndefault login x")
	f.Fuzz(func(t *testing.T, text string) {
		if found := parseNetrc(text, "h"); found != nil {
			require.NotEmpty(t, found.user+found.password)
		}
	})
}

func TestCredentialsFile(t *testing.T) {
	type read struct {
		user, password string
		broken         bool
	}
	for text, want := range map[string]read{
		"": {},
		"[mlflow]\nmlflow_tracking_username = u\nmlflow_tracking_password : p=q\n": {"u", "p=q", false},
		"[other]\nmlflow_tracking_username=u\n":                                    {},
		"# c\n; c\n\n[mlflow]\nMLFLOW_TRACKING_USERNAME=u":                         {"u", "", false},
		"mlflow_tracking_username=u":                                               {"", "", true},
		"[mlflow]\nmlflow_tracking_password = 5%% off":                             {"", "5% off", false},
		"[mlflow]\nmlflow_tracking_password = 5% off":                              {"", "5% off", true},
	} {
		user, password, broken := parseCredentials(text)
		require.Equal(t, want, read{user, password, broken}, text)
	}
}

func FuzzCredentialsFile(f *testing.F) {
	f.Add("[mlflow]\nmlflow_tracking_username = u\nmlflow_tracking_password = %%\n")
	f.Fuzz(func(_ *testing.T, text string) { parseCredentials(text) })
}

func FuzzMetadataVersion(f *testing.F) {
	f.Add("Name: mlflow\nVersion: 3.5.0\n\nx")
	f.Fuzz(func(t *testing.T, text string) {
		if v := metadataVersion(text); v != "" {
			require.Regexp(t, `^[0-9][0-9a-z.+]{0,31}$`, v)
		}
	})
}
