package endpoints_test

import (
	"crypto/tls"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakes3"
)

// boto3 signs the host as it is written; what is sent has no dot at its end.
func TestAFinalDot(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}})
	env := endpoints.Env{Resolver: names{"minio.example.": {"127.0.0.1"}}}
	target := minio("minio.example.:"+port(t, s.URL()), "dataset")
	r := root(t, target.Checks(env))
	require.Equal(t, finding{
		ID: "minio.sign", Code: "FLTS-C62", Detail: "the host ends with a dot, which boto3 signs and does not send: SignatureDoesNotMatch",
		Hint: "set MINIO_ENDPOINT=minio.example:" + port(t, s.URL()) + `; where the dot is to shorten the lookup, in the pod spec dnsConfig: {options: [{name: ndots, value: "2"}]}`,
	}, found(r))

	t.Run("minio-py alone", func(t *testing.T) {
		env.Task, env.Files = map[string]string{"PATH": "/opt/venv/bin"}, image("minio 7.2.20")
		said, _ := judge(t, target.Checks(env))
		require.Equal(t, says{"minio.bucket.dataset", checklist.Pass, "", "bucket dataset listed"}, said[len(said)-1])
	})
	t.Run("requests", func(t *testing.T) {
		web := serve(t, map[string]route{"*": {status: 200}})
		env.Resolver = names{"Minio.example.": {"127.0.0.1"}}
		said, _ := judge(t, gateway("http://Minio.example.:"+port(t, web.URL)).Checks(env))
		require.Equal(t, checklist.Pass, said[2].State)
		require.Equal(t, "minio.example:"+port(t, web.URL), web.seen[0].Host)
	})
}

// An image with minio-py and without boto3 is judged by minio-py: it knows
// SSL_CERT_FILE and no proxy.
func TestMinioPyAlone(t *testing.T) {
	ca := newAuthority(t, "own CA")
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}, TLS: &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, nil)}}})
	down := "http://" + closedPort(t)
	for name, c := range map[string]struct {
		packages []string
		task     map[string]string
		code     string
	}{
		"its variable":           {[]string{"minio 7.2.20"}, map[string]string{"SSL_CERT_FILE": ca.Path, "HTTPS_PROXY": down}, ""},
		"boto3's":                {[]string{"minio 7.2.20"}, map[string]string{"AWS_CA_BUNDLE": ca.Path}, "FLTS-L01"},
		"both clients":           {[]string{"minio 7.2.20", "botocore 1.43.0"}, map[string]string{"SSL_CERT_FILE": ca.Path, "AWS_CA_BUNDLE": ca.Path}, ""},
		"both, boto3's variable": {[]string{"minio 7.2.20", "botocore 1.43.0"}, map[string]string{"AWS_CA_BUNDLE": ca.Path}, "FLTS-L15"},
		"a file that is not":     {[]string{"minio 7.2.20", "botocore 1.43.0"}, map[string]string{"AWS_CA_BUNDLE": ca.Path, "SSL_CERT_FILE": "/nowhere"}, "FLTS-L15"},
		"boto3 alone":            {[]string{"botocore 1.43.0"}, map[string]string{"AWS_CA_BUNDLE": ca.Path}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			task := map[string]string{"PATH": "/opt/venv/bin"}
			asBoto3(task, s.Endpoint())
			task["AWS_ENDPOINT_URL_S3"] = s.URL()
			for k, v := range c.task {
				task[k] = v
			}
			target := minio(s.Endpoint(), "dataset")
			target.Secure = open("MINIO_SECURE", "true")
			checks := target.Checks(endpoints.Env{Task: task, Files: image(c.packages...), Thorough: true})
			if c.code == "" {
				said, _ := judge(t, checks)
				require.Equal(t, says{"minio.bucket.dataset", checklist.Pass, "", "bucket dataset listed"}, said[len(said)-1])
				return
			}
			r := root(t, checks)
			require.Equal(t, []string{"minio.tls", c.code}, []string{r.ID, r.Code})
			if c.code == "FLTS-L15" {
				require.Equal(t, checklist.Warn, r.State)
				require.Equal(t, "export SSL_CERT_FILE="+ca.Path, r.Hint)
			}
		})
	}
}

// s3fs opens a list of authorities that nobody needs.
func TestABundleThatIsNotThereOverPlainHTTP(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}})
	nowhere := filepath.Join(t.TempDir(), "ca.pem")
	for name, c := range map[string]struct {
		files    fs.FS
		thorough bool
		warns    bool
	}{
		"s3fs":           {image("botocore 1.43.0", "s3fs 2026.1.0"), false, true},
		"no s3fs":        {image("botocore 1.43.0"), true, false},
		"unknown":        {nil, true, true},
		"before a task":  {nil, false, false}, // and PYTHONPATH is set, which leads nowhere
		"minio-py alone": {image("minio 7.2.20"), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			task := map[string]string{"PATH": "/opt/venv/bin", "PYTHONPATH": "/app", "AWS_CA_BUNDLE": nowhere}
			asBoto3(task, s.Endpoint())
			_, results := judge(t, minio(s.Endpoint(), "dataset").Checks(endpoints.Env{Task: task, Files: c.files, Thorough: c.thorough}))
			r, warned := results["minio.clients"]
			require.Equal(t, c.warns, warned)
			if warned {
				require.Equal(t, finding{
					ID: "minio.clients", Code: "FLTS-L12", Detail: "the CA bundle " + nowhere + " does not exist; s3fs reads it for plain http too, boto3 does not",
					Hint: "mount the CA there, or correct AWS_CA_BUNDLE: ls -lL " + nowhere,
				}, found(r))
			}
		})
	}
}

