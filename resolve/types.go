package resolve

import (
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Type is what the value of a key must look like.
type Type string

const (
	Text     Type = "string"
	Bool     Type = "bool"     // true or false
	Int      Type = "int"      // decimal digits, of any length
	Float    Type = "float"    // as Go and Python write it
	Duration Type = "duration" // 10s, 1m30s
	Web      Type = "url"      // http:// or https://
	HostPort Type = "hostport" // host or host:port, no scheme
	Bucket   Type = "bucket"   // name of an S3 bucket
	Enum     Type = "enum"     // one of the key's values
)

var types = []Type{Text, Bool, Int, Float, Duration, Web, HostPort, Bucket, Enum}

// parse checks a value and returns it in the form in which it is exported. Its
// errors continue the sentence `KEY = "value" (origin) …` and never quote the
// value, which may be sensitive.
func (k *Key) parse(value string) (string, error) {
	if err := k.clean(value); err != nil {
		return "", err
	}
	if err := k.linkFault(value); err != nil {
		return "", err
	}
	if what := unfilled(value); what != "" {
		return "", &invalid{CodePlaceholder, what, fillIn}
	}
	switch k.Type {
	case Bool:
		return parseBool(value)
	case Int:
		if _, ok := new(big.Int).SetString(value, 10); !ok || strings.HasPrefix(value, "+") {
			return "", fault("is no int", "write digits, like 10000000")
		}
		if k.isPort() {
			return value, checkPort(value, true)
		}
	case Float:
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			return "", fault("is no float", "write it like 0.1 or 1e-3")
		}
	case Duration:
		if _, err := time.ParseDuration(value); err != nil {
			return "", fault("is no duration", "write a number and a unit, like 10s or 1m30s")
		}
	case Web:
		return value, checkURL(value)
	case HostPort:
		return value, checkHostPort(value)
	case Bucket:
		return value, checkBucket(value)
	case Enum:
		if !slices.Contains(k.Values, value) {
			return "", fault("is not one of "+strings.Join(k.Values, ", "), "")
		}
	}
	return value, nil
}

// maxEntry is the longest NAME=VALUE that Linux takes, without its final NUL
// (MAX_ARG_STRLEN in linux/binfmts.h).
const maxEntry = 128<<10 - 1

// fits refuses a value that execve would refuse, under the longest name that
// it is exported under.
func (k *Key) fits(value string) error {
	longest := len(k.Name)
	for _, s := range k.Spellings {
		longest = max(longest, len(s.Name))
	}
	if longest+len("=")+len("https://")+len(value) > maxEntry {
		return &invalid{
			CodeTooLong, fmt.Sprintf("is too long for an environment variable (%d bytes, the kernel takes %d)", len(value), maxEntry),
			"mount it as a file and give its path",
		}
	}
	return nil
}

// invalid is what is wrong with a value, and the form that is accepted. Code is
// the finding's, from the failure catalogue.
type invalid struct{ code, what, want string }

// Code is the finding code of what is wrong.
func (e *invalid) Code() string { return e.code }

func (e *invalid) Error() string {
	if e.want == "" {
		return e.what
	}
	return e.what + ": " + e.want
}

func fault(what, want string) error { return &invalid{CodeType, what, want} }

func parseBool(value string) (string, error) {
	switch strings.ToLower(value) {
	case "true", "1":
		return "true", nil
	case "false", "0":
		return "false", nil
	}
	return "", fault("is no bool", "write true or false")
}

// checkURL accepts scheme://[userinfo@]host[:port][/path] with http or https.
// "minio:9000" parses as a URL with the scheme minio, so the scheme is what is
// looked at first.
func checkURL(value string) error {
	scheme, rest, found := strings.Cut(value, "://")
	scheme = strings.ToLower(scheme) // as clients read it
	switch {
	case !found:
		return &invalid{CodeNoScheme, "has no scheme", "write http://HOST:PORT"}
	case scheme == "s3" || scheme == "minio":
		return &invalid{CodeObjectURI, "names an object, not a server", "write http://HOST:PORT"}
	case scheme != "http" && scheme != "https":
		return &invalid{CodeNoScheme, "has a scheme that is neither http nor https", "write http://HOST:PORT"}
	case strings.HasPrefix(rest, "/") || rest == "":
		return &invalid{CodeNoScheme, "has no host", "write http://HOST:PORT"}
	}
	if server, _, _ := strings.Cut(rest, "/"); holdsTemplate(server) {
		return &invalid{CodePlaceholder, "holds a template that nothing filled in", fillIn}
	}
	u, err := url.Parse(value)
	if err != nil {
		var ue *url.Error // its own text quotes the value
		if errors.As(err, &ue) && strings.Contains(ue.Err.Error(), "port") {
			return fault("has an invalid port", "write a port from 1 to 65535")
		}
		return fault("is no url", "write http://HOST:PORT")
	}
	if u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return &invalid{CodeExtraParts, "has a query or a fragment", "write http://HOST:PORT, with a path if the server has one"}
	}
	return checkPort(u.Port(), strings.HasSuffix(u.Host, ":"))
}

