package main

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/internal/near"
)

// option is a flag and the variable that stands for it, because a pod template
// is where it will be set. A flag beats its variable, and an empty variable
// counts as not set.
type option struct {
	flag, variable string
	fallback       string
	usage          string
	boolean        bool
	repeated       bool // a list with commas, and the flag may be given several times
}

var (
	contractOption  = option{flag: "contract", variable: "FLTS_CONTRACT", usage: "read the contract from `FILE` instead of the built-in one"}
	appEnvOption    = option{flag: "app-env", variable: "APP_ENV", usage: "dev, staging or prod (`ENV`)"}
	configDirOption = option{flag: "config-dir", variable: "FLTS_CONFIG_DIR", fallback: "/etc/flts/config", usage: "`DIR` of the mounted ConfigMap"}
	secretDirOption = option{flag: "secret-dir", variable: "FLTS_SECRET_DIR", fallback: "/etc/flts/secrets", usage: "`DIR` of the mounted Secret"}
	vaultDirOption  = option{flag: "vault-dir", variable: "FLTS_VAULT_DIR", fallback: "/vault/secrets", usage: "`DIR` of the files that a Vault agent writes"}
	paramsFile      = option{flag: "params-file", variable: "FLTS_PARAMS_FILE", usage: "JSON `FILE` of pipeline parameters"}
	paramsJSON      = option{flag: "params-json", variable: "FLTS_PARAMS_JSON", usage: "pipeline parameters as a `JSON` object"}
	executorInput   = option{flag: "executor-input", variable: "FLTS_EXECUTOR_INPUT", usage: "`JSON` that Kubeflow Pipelines puts in place of {{$}}"}
	namespaceOption = option{flag: "namespace", variable: "FLTS_NAMESPACE", usage: "`NAMESPACE` of the default endpoints"}
	yamlDirOption   = option{flag: "yaml-dir", variable: "FLTS_YAML_DIR", fallback: "/etc/flts", usage: "`DIR` of config_base.yaml and config_<APP_ENV>.yaml"}
	envFileOption   = option{flag: "env-file", variable: "FLTS_ENV_FILE", fallback: ".env", usage: "`FILE` of variables, read with APP_ENV=dev alone"}
	imageEnvOption  = option{flag: "image-env", variable: "FLTS_IMAGE_ENV", fallback: "/etc/flts/image.env", usage: "`FILE` that flts-run image-env made in the image"}
	disableOption   = option{flag: "disable", variable: "FLTS_DISABLE", usage: "leave out these services, `NAME[,NAME]`"}
	needsOption     = option{flag: "needs", variable: "FLTS_NEEDS", usage: "buckets that the component needs, `s3:NAME=r|w|rw[,…]`"}
	reportOption    = option{flag: "report", variable: "FLTS_REPORT", usage: "write the whole verdict to `FILE` as JSON"}
	waitOption      = option{flag: "wait", variable: "FLTS_WAIT", usage: "wait that long for what may pass by itself (`DURATION`)"}
	resolverOption  = option{flag: "resolver", variable: "FLTS_RESOLVER", usage: "ask the name server at `HOST:PORT` instead of those in /etc/resolv.conf"}

	onlyOption       = option{flag: "only", repeated: true, usage: "only these checks and what they need, `GLOB[,GLOB]` of their ids"}
	skipOption       = option{flag: "skip", variable: "FLTS_SKIP_CHECKS", repeated: true, usage: "leave out these checks, `GLOB[,GLOB]` of their ids"}
	timeoutOption    = option{flag: "timeout", variable: "FLTS_CHECK_TIMEOUT", usage: "end the whole run then, with what is known (`DURATION`)"}
	writeProbeOption = option{flag: "write-probe", variable: "FLTS_WRITE_PROBE", boolean: true, usage: "try to write where the component needs to, leaving nothing behind"}

	fingerprintKeyFileOption = option{flag: "fingerprint-key-file", variable: "FLTS_FINGERPRINT_KEY_FILE", usage: "key for the fingerprints of secrets in reports, in `FILE`"}
	// No flag: arguments are for everybody to see.
	fingerprintKeyOption = option{variable: "FLTS_FINGERPRINT_KEY"}

	secretsManagerOption   = option{flag: "secretsmanager", variable: "FLTS_SECRETSMANAGER", usage: "secrets of AWS Secrets Manager whose JSON names variables of the contract, `ID[,ID]`; {APP_ENV} is replaced; asked for in staging and prod"}
	storeProfileOption     = option{flag: "secretsmanager-profile", variable: "FLTS_SECRETSMANAGER_PROFILE", usage: "`PROFILE` of the AWS configuration to ask Secrets Manager with"}
	storeCredentialsOption = option{flag: "secretsmanager-credentials", variable: "FLTS_SECRETSMANAGER_CREDENTIALS", fallback: "auto", usage: "auto, identity or keys: whether AWS_ACCESS_KEY_ID may be used to ask Secrets Manager (`WHICH`)"}
	storeTimeoutOption     = option{flag: "store-timeout", variable: "FLTS_STORE_TIMEOUT", fallback: "10s", usage: "time for all secrets to be fetched in (`DURATION`)"}

	outputOption = option{flag: "output", fallback: "table"}

	checkOption       = option{flag: "check", variable: "FLTS_CHECK", fallback: "enforce", usage: "off, warn or enforce: what a failed check means (`LEVEL`)"}
	printOption       = option{flag: "print", variable: "FLTS_PRINT", fallback: "table", usage: "table, json or off: what is said before the task starts (`FORMAT`)"}
	modeOption        = option{flag: "mode", variable: "FLTS_MODE", fallback: "exec", usage: "exec, or supervise to stay beside the task (`MODE`)"}
	redactOption      = option{flag: "redact", variable: "FLTS_REDACT", usage: "on, off, or shapes: on, and what looks like a credential; on is the default of --mode=supervise (`HOW`)"}
	onChangeOption    = option{flag: "on-change", variable: "FLTS_ON_CHANGE", usage: "ignore, signal:NAME, restart or fail: what a supervised task is done when a mounted file changes its configuration; as the contract says, or ignore (`POLICY`)"}
	refreshOption     = option{flag: "refresh", variable: "FLTS_REFRESH", usage: "fetch stored secrets again that often, with --mode=supervise; as the contract says, or never (`DURATION`)"}
	graceOption       = option{flag: "grace", variable: "FLTS_GRACE", fallback: "10s", usage: "time to stop in, with --mode=supervise (`DURATION`)"}
	pristineOption    = option{flag: "pristine", variable: "FLTS_PRISTINE", boolean: true, usage: "hand on only the contract's variables and a short list"}
	fixEnvOption      = option{flag: "fix-env", variable: "FLTS_FIX_ENV", boolean: true, usage: "remove variables left over from another login"}
	terminationOption = option{flag: "termination-log", variable: "FLTS_TERMINATION_LOG", fallback: "/dev/termination-log", usage: "`FILE` for the reason of a failure, if it exists"}
)

