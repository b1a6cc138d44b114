package resolve

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/boto3"
	"github.com/flts-run/flts-run/internal/secret"
)

// Task is what JudgeTask looks at.
type Task struct {
	Environ map[string]string // that the task will have
	Given   map[string]string // that we were given
	// ReadFile reads a file of AWS configuration. It is called only when the
	// environment names a profile, or credentials that belong to no endpoint.
	ReadFile func(path string) ([]byte, error)
	Fixed    bool // what is stale is not handed on
}

// JudgeTask adds to the findings what the usual clients of Python would make of
// the environment that the task will have: where they would send its credentials,
// which variables they do not read, and what is left over from another login.
// What --fix-env removes is added to Stale.
func (r *Resolution) JudgeTask(c *Contract, t Task) {
	r.judgeStaleTokens(c, t)
	r.judgeProfile(t)
	if !r.judgeEndpoint(c, t) {
		r.judgeNearMisses(c, t)
	}
	if t.Environ["AWS_ENDPOINT_URL"] != "" {
		r.add(Warning, CodeAllOfAWS, c.KeyFor("AWS_ENDPOINT_URL"), "set AWS_ENDPOINT_URL_S3 instead, which is for S3 alone, and unset AWS_ENDPOINT_URL",
			"%s is for every service of AWS: boto3 asks it for STS and Secrets Manager too", r.variableShown(c, t, "AWS_ENDPOINT_URL"))
	}
}

// judgeStaleTokens looks for tokens of temporary credentials that the contract
// does not know, beside keys that did not come with them. boto3 reads them with
// whatever keys there are. Tokens of the contract are judged with their group.
func (r *Resolution) judgeStaleTokens(c *Contract, t Task) {
	id := t.Environ["AWS_ACCESS_KEY_ID"]
	if id == "" || id == t.Given["AWS_ACCESS_KEY_ID"] {
		return
	}
	for _, name := range []string{"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"} {
		if t.Environ[name] == "" || c.KeyFor(name) != nil {
			continue
		}
		r.Stale = append(r.Stale, name)
		r.add(Warning, CodeStale, nil, "unset "+name+", or run with --fix-env",
			"%s (env) does not belong to the access key in use: boto3 sends it along, and the store answers InvalidTokenId", name)
	}
}

// judgeProfile looks for a profile that is in no file. boto3 looks for it even
// when it has keys, and raises before it sends anything.
func (r *Resolution) judgeProfile(t Task) {
	variable := "AWS_DEFAULT_PROFILE"
	if t.Environ[variable] == "" {
		variable = "AWS_PROFILE"
	}
	profile := t.Environ[variable]
	if profile == "" {
		return
	}
	files, known := t.awsFiles()
	if !known || slices.ContainsFunc(files, func(f awsFile) bool { return f.unreadable || f.profiles[profile] }) {
		return
	}
	r.Stale = append(r.Stale, variable)
	var paths []string
	for _, f := range files {
		paths = append(paths, f.path)
	}
	severity := Error
	if t.Fixed {
		severity = Warning
	}
	r.add(severity, CodeNoProfile, nil, "unset "+variable+", or run with --fix-env; or mount the file and set AWS_CONFIG_FILE to its path",
		"%s = %s (env) is a profile that is not in %s: boto3 raises ProfileNotFound before it sends anything", variable, quoteShort(secret.Open(profile)), strings.Join(paths, " and "))
}

