package main_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const self = "github.com/flts-run/flts-run"

// linkable lists the modules that the binary in the image may link. What is
// linked is paid for in every start and in every image: a client of Kubernetes
// alone is 20 MB and 5 ms. Add a module here when "make bench" agrees.
var linkable = []string{
	self,
	"github.com/aws/aws-sdk-go-v2", // the signer, see narrow
	"github.com/aws/smithy-go",     // which the signer needs
	"github.com/joho/godotenv",
	"github.com/urfave/cli/v2",
	"github.com/xrash/smetrics",
	"go.yaml.in/yaml/v4",
	"golang.org/x/net",
	"golang.org/x/sys",
	"golang.org/x/text",
}

// narrow says of a module how little of it may be linked.
var narrow = map[string][]string{
	"github.com/aws/aws-sdk-go-v2": {
		"github.com/aws/aws-sdk-go-v2/aws",
		"github.com/aws/aws-sdk-go-v2/internal/",
	},
}

// forTests lists what is for tests, demonstrations and debugging alone.
var forTests = []string{
	self + "/internal/bench",
	self + "/internal/demo",
	self + "/internal/fake",
	self + "/internal/teststack",
	"expvar",
	"net/http/httptest",
	"net/http/pprof",
	"testing",
}

// TestDependencies reads what a release of flts-run links, package by package.
func TestDependencies(t *testing.T) {
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags=urfave_cli_no_docs",
		"-f", "{{.ImportPath}} {{with .Module}}{{.Path}}{{end}}", ".")
	list.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	var stderr strings.Builder
	list.Stderr = &stderr
	out, err := list.Output()
	require.NoError(t, err, stderr.String())

	var refused []string
	linked := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		pkg, module, _ := strings.Cut(strings.TrimSpace(line), " ")
		linked[pkg] = true
		if why := refuse(pkg, module); why != "" {
			refused = append(refused, pkg+": "+why)
		}
	}
	require.Empty(t, refused)
	// An empty list, or that of another package, would pass.
	require.Contains(t, linked, self+"/cmd/flts-run")
	require.Contains(t, linked, "github.com/urfave/cli/v2")
}

func TestRefuse(t *testing.T) {
	for _, c := range []struct{ pkg, module, want string }{
		{"net/http", "", ""},
		{self + "/resolve", self, ""},
		{"github.com/aws/aws-sdk-go-v2/aws/signer/v4", "github.com/aws/aws-sdk-go-v2", ""},
		{"github.com/aws/aws-sdk-go-v2/credentials", "github.com/aws/aws-sdk-go-v2/credentials", "its module is not in the list of what may be linked"},
		{"github.com/aws/aws-sdk-go-v2/feature/x", "github.com/aws/aws-sdk-go-v2", "more of its module than may be linked"},
		{"k8s.io/client-go/rest", "k8s.io/client-go", "its module is not in the list of what may be linked"},
		{"google.golang.org/grpc", "google.golang.org/grpc", "its module is not in the list of what may be linked"},
		{"github.com/minio/minio-go/v7", "github.com/minio/minio-go/v7", "its module is not in the list of what may be linked"},
		{"github.com/stretchr/testify/require", "github.com/stretchr/testify", "its module is not in the list of what may be linked"},
		{self + "/internal/fakes3", self, "it is for tests"},
		{"net/http/httptest", "", "it is for tests"},
		{"testing", "", "it is for tests"},
	} {
		require.Equal(t, c.want, refuse(c.pkg, c.module), c.pkg)
	}
}

// refuse says why a package must not be linked; module is empty for the
// standard library.
func refuse(pkg, module string) string {
	for _, prefix := range forTests {
		if pkg == prefix || strings.HasPrefix(pkg, prefix) && strings.HasPrefix(pkg, self) {
			return "it is for tests"
		}
	}
	if module == "" {
		return ""
	}
	if !slices.Contains(linkable, module) {
		return "its module is not in the list of what may be linked"
	}
	if parts, ok := narrow[module]; ok {
		if !slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(pkg, p) }) {
			return "more of its module than may be linked"
		}
	}
	return ""
}