// checkHostPort accepts host and host:port. The port may be missing: clients
// then take the one of the scheme.
func checkHostPort(value string) error {
	if holdsTemplate(value) {
		return &invalid{CodePlaceholder, "holds a template that nothing filled in", fillIn}
	}
	if i := strings.Index(value, "://"); i >= 0 {
		return &invalid{CodeScheme, "is a URL where a host and port belong", "write HOST:PORT without " + value[:i+3]}
	}
	if strings.ContainsAny(value, "/?#@ ") {
		return &invalid{CodeExtraParts, "holds more than a host and a port", "write HOST:PORT"}
	}
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		if bare, ok := bareHost(value); ok {
			host = bare
		} else if isTwoPorts(value) {
			return fault("has two ports", "write HOST:PORT")
		} else {
			return fault("is no host and port", "write HOST:PORT, or [ADDRESS]:PORT for IPv6")
		}
	} else if err := checkPort(port, true); err != nil {
		return err
	}
	if host == "" {
		return fault("has no host", "write HOST:PORT")
	}
	return nil
}

// isTwoPorts reports HOST:PORT:PORT, which is no IPv6 address.
func isTwoPorts(value string) bool {
	host, ports, _ := strings.Cut(value, ":")
	return strings.Count(ports, ":") == 1 && strings.Trim(ports, "0123456789:") == "" && strings.ContainsFunc(host, unicode.IsLetter)
}

func bareHost(value string) (string, bool) {
	if strings.HasPrefix(value, "[") && strings.HasSuffix(value, "]") {
		a, err := netip.ParseAddr(value[1 : len(value)-1])
		return value, err == nil && a.Is6()
	}
	return value, !strings.Contains(value, ":")
}

func checkPort(port string, required bool) error {
	if port == "" && !required {
		return nil
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fault("has an invalid port", "write a port from 1 to 65535")
	}
	return nil
}

// IsBucketName reports whether a text can be the name of a bucket.
func IsBucketName(name string) bool { return checkBucket(name) == nil }

// checkBucket holds to the naming rules that both AWS and MinIO enforce.
func checkBucket(name string) error {
	if strings.Contains(name, "://") {
		return &invalid{CodeObjectURI, "is the address of an object, not the name of a bucket", "write the name alone: without scheme and without prefix"}
	}
	if bucket, _, found := strings.Cut(name, "/"); found && checkBucket(bucket) == nil {
		return fault("is a bucket with a prefix", "write the name of the bucket alone")
	}
	bad := len(name) < 3 || len(name) > 63 || strings.Contains(name, "..")
	for i := 0; i < len(name) && !bad; i++ {
		c := name[i]
		alnum := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		inner := i > 0 && i < len(name)-1
		bad = !alnum && !(inner && (c == '-' || c == '.'))
	}
	if _, err := netip.ParseAddr(name); err == nil || bad {
		return fault("is no bucket name", "3 to 63 of a-z, 0-9, '-' and '.', beginning and ending with a letter or digit")
	}
	return nil
}

// fromURL takes the url spelling of a hostport apart.
func fromURL(value string) (hostport string, secure bool, err error) {
	if err := checkURL(value); err != nil {
		return "", false, err
	}
	u, err := url.Parse(value)
	if err != nil {
		return "", false, fault("is no url", "write http://HOST:PORT")
	}
	if (u.Path != "" && u.Path != "/") || u.User != nil {
		return "", false, &invalid{CodeExtraParts, "holds more than scheme, host and port", "write http://HOST:PORT, and the bucket under its own key"}
	}
	return u.Host, u.Scheme == "https", nil
}

// toURL is the inverse of fromURL.
func toURL(hostport string, secure bool) string {
	if secure {
		return fmt.Sprintf("https://%s", hostport)
	}
	return fmt.Sprintf("http://%s", hostport)
}