// judgeEndpoint looks for credentials with which clients would go to AWS, because
// no variable that they read names a server. It reports whether that was said. Keys
// of the form of AWS, and an identity of the pod, are meant for it.
func (r *Resolution) judgeEndpoint(c *Contract, t Task) bool {
	id := t.Environ["AWS_ACCESS_KEY_ID"]
	if id == "" || t.Environ["AWS_SECRET_ACCESS_KEY"] == "" || boto3.IsKeyIDOfAWS(id) || t.endpoint() != "" {
		return false
	}
	if files, known := t.awsFiles(); !known || slices.ContainsFunc(files, func(f awsFile) bool { return f.endpoint }) {
		return false
	}
	// An endpoint that was refused is the cause, and was said.
	if slices.ContainsFunc(c.Services, func(s *Service) bool { return s.Kind == "s3" && r.refused(s.Endpoint) }) {
		return true
	}
	// A service that was left out is none of the task's: its keys may be there
	// for another container of the pod. And where the contract has an endpoint,
	// the component may well hand it to its client itself.
	severity, said := Error, "no variable that boto3 reads names an endpoint"
	for _, s := range slices.Concat(c.Services, c.leftOut) {
		if s.Kind == "s3" && (slices.Contains(c.leftOut, s) || r.Text(s.Endpoint) != "") {
			severity = Warning
		}
	}
	if near := t.nearMiss(); near != "" {
		said = "boto3 does not read " + near + ", and no variable that it reads names an endpoint"
	}
	if boto3.IgnoresEndpoints(t.Environ) {
		said = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is set, so boto3 reads no endpoint"
	}
	r.add(severity, CodeAmazon, c.KeyFor("AWS_ACCESS_KEY_ID"), r.endpointHint(c),
		"AWS_ACCESS_KEY_ID (%s) would be sent to s3.amazonaws.com, which answers InvalidAccessKeyId: %s", r.whence(c, t, "AWS_ACCESS_KEY_ID"), said)
	return true
}

// refused reports a key whose value, the one that won, cannot be used.
func (r *Resolution) refused(key string) bool {
	k := r.Get(key)
	return k != nil && k.Winner >= 0 && !k.Set
}

// endpointHint says how the endpoint gets into the variables that clients read.
func (r *Resolution) endpointHint(c *Contract) string {
	if k := c.KeyFor("AWS_ENDPOINT_URL_S3"); k != nil {
		if k.Type == HostPort {
			return "set " + k.Name + "=HOST:PORT, which flts-run writes in every form that clients read"
		}
		return "set " + k.Name + "=http://HOST:PORT"
	}
	for _, s := range c.Services {
		if k := c.Key(s.Endpoint); s.Kind == "s3" && k != nil && k.Type == HostPort {
			return fmt.Sprintf("give %s the spellings AWS_ENDPOINT_URL_S3 and MLFLOW_S3_ENDPOINT_URL in the contract, as: url", k.Name)
		}
	}
	return "set AWS_ENDPOINT_URL_S3 and MLFLOW_S3_ENDPOINT_URL to http://SVC." + cmp.Or(r.Namespace, "NS") + ".svc.cluster.local:9000"
}