// No client reads the variable, so it decides nothing; code may pass it on.
func TestVirtualAddressingIsReadByNobody(t *testing.T) {
	const set = "set AWS_S3_ADDRESSING_STYLE=path; or give the server its domain (MINIO_DOMAIN), a wildcard name and a wildcard certificate"
	for name, c := range map[string]struct {
		domain string
		names  names
		want   says
		hint   string
	}{
		"it works":      {"s3.example", names{"s3.example": {"127.0.0.1"}, "dataset.s3.example": {"127.0.0.1"}}, says{State: checklist.Pass, Detail: "code that asks for virtual addressing finds bucket dataset too"}, ""},
		"no such name":  {"s3.example", names{"s3.example": {"127.0.0.1"}}, says{State: checklist.Warn, Code: "FLTS-C10", Detail: "AWS_S3_ADDRESSING_STYLE is read by no client, but code that passes it on would fail: no such host: dataset.s3.example"}, set},
		"not by server": {"", names{"s3.example": {"127.0.0.1"}, "dataset.s3.example": {"127.0.0.1"}}, says{State: checklist.Warn, Code: "FLTS-C10", Detail: "AWS_S3_ADDRESSING_STYLE is read by no client, but code that passes it on would fail: the server does not find the bucket there"}, set},
	} {
		t.Run(name, func(t *testing.T) {
			s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}, Domain: c.domain})
			target := minio("s3.example:"+port(t, s.URL()), "dataset")
			target.Addressing = open("AWS_S3_ADDRESSING_STYLE", "virtual")
			said, results := judge(t, target.Checks(endpoints.Env{Resolver: c.names}))
			c.want.ID = "minio.virtual.dataset"
			require.Equal(t, []says{c.want, {"minio.bucket.dataset", checklist.Pass, "", "bucket dataset listed"}}, said[4:])
			require.Equal(t, c.hint, results["minio.virtual.dataset"].Hint)
		})
	}
}

// boto3's own file may ask for the bucket in front of the host, where a MinIO that
// knows no domain lists its buckets instead.
func TestVirtualAddressingInBoto3sFile(t *testing.T) {
	asked := fstest.MapFS{"app/.aws/config": {Data: []byte("[default]\ns3 =\n  addressing_style = virtual\n")}}
	env := endpoints.Env{
		Resolver: names{"s3.example": {"127.0.0.1"}, "dataset.s3.example": {"127.0.0.1"}},
		Task:     map[string]string{"HOME": "/app"}, Files: asked,
	}
	for domain, want := range map[string]says{
		"s3.example": {"minio.bucket.dataset", checklist.Pass, "", "bucket dataset listed"},
		"":           {"minio.bucket.dataset", checklist.Fail, "FLTS-C63", "the server takes the bucket in front of the host for a part of its name: it lists its buckets, and not what is in dataset"},
	} {
		s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}, Domain: domain})
		target := minio("s3.example:"+port(t, s.URL()), "dataset")
		asBoto3(env.Task, "s3.example:"+port(t, s.URL()))
		said, _ := judge(t, target.Checks(env))
		require.Equal(t, want, said[len(said)-1])
	}
}

// aiohttp below s3fs sends small letters, whatever botocore signed.
func TestCapitalsInTheHost(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}})
	p := port(t, s.URL())
	env := endpoints.Env{Resolver: names{"MinIO.example": {"127.0.0.1"}}, Task: map[string]string{"PATH": "/opt/venv/bin"}}
	asBoto3(env.Task, "MinIO.example:"+p)
	for name, c := range map[string]struct {
		files fs.FS
		warns bool
	}{"s3fs": {image("botocore 1.43.0", "s3fs 2026.1.0"), true}, "no s3fs": {image("botocore 1.43.0"), false}} {
		t.Run(name, func(t *testing.T) {
			env.Files = c.files
			_, results := judge(t, minio("MinIO.example:"+p, "dataset").Checks(env))
			require.Equal(t, "bucket dataset listed", results["minio.bucket.dataset"].Detail)
			r, warned := results["minio.clients"]
			require.Equal(t, c.warns, warned)
			if warned {
				require.Equal(t, finding{
					ID: "minio.clients", Code: "FLTS-C62", Detail: "the host has capitals, which s3fs signs and sends in small letters: SignatureDoesNotMatch",
					Hint: "set MINIO_ENDPOINT=minio.example:" + p,
				}, found(r))
			}
		})
	}
}

// A list that is allowed says nothing of objects. With time to be thorough one is
// asked for.
func TestABucketThatMayOnlyBeListed(t *testing.T) {
	denied := route{status: 403, body: `<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`}
	s := serve(t, map[string]route{"GET /minio/health/live": live(), "GET /dataset": {status: 200, body: list}, "*": denied})
	target := minio(hostPort(t, s.URL), "dataset")
	r := root(t, target.Checks(endpoints.Env{Thorough: true}))
	require.Equal(t, checklist.Warn, r.State)
	require.Equal(t, finding{
		ID: "minio.bucket.dataset", Code: "FLTS-A04", Detail: "bucket dataset can be listed, an object of no known name not be read",
		Hint: "allow s3:GetObject on dataset/*, or name the prefix that the task reads: FLTS_NEEDS=s3:dataset/PREFIX=r; mc admin policy attach ALIAS POLICY --user ACCESS_KEY",
	}, found(r))
	for _, env := range []endpoints.Env{{}, {Thorough: true}} {
		if env.Thorough {
			target.Buckets[0].Mode = "w"
		}
		said, _ := judge(t, target.Checks(env))
		require.Equal(t, says{"minio.bucket.dataset", checklist.Pass, "", "bucket dataset listed"}, said[len(said)-1])
	}
}