// expectVariable stands for --expect.
const expectVariable = "FLTS_EXPECT"

// Which command takes which options.
var (
	resolveOptions = []option{
		contractOption, appEnvOption, configDirOption, secretDirOption, vaultDirOption, paramsFile, paramsJSON,
		executorInput, yamlDirOption, envFileOption, imageEnvOption, namespaceOption, disableOption, fingerprintKeyFileOption,
		secretsManagerOption, storeProfileOption, storeCredentialsOption, storeTimeoutOption,
	}
	storeOptions = []option{secretsManagerOption, storeProfileOption, storeCredentialsOption, storeTimeoutOption}
	checkOptions = []option{needsOption, waitOption, resolverOption, skipOption, writeProbeOption, reportOption, terminationOption}
	lookOptions  = []option{onlyOption, timeoutOption}
	execOptions  = []option{checkOption, printOption, modeOption, graceOption, redactOption, onChangeOption, refreshOption, pristineOption, fixEnvOption}
)

// injectedVariable is where fltsctl inject keeps what it added to a pipeline. Nothing
// here reads it.
const injectedVariable = "FLTS_INJECTED"

// variables lists the names of all variables that options read, those that shims read,
// and those that are known to be there.
func variables() []string {
	var names []string
	for _, o := range slices.Concat(resolveOptions, checkOptions, lookOptions, execOptions) {
		if o.variable != "" {
			names = append(names, o.variable)
		}
	}
	return append(names, wrappedVariable, injectedVariable, fingerprintKeyOption.variable, digestVariable, expectVariable)
}

