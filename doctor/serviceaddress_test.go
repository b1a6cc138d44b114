package doctor

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadAddress(t *testing.T) {
	for text, want := range map[string]address{
		"minio:9000":                             {host: "minio", port: 9000, name: "minio", namespace: "ml"},
		"MinIO:9000":                             {host: "minio", port: 9000, name: "minio", namespace: "ml"},
		"minio":                                  {host: "minio", port: 80, name: "minio", namespace: "ml"},
		"https://minio":                          {host: "minio", port: 443, name: "minio", namespace: "ml"},
		"minio.data:9000":                        {host: "minio.data", port: 9000, name: "minio", namespace: "data", unsure: true},
		"minio.data.svc:9000":                    {host: "minio.data.svc", port: 9000, name: "minio", namespace: "data"},
		"minio.data.svc.cluster.local.:9000":     {host: "minio.data.svc.cluster.local", port: 9000, name: "minio", namespace: "data", domain: "cluster.local"},
		"http://minio.data.svc.k8s.example/path": {host: "minio.data.svc.k8s.example", port: 80, name: "minio", namespace: "data", domain: "k8s.example"},
		"http://u:p@minio-0.minio.data.svc.k8s.example": {host: "minio-0.minio.data.svc.k8s.example", port: 80, pod: "minio-0", name: "minio", namespace: "data", domain: "k8s.example"},
		"s3.eu-central-1.amazonaws.com":                 {host: "s3.eu-central-1.amazonaws.com", port: 80},
		"my_minio:9000":                                 {host: "my_minio", port: 9000},
		"minio..svc:9000":                               {host: "minio..svc", port: 9000},
		"localhost:9000":                                {host: "localhost", port: 9000},
		"10.1.2.3:9000":                                 {host: "10.1.2.3", port: 9000, ip: netip.MustParseAddr("10.1.2.3")},
		"http://[fd00::1]:9000":                         {host: "fd00::1", port: 9000, ip: netip.MustParseAddr("fd00::1")},
	} {
		a, ok := readAddress(text, false)
		require.True(t, ok, text)
		a.place("ml")
		require.Equal(t, want, a, text)
	}
	secure, _ := readAddress("minio", true)
	require.Equal(t, int32(443), secure.port)
	for _, text := range []string{"", "http://", "minio:0x50", "minio:99999", "://", "ftp://minio"} {
		_, ok := readAddress(text, false)
		require.False(t, ok, text)
	}
}

// Whatever an endpoint is, what is written in its place keeps no login.
func FuzzRehosted(f *testing.F) {
	f.Add("http://ann:secret@minio:9000/path")
	f.Add("minio:9000")
	f.Add("HTTP://minio")
	f.Fuzz(func(t *testing.T, text string) {
		if a, ok := readAddress(text, false); ok {
			a.place("ml")
			require.NotEmpty(t, a.host)
			require.Equal(t, a.name == "", a.namespace == "", "%+v", a)
		}
		got, ok := rehosted(text, "minio.ml.svc.cluster.local", 9000)
		if !ok {
			return
		}
		require.Contains(t, got, "minio.ml.svc.cluster.local:9000")
		if !strings.Contains(text, "://") {
			require.Equal(t, "minio.ml.svc.cluster.local:9000", got)
			return
		}
		server := got[strings.Index(got, "://")+3:]
		if end := strings.IndexAny(server, "/?#"); end >= 0 {
			server = server[:end]
		}
		require.NotContains(t, server, "@")
	})
}
