//go:build peers

package peers_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/internal/tlskit"
)

// world is all servers that the scenarios meet, and what is needed to log in.
type world struct {
	clients teststack.Clients

	reader, writer, objects, lists, prefix, nobody, ghost, disabled, odd, eu user

	ca, otherCA string // files of authorities
}

type user struct{ accessKey, secretKey string }

const (
	mlflowUser     = "admin"
	mlflowPassword = "correct horse battery"
)

func buildWorld(t *testing.T) *world {
	w := &world{}
	var err error
	w.clients, err = teststack.Binaries{}.Clients(t.Context())
	require.NoError(t, err)
	root := w.startMinIO(t)
	w.startProxies(t)
	w.startMLflow(t, root)
	return w
}

func (w *world) startMinIO(t *testing.T) (root user) {
	ctx := t.Context()
	minio, err := teststack.MinIO(ctx, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(minio.Close)
	eu, err := teststack.MinIOWith(ctx, t.TempDir(), teststack.Options{Region: "eu-central-1"})
	require.NoError(t, err)
	t.Cleanup(eu.Close)
	relay(t, addresses["minio"]+":9000", minio.Endpoint())
	relay(t, addresses["minio"]+":9001", minio.ConsoleEndpoint())
	relay(t, addresses["minio-eu"]+":9000", eu.Endpoint())
	relay(t, "127.0.0.1:9000", minio.Endpoint())
	hang(t, addresses["nobody"]+":7000")
	fill(t, addresses["full"], 9000)
	relay(t, "[::1]:9000", minio.Endpoint())
	delay(t, addresses["slow"]+":9000", minio.Endpoint())
	hang(t, addresses["kubernetes"]+":443") // flts-run compares with it what takes no connections

	for _, s := range []*teststack.Server{minio, eu} {
		require.NoError(t, s.MakeBucket(ctx, "dataset"))
		require.NoError(t, s.Put(ctx, "dataset", "elborn.csv", []byte("a,b\n1,2\n")))
	}
	require.NoError(t, minio.MakeBucket(ctx, "mlflow"))
	require.NoError(t, minio.MakeBucket(ctx, "data.set"))
	require.NoError(t, minio.Put(ctx, "data.set", "elborn.csv", []byte("a,b\n1,2\n")))
	named := func(accessKey, policy string) user {
		u := user{accessKey, rand.Text() + `/+"\$ '%:`}
		require.NoError(t, minio.AddUser(ctx, u.accessKey, u.secretKey, policy))
		return u
	}
	add := func(policy string) user { return named("user-"+rand.Text()[:10], policy) }
	allow := func(buckets map[string]string) string {
		policy, err := teststack.Policy(buckets)
		require.NoError(t, err)
		return policy
	}
	w.reader = add(allow(map[string]string{"dataset": "r", "data.set": "r"}))
	w.odd = named("team/ann+1", allow(map[string]string{"dataset": "rw"}))
	w.disabled = add(allow(map[string]string{"dataset": "r"}))
	require.NoError(t, minio.DisableUser(ctx, w.disabled.accessKey))
	w.lists = add(`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::dataset"]}]}`)
	w.writer = add(allow(map[string]string{"dataset": "rw", "mlflow": "rw"}))
	w.ghost = add(allow(map[string]string{"dataset": "r", "predictions": "r"}))
	w.nobody = add("")
	w.objects = add(`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::dataset/*"]}]}`)
	w.prefix = add(`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::dataset"], "Condition": {"StringLike": {"s3:prefix": ["public/*"]}}},
		{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::dataset/public/*"]}]}`)
	w.eu = user{eu.AccessKey(), eu.SecretKey()}
	return user{minio.AccessKey(), minio.SecretKey()}
}

// startMLflow starts the variants, two at a time: each is a Python that imports
// for seconds.
func (w *world) startMLflow(t *testing.T, root user) {
	store := []string{"AWS_ACCESS_KEY_ID=" + root.accessKey, "AWS_SECRET_ACCESS_KEY=" + root.secretKey, "MLFLOW_S3_ENDPOINT_URL=http://10.96.0.10:9000"}
	variants := []teststack.MLflow{
		{Address: addresses["mlflow"] + ":5000", Flags: []string{"--artifacts-destination", "s3://mlflow/proxied"}, Variables: store},
		{Address: addresses["mlflow-open"] + ":5000", Flags: []string{"--allowed-hosts", "*", "--no-serve-artifacts", "--default-artifact-root", "s3://mlflow/direct"}},
		{
			Address:   addresses["mlflow-login"] + ":5000",
			Flags:     []string{"--allowed-hosts", "mlflow-login.mlops.svc.cluster.local:*,10.*", "--app-name", "basic-auth", "--artifacts-destination", "artifacts"},
			Variables: []string{"MLFLOW_AUTH_ADMIN_PASSWORD=" + mlflowPassword, "MLFLOW_FLASK_SERVER_SECRET_KEY=" + rand.Text()},
		},
		{Address: addresses["mlflow-below"] + ":5000", Flags: []string{"--allowed-hosts", "mlflow-below.mlops.svc.cluster.local,10.*", "--static-prefix", "/mlflow", "--artifacts-destination", "artifacts"}, Health: "/mlflow/health"},
		{Address: addresses["mlflow-files"] + ":5000", ArtifactsOnly: true, Flags: []string{"--allowed-hosts", "*", "--artifacts-destination", "artifacts"}},
	}
	var wg sync.WaitGroup
	turn := make(chan struct{}, 2)
	for _, variant := range variants {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			server, err := variant.Start(t.Context(), t.TempDir(), w.clients)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(server.Close)
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	relay(t, "[::1]:5000", addresses["mlflow-open"]+":5000")
	delay(t, addresses["slow"]+":5000", addresses["mlflow-open"]+":5000")
	call := func(path, body string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+addresses["mlflow-open"]+":5000/api/2.0/mlflow/experiments/"+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		got, err := http.DefaultTransport.RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, got.Body.Close())
		require.Equal(t, http.StatusOK, got.StatusCode, path)
	}
	call("create", `{"name": "retired"}`)
	call("delete", `{"experiment_id": "1"}`)
}

func (w *world) startProxies(t *testing.T) {
	dir := t.TempDir()
	w.certify(t, dir)
	// nginx reads crypt(3) forms; {PLAIN} is one of them.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "users"), []byte("ingress:{PLAIN}let me in\n"), 0o644))
	nginx, err := teststack.Nginx(t.Context(), dir, configuration(t, "nginx.conf", dir), addresses["front"]+":8000")
	require.NoError(t, err)
	t.Cleanup(nginx.Close)

	dir = openDir(t) // squid gives up being root
	login := "while read -r user password; do [ \"$user $password\" = 'task s3cret' ] && echo OK || echo ERR; done\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "login.sh"), []byte(login), 0o755))
	squid, err := teststack.Squid(t.Context(), dir, configuration(t, "squid.conf", dir), addresses["proxy"]+":3128")
	require.NoError(t, err)
	t.Cleanup(squid.Close)
}

// openDir is a directory that every user can reach; those of a test are its own.
func openDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "flts-peers-squid")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o777))
	return dir
}

