package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/internal/near"
)

// option is a flag and the variables that stand for it. A flag beats its
// variables, the first variable beats the next, and an empty one counts as not
// set.
type option struct {
	flag, short string
	variables   []string
	fallback    string
	usage       string
	heading     string   // of the group that it is in, in --help
	backend     string   // the only one that has it; "" is all
	values      []string // the only ones there are
	boolean     bool
	repeated    bool // may be given several times; a comma is a part of the value
	files       bool // its value is a file's name
}

// Which backends there are.
const (
	kfpBackend     = "kfp"
	airflowBackend = "airflow"
)

// Headings of --help, in their order there.
const (
	whatHeading   = "What to run"
	valuesHeading = "Values of its parameters"
	runHeading    = "The run"
	injectHeading = "flts-run in its tasks"
	serverHeading = "The server"
	outputHeading = "Output"
)

var (
	backendOption = option{flag: "backend", variables: []string{"FLTSCTL_BACKEND"}, fallback: kfpBackend, heading: serverHeading, usage: "what runs it (`NAME`)"}
	outputOption  = option{flag: "output", short: "o", variables: []string{"FLTSCTL_OUTPUT"}, fallback: "table", heading: outputHeading, usage: "`FORMAT` of the result on stdout"}

	pipelineOption        = option{flag: "pipeline", heading: whatHeading, backend: kfpBackend, usage: "run the pipeline of this `NAME` that the server has, instead of a file"}
	pipelineVersionOption = option{flag: "pipeline-version", heading: whatHeading, backend: kfpBackend, usage: "its version, by `NAME` or id; the newest otherwise"}
	uploadOption          = option{flag: "upload", heading: whatHeading, backend: kfpBackend, boolean: true, usage: "store the file as a pipeline version on the server first, and run that"}
	noCacheOption         = option{flag: "no-cache", variables: []string{"FLTSCTL_NO_CACHE"}, heading: whatHeading, backend: kfpBackend, boolean: true, usage: "run every task, at every level of the pipeline, even if its inputs are known"}

	paramOption        = option{flag: "param", heading: valuesHeading, repeated: true, usage: "value of a parameter, `NAME=VALUE`; also of one that has the name of a flag of ours"}
	paramsFileOption   = option{flag: "params-file", heading: valuesHeading, files: true, usage: "YAML or JSON `FILE` of parameters; - is stdin"}
	fromContractOption = option{flag: "from-contract", heading: valuesHeading, boolean: true, usage: "fill endpoint parameters from the configuration that APP_ENV has here"}

	contractOption  = option{flag: "contract", variables: []string{"FLTS_CONTRACT"}, heading: valuesHeading, files: true, usage: "contract `FILE` for --from-contract, instead of the built-in one"}
	appEnvOption    = option{flag: "app-env", variables: []string{"APP_ENV"}, heading: valuesHeading, usage: "dev, staging or prod (`ENV`), for --from-contract"}
	configDirOption = option{flag: "config-dir", variables: []string{"FLTS_CONFIG_DIR"}, heading: valuesHeading, files: true, usage: "`DIR` with the files of the ConfigMap, for --from-contract"}
	yamlDirOption   = option{flag: "yaml-dir", variables: []string{"FLTS_YAML_DIR"}, heading: valuesHeading, files: true, usage: "`DIR` of config_base.yaml and config_<APP_ENV>.yaml, for --from-contract"}
	envFileOption   = option{flag: "env-file", variables: []string{"FLTS_ENV_FILE"}, fallback: ".env", heading: valuesHeading, files: true, usage: "`FILE` of variables for --from-contract, read with APP_ENV=dev alone"}

	runNameOption        = option{flag: "run-name", variables: []string{"FLTSCTL_RUN_NAME"}, fallback: defaultRunName, heading: runHeading, backend: kfpBackend, usage: "`TEMPLATE` of its name, of text, {pipeline}, {date}, {time}, {user}, {rand}, {key} and {param:NAME}"}
	experimentOption     = option{flag: "experiment", variables: []string{"FLTSCTL_EXPERIMENT", "KF_PIPELINES_DEFAULT_EXPERIMENT_NAME"}, heading: runHeading, backend: kfpBackend, usage: "`NAME` of its experiment, which is created when missing"}
	descriptionOption    = option{flag: "description", heading: runHeading, usage: "`TEXT` that is shown with it"}
	labelOption          = option{flag: "label", heading: runHeading, backend: kfpBackend, repeated: true, usage: "`NAME=VALUE` that it carries"}
	serviceAccountOption = option{flag: "service-account", variables: []string{"FLTSCTL_SERVICE_ACCOUNT"}, heading: runHeading, backend: kfpBackend, usage: "`NAME` of the service account of its pods"}
	pipelineRootOption   = option{flag: "pipeline-root", variables: []string{"FLTSCTL_PIPELINE_ROOT"}, heading: runHeading, backend: kfpBackend, usage: "`URL` below which it keeps its artifacts"}
	idempotencyOption    = option{flag: "idempotency-key", heading: runHeading, usage: "two submissions with the same `KEY` are one run"}
	injectOption         = option{flag: "inject", heading: injectHeading, backend: kfpBackend, boolean: true, usage: "start the tasks of the file under flts-run, with its configuration, as fltsctl inject does"}
	dryRunOption         = option{flag: "dry-run", heading: runHeading, boolean: true, usage: "print what would be sent, and send nothing"}
)

// contractOptions say where --from-contract looks.
var contractOptions = []option{contractOption, appEnvOption, configDirOption, yamlDirOption, envFileOption}