// cliFlags makes the flags of a command. The environment is not left to cli: it
// would read the real one, and take an empty variable for a value.
func cliFlags(options ...[]option) []cli.Flag {
	// These are no quickFlags: cli tells them about the separator by their own type.
	flags := []cli.Flag{
		&cli.StringSliceFlag{Name: "param", Usage: "set a pipeline parameter, `NAME=VALUE`; may be repeated"},
		&cli.StringSliceFlag{Name: "expect", Usage: "fail unless the task would get this value, `KEY=VALUE`; may be repeated [" + expectVariable + "]"},
	}
	for _, o := range slices.Concat(options...) {
		usage := o.usage
		if o.variable != "" {
			usage += " [" + o.variable + "]"
		}
		switch {
		case o.boolean:
			flags = append(flags, quick(&cli.BoolFlag{Name: o.flag, Usage: usage}))
		case o.repeated:
			flags = append(flags, quick(&cli.StringSliceFlag{Name: o.flag, Usage: usage + "; may be repeated"}))
		default:
			flags = append(flags, quick(&cli.StringFlag{Name: o.flag, Usage: usage, DefaultText: o.fallback}))
		}
	}
	return flags
}

// settings are the values of the options of one command line.
type settings struct {
	params   []string
	expected []string
	given    map[string]string // by flag, of the flags on the command line
	vars     map[string]string // the environment
	read     map[string]onceRead
}

func newSettings(c *cli.Context, environ []string) *settings {
	s := &settings{given: map[string]string{}, vars: byName(environ)}
	// A flag may stand before the command as well as behind it; the nearer wins.
	for _, ctx := range c.Lineage() {
		if ctx.Command == nil {
			continue
		}
		for _, name := range ctx.LocalFlagNames() {
			_, nearer := s.given[name]
			list := ctx.StringSlice(name)
			switch {
			case name == "param":
				s.params = append(list, s.params...)
			case name == "expect":
				s.expected = append(list, s.expected...)
			case nearer:
			case list != nil:
				s.given[name] = strings.Join(list, ",")
			default:
				s.given[name] = fmt.Sprint(ctx.Value(name))
			}
		}
	}
	return s
}

// get returns the value of an option and the name of where it comes from,
// which is empty for the fallback.
func (s *settings) get(o option) (value, from string) {
	if v, ok := s.given[o.flag]; ok {
		return v, "--" + o.flag
	}
	if v := s.vars[o.variable]; v != "" && o.variable != "" {
		return v, o.variable
	}
	return o.fallback, ""
}

func (s *settings) value(o option) string {
	v, _ := s.get(o)
	return v
}

// oneOf returns the value of an option that has few.
func (s *settings) oneOf(o option, values ...string) (string, error) {
	v, from := s.get(o)
	if !slices.Contains(values, v) {
		list := strings.Join(values, ", ")
		return "", usage(near.DidYouMean(v, values, "write one of "+list), "%s = %q is not one of %s", from, v, list)
	}
	return v, nil
}

func (s *settings) duration(o option, fallback time.Duration) (time.Duration, error) {
	v, from := s.get(o)
	if v == "" {
		return fallback, nil
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return 0, usage("write a number and a unit, like 30s or 2m", "%s = %q is no duration", from, v)
	}
	return d, nil
}

// hostPort returns the value of an option that is an address, "" when it is not
// given.
func (s *settings) hostPort(o option) (string, error) {
	v, from := s.get(o)
	if v == "" {
		return "", nil
	}
	host, port, err := net.SplitHostPort(v)
	if n, perr := strconv.ParseUint(port, 10, 16); err != nil || perr != nil || n == 0 || host == "" {
		return "", usage("write an address and a port, like 10.96.0.10:53", "%s = %q is not HOST:PORT", from, v)
	}
	return v, nil
}

func (s *settings) boolean(o option) (bool, error) {
	v, from := s.get(o)
	switch strings.ToLower(v) {
	case "", "false", "0":
		return false, nil
	case "true", "1":
		return true, nil
	}
	return false, usage("write true or false", "%s = %q is no bool", from, v)
}

func (s *settings) list(o option) []string {
	return strings.FieldsFunc(s.value(o), func(r rune) bool { return r == ',' || r == ' ' })
}