func configuration(t *testing.T, name, dir string) string {
	text, err := os.ReadFile(filepath.Join("../../testdata/peers", name))
	require.NoError(t, err)
	return strings.ReplaceAll(string(text), "DIR", dir)
}

// certify writes the certificates of nginx, and has the machine trust none of
// them.
func (w *world) certify(t *testing.T, dir string) {
	ca, err := tlskit.New(dir, "flts-run test CA")
	require.NoError(t, err)
	other, err := tlskit.New(dir, "another CA")
	require.NoError(t, err)
	w.ca, w.otherCA = ca.Path, other.Path
	front := func(c *x509.Certificate) {
		c.DNSNames = []string{"front.mlops.svc.cluster.local", "localhost"}
		c.IPAddresses = []net.IP{net.ParseIP(addresses["front"])}
	}
	for name, change := range map[string]func(*x509.Certificate){
		"good":    front,
		"expired": func(c *x509.Certificate) { front(c); c.NotAfter = time.Now().Add(-time.Minute) },
		"future":  func(c *x509.Certificate) { front(c); c.NotBefore = time.Now().Add(30 * time.Minute) },
		"other":   func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"minio.example"}, nil },
		"nameless": func(c *x509.Certificate) {
			c.IPAddresses, c.Subject = nil, pkix.Name{CommonName: "front.mlops.svc.cluster.local"}
		},
		"wild": func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"*.mlops.svc.cluster.local"}, nil },
	} {
		leaf, err := ca.Leaf(change)
		require.NoError(t, err)
		_, _, err = tlskit.WritePair(dir, name, leaf)
		require.NoError(t, err)
	}
}

// hang takes connections and never answers.
func hang(t *testing.T, at string) {
	l, err := net.Listen("tcp", at)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				_, _ = io.Copy(io.Discard, in)
			}()
		}
	}()
}

// fill listens with room for one connection, and takes that: whoever comes next
// gets no answer.
func fill(t *testing.T, address string, port int) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	require.NoError(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: netip.MustParseAddr(address).As4(), Port: port}))
	require.NoError(t, unix.Listen(fd, 0))
	taken, err := net.Dial("tcp", net.JoinHostPort(address, strconv.Itoa(port)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
}

// delay passes requests on after as long as a server takes that is short of CPU.
func delay(t *testing.T, at, behind string) {
	l, err := net.Listen("tcp", at)
	require.NoError(t, err)
	through := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: behind})
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(3 * time.Second)
		through.ServeHTTP(w, r)
	})}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
}

// relay makes a server reachable at another address of the machine.
func relay(t *testing.T, at, behind string) {
	l, err := net.Listen("tcp", at)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go join(in, behind)
		}
	}()
}

// join passes bytes both ways until both sides ended.
func join(in net.Conn, behind string) {
	defer in.Close()
	out, err := net.Dial("tcp", behind)
	if err != nil {
		return
	}
	defer out.Close()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(in, out)
		_ = in.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(out, in)
	_ = out.(*net.TCPConn).CloseWrite()
	<-back
}
