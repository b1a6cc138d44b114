package endpoints

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddressingStyle(t *testing.T) {
	for text, want := range map[string]string{
		"": "",
		"[default]\ns3 =\n    addressing_style = virtual\n":                                       "virtual",
		"[default]\ns3=\n\taddressing_style=path":                                                 "path",
		"[default]\ns3 =\n  # old\n  max_concurrent_requests = 2\n  addressing_style = virtual\n": "virtual",
		"[default]\naddressing_style = virtual\n":                                                 "",
		"[default]\ns3 =\n  x = 1\nsts =\n  addressing_style = virtual\n":                         "",
		"[profile ml]\ns3 =\n  addressing_style = virtual\n":                                      "",
		"s3 =\n  addressing_style = virtual\n":                                                    "",
	} {
		require.Equal(t, want, addressingStyle(text, "default"), text)
	}
	require.Equal(t, "virtual", addressingStyle("[profile ml]\ns3 =\n  addressing_style = virtual\n", "ml"))
}

func FuzzAddressingStyle(f *testing.F) {
	f.Add("[default]\ns3 =\n    addressing_style = virtual\n")
	f.Add("[\n=\n \n")
	f.Fuzz(func(_ *testing.T, text string) { addressingStyle(text, "default") })
}