var submitOptions = slices.Concat([]option{
	pipelineOption, pipelineVersionOption, uploadOption, noCacheOption,
	paramOption, confParamOption, allowSecretsOption, paramsFileOption, fromContractOption,
}, contractOptions, []option{
	runNameOption, runIDOption, logicalDateOption, unpauseOption, experimentOption, descriptionOption, noteOption, labelOption, serviceAccountOption, pipelineRootOption,
	idempotencyOption, dryRunOption, injectOption,
}, withFront(injectFront, injectOptions), []option{
	runWatchOption.under(runHeading), runTimeoutOption.under(runHeading), intervalOption.under(runHeading), terminateOption.under(runHeading),
})

// cliFlags makes the flags of a command, in the order of the options and without
// a default: the environment is not left to cli, which would read the real one.
func cliFlags(options ...[]option) []cli.Flag {
	var flags []cli.Flag
	for _, o := range slices.Concat(options...) {
		if o.flag == "" {
			continue
		}
		var aliases []string
		if o.short != "" {
			aliases = []string{o.short}
		}
		switch {
		case o.boolean:
			flags = append(flags, &cli.BoolFlag{Name: o.flag, Aliases: aliases, Usage: o.help(), Category: o.heading, DisableDefaultText: true})
		case o.repeated:
			flags = append(flags, &cli.StringSliceFlag{Name: o.flag, Aliases: aliases, Usage: o.help(), Category: o.heading})
		default:
			f := &cli.StringFlag{Name: o.flag, Aliases: aliases, Usage: o.help(), Category: o.heading, DefaultText: o.fallback}
			flags = append(flags, optionFlag{f, o})
		}
	}
	return flags
}

// optionFlag is a flag that knows its option, for whoever completes its value.
type optionFlag struct {
	*cli.StringFlag
	option option
}

// help is the option's usage with what the table knows beside it.
func (o option) help() string {
	text := o.usage
	if len(o.values) > 0 {
		text += ": " + strings.Join(o.values, ", ")
	}
	if o.backend == airflowBackend {
		text += " (Airflow)"
	}
	if len(o.variables) > 0 {
		text += " [" + strings.Join(o.variables, ", ") + "]"
	}
	return text
}

// as is the option with the values that one command has for it.
func (o option) as(values ...string) option {
	o.values = values
	return o
}

// under is the option in another group of --help.
func (o option) under(heading string) option {
	o.heading = heading
	return o
}

// settings are the values of the options of one command line. Whatever is wrong
// with them is collected, to be said at once.
type settings struct {
	c        *cli.Context
	vars     map[string]string
	problems []error
}

func (r *runner) settings(c *cli.Context) *settings {
	return &settings{c: c, vars: byName(r.environ), problems: r.line.problems}
}

// byName is an environment as a map. The first of a name counts, as in C.
func byName(environ []string) map[string]string {
	vars := make(map[string]string, len(environ))
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if _, dup := vars[name]; !dup {
			vars[name] = value
		}
	}
	return vars
}

// get returns the value of an option and where it comes from, "" for the
// fallback.
func (s *settings) get(o option) (value, from string) {
	if o.flag != "" && s.c.IsSet(o.flag) {
		return fmt.Sprint(s.c.Value(o.flag)), "--" + o.flag
	}
	for _, name := range o.variables {
		if v := s.vars[name]; v != "" {
			return v, name
		}
	}
	return o.fallback, ""
}

func (s *settings) value(o option) string {
	v, _ := s.get(o)
	return v
}

// flag is what the flag alone says, for options whose variables are read
// elsewhere.
func (s *settings) flag(o option) string { return s.c.String(o.flag) }

func (s *settings) list(o option) []string { return s.c.StringSlice(o.flag) }

// given reports whether the flag itself is on the command line.
func (s *settings) given(o option) bool { return s.c.IsSet(o.flag) }

func (s *settings) problem(err error) { s.problems = append(s.problems, err) }

// check makes an error, if it is one, a problem.
func (s *settings) check(err error) {
	if err != nil {
		s.problem(err)
	}
}

// oneOf returns the value of an option that has few.
func (s *settings) oneOf(o option) string {
	v, from := s.get(o)
	if slices.Contains(o.values, v) {
		return v
	}
	list := strings.Join(o.values, ", ")
	s.problem(usage(near.DidYouMean(v, o.values, ""), "%s is %q, not one of %s", from, v, list))
	return o.fallback
}

func (s *settings) duration(o option) time.Duration {
	v, from := s.get(o)
	if v == "" {
		return 0
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		s.problem(usage("write a number and a unit, like 30s or 90m", "%s is %q, which is no duration", from, v))
	}
	return d
}

func (s *settings) boolean(o option) bool {
	v, from := s.get(o)
	switch strings.ToLower(v) {
	case "", "false", "0":
		return false
	case "true", "1":
		return true
	}
	s.problem(usage("write true or false", "%s is %q, which is no bool", from, v))
	return false
}

// pairs returns the NAME=VALUE of an option as a map, nil if there are none.
func (s *settings) pairs(o option) map[string]string {
	var m map[string]string
	for _, word := range s.list(o) {
		name, value, ok := strings.Cut(word, "=")
		if _, dup := m[name]; dup {
			s.problem(usage("", "--%s %s is given twice", o.flag, name))
		}
		if !ok || name == "" {
			s.problem(usage("write --"+o.flag+" NAME=VALUE", "--%s %q has no name and value", o.flag, name))
			continue
		}
		if m == nil {
			m = map[string]string{}
		}
		m[name] = value
	}
	return m
}

// onlyFor collects the flags that belong to another backend than the chosen one.
func (s *settings) onlyFor(backend string, options []option) {
	for _, o := range options {
		if o.backend != "" && o.backend != backend && s.given(o) {
			s.problem(usage("leave it out, or write --backend "+o.backend, "--%s is for %s, and this is for %s", o.flag, o.backend, backend))
		}
	}
}