// nearMisses are names that look as if a client read them, beside the name that
// it does read.
var nearMisses = []struct{ name, reads, client string }{
	{"AWS_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "boto3"},
	{"AWS_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "boto3"},
	{"S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "boto3"},
	{"S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "boto3"},
	{"AWS_ENDPOINT", "AWS_ENDPOINT_URL_S3", "boto3"},
	{"MINIO_ENDPOINT", "AWS_ENDPOINT_URL_S3", "boto3"},
	{"MINIO_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "boto3"},
	{"MINIO_URL", "AWS_ENDPOINT_URL_S3", "boto3"},
	{"AWS_REGION", "AWS_DEFAULT_REGION", "boto3"},
	{"MLFLOW_S3_ENDPOINT", "MLFLOW_S3_ENDPOINT_URL", "MLflow"},
	{"MLFLOW_TRACKING_URL", "MLFLOW_TRACKING_URI", "MLflow"},
	{"MLFLOW_URI", "MLFLOW_TRACKING_URI", "MLflow"},
	{"MLFLOW_EXPERIMENT", "MLFLOW_EXPERIMENT_NAME", "MLflow"},
}

// judgeNearMisses says which settings have no effect: nobody reads their name,
// and what is read is not set or says something else.
func (r *Resolution) judgeNearMisses(c *Contract, t Task) {
	for _, n := range nearMisses {
		near, reads := t.Environ[n.name], t.Environ[n.reads]
		if n.reads == "AWS_ENDPOINT_URL_S3" {
			reads = t.endpoint()
		}
		if near == "" || bareAddress(near) == bareAddress(reads) {
			continue
		}
		if c.KeyFor(n.name) != nil && t.Environ["AWS_ACCESS_KEY_ID"] == "" && r.Ambient == "" {
			continue // a key of a contract whose component does not use that client
		}
		instead := "which is not set"
		if reads != "" {
			instead = "which is " + quoteShort(withoutQuery(reads)) + " (" + r.whence(c, t, n.reads) + ")"
		}
		advice := "set " + n.reads + " to the same value"
		if k := c.KeyFor(n.reads); k != nil {
			advice = "set " + k.Name + ", which flts-run writes in every form that clients read"
		} else if k := c.KeyFor(n.name); k != nil {
			advice = "give " + k.Name + " the spelling " + n.reads + " in the contract"
		}
		if n.reads == "AWS_ENDPOINT_URL_S3" {
			advice += "; pyarrow takes endpoint_override="
		}
		r.add(Warning, CodeNearMiss, cmp.Or(c.KeyFor(n.reads), c.KeyFor(n.name)), advice, "%s is not read by %s: it reads %s, %s", r.variableShown(c, t, n.name), n.client, n.reads, instead)
	}
}

// nearMiss is a name under which an endpoint is given in vain, or "".
func (t Task) nearMiss() string {
	for _, n := range nearMisses {
		if n.reads == "AWS_ENDPOINT_URL_S3" && t.Environ[n.name] != "" {
			return n.name
		}
	}
	return ""
}

// endpoint is where boto3 goes, or else MLflow; "" is AWS.
func (t Task) endpoint() string {
	own, _ := boto3.Endpoint(t.Environ)
	return cmp.Or(own, t.Environ["MLFLOW_S3_ENDPOINT_URL"])
}

// bareAddress is an address without what does not change where it leads.
func bareAddress(text string) string {
	_, rest, found := strings.Cut(text, "://")
	if !found {
		rest = text
	}
	return strings.ToLower(strings.TrimRight(rest, "/"))
}

// variableShown is a variable of the task with its value and where that is from.
// Of an address the query is left out, which may be a signature.
func (r *Resolution) variableShown(c *Contract, t Task, name string) string {
	return fmt.Sprintf("%s = %s (%s)", name, quoteShort(withoutQuery(t.Environ[name])), r.whence(c, t, name))
}

func withoutQuery(address string) secret.String {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i] + "…"
	}
	return secret.Address(address)
}

// whence is the origin of a variable of the task.
func (r *Resolution) whence(c *Contract, t Task, name string) string {
	if k := c.KeyFor(name); k != nil && r.Get(k.Name).Set {
		return strings.TrimSuffix(r.Get(k.Name).Origin(), " "+name)
	}
	return "env"
}

// awsFile is what matters of one file of AWS configuration.
type awsFile struct {
	path       string
	profiles   map[string]bool
	endpoint   bool // it names an endpoint, in whatever section
	unreadable bool // it may be there; that it is not is no fault
}

// awsFiles reads the two files that boto3 reads. known is false when it cannot be
// told where they are.
func (t Task) awsFiles() (files []awsFile, known bool) {
	for _, f := range []struct {
		variable, standard string
		config             bool
	}{{"AWS_CONFIG_FILE", "~/.aws/config", true}, {"AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", false}} {
		path := cmp.Or(t.Environ[f.variable], f.standard)
		if inside, ok := strings.CutPrefix(path, "~/"); ok {
			home := cmp.Or(t.Environ["HOME"], t.Given["HOME"]) // without HOME, Python asks the system, which has the same
			if home == "" {
				return nil, false
			}
			path = strings.TrimRight(home, "/") + "/" + inside
		}
		if !strings.HasPrefix(path, "/") {
			return nil, false // ~name/…, or a directory that the task may change
		}
		text, err := t.ReadFile(path)
		file := parseAWS(string(text), f.config)
		file.path, file.unreadable = path, err != nil && !errors.Is(err, fs.ErrNotExist)
		files = append(files, file)
	}
	return files, true
}

// parseAWS reads the sections of a file. In the config file a profile but the
// default is called "profile NAME", in the credentials file NAME.
func parseAWS(text string, config bool) awsFile {
	f := awsFile{profiles: map[string]bool{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if section, ok := strings.CutPrefix(line, "["); ok {
			section, _, _ = strings.Cut(section, "]")
			section = strings.TrimSpace(section)
			name, isProfile := strings.CutPrefix(section, "profile ")
			if !config || section == "default" {
				name, isProfile = section, true
			}
			if isProfile {
				f.profiles[strings.Trim(strings.TrimSpace(name), `"'`)] = true
			}
		} else if name, _, ok := strings.Cut(line, "="); ok && strings.TrimSpace(name) == "endpoint_url" {
			f.endpoint = true
		}
	}
	return f
}
