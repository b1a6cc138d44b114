package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/pipeline/inject"
	"github.com/flts-run/flts-run/resolve"
)

// injectFront is in front of the options of an injection where submit has them: a flag of
// ours hides the parameter of a pipeline that has its name, and these are common ones.
const injectFront = "inject-"

// Headings of inject's own --help.
const (
	startHeading   = "How the tasks start"
	objectsHeading = "Their configuration"
	tasksHeading   = "Which tasks"
)

// Options of an injection.
var (
	programPathOption    = option{flag: "program", heading: startHeading, fallback: inject.DefaultProgram, usage: "flts-run in the images, `PATH`"}
	taskModeOption       = option{flag: "mode", heading: startHeading, values: []string{"exec", "supervise"}, usage: "how flts-run starts them (`MODE`)"}
	taskCheckOption      = option{flag: "check", heading: startHeading, values: []string{"off", "warn", "enforce"}, usage: "what a failed check means (`LEVEL`)"}
	taskEnvOption        = option{flag: "app-env", heading: startHeading, values: []string{"dev", "staging", "prod"}, usage: "`ENV` of the tasks; the APP_ENV of the ConfigMap otherwise"}
	taskNeedsOption      = option{flag: "needs", heading: startHeading, usage: "buckets that they need, `s3:NAME=r|w|rw[,…]`"}
	taskSetOption        = option{flag: "set", heading: startHeading, repeated: true, usage: "another variable of flts-run, `FLTS_NAME=VALUE`"}
	taskConfigMapOption  = option{flag: "configmap", heading: objectsHeading, variables: configMapOption.variables, usage: "`NAME` of the ConfigMap, '' for none; that of the contract otherwise"}
	taskSecretOption     = option{flag: "secret", heading: objectsHeading, variables: secretOption.variables, usage: "`NAME` of the Secret, '' for none; that of the contract otherwise"}
	wayOption            = option{flag: "by", heading: objectsHeading, fallback: string(inject.Volumes), values: []string{string(inject.Volumes), string(inject.Variables)}, usage: "how they reach the tasks (`WAY`)"}
	configMountOption    = option{flag: "config-mount", heading: objectsHeading, fallback: inject.DefaultConfigDir, usage: "`PATH` of the mounted ConfigMap"}
	secretMountOption    = option{flag: "secret-mount", heading: objectsHeading, fallback: inject.DefaultSecretDir, usage: "`PATH` of the mounted Secret"}
	requireObjectsOption = option{flag: "require-objects", heading: objectsHeading, boolean: true, usage: "let pods wait for both; otherwise they start, and flts-run says what is missing"}
	keyOption            = option{flag: "key", heading: objectsHeading, repeated: true, usage: "with --by env: only this key of the contract, `NAME`"}
	kfpVersionOption     = option{flag: "kfp-version", heading: objectsHeading, variables: []string{"FLTSCTL_KFP_VERSION"}, usage: "leave out what a server of this `VERSION` cannot read; the newest otherwise"}
	skipTaskOption       = option{flag: "skip", heading: tasksHeading, repeated: true, usage: "leave out a `TASK`: its path, executor or component, or a pattern of one"}
	newImageOption       = option{flag: "image", heading: tasksHeading, repeated: true, usage: "replace an image by one with flts-run in it, `OLD=NEW`"}
)

var injectOptions = []option{
	programPathOption, taskModeOption, taskCheckOption, taskEnvOption, taskNeedsOption, taskSetOption,
	taskConfigMapOption, taskSecretOption, wayOption, configMountOption, secretMountOption, requireObjectsOption, keyOption, kfpVersionOption,
	skipTaskOption, newImageOption,
}

// withFront are options as submit has them.
func withFront(front string, options []option) []option {
	named := make([]option, len(options))
	for i, o := range options {
		o.flag, o.heading, o.backend, o.variables = front+o.flag, injectHeading, kfpBackend, nil
		named[i] = o
	}
	return named
}

// injection reads the options of an injection, with something in front of their names.
func (s *settings) injection(file, front string) inject.Options {
	at := func(o option) option {
		o.flag = front + o.flag
		return o
	}
	o := inject.Options{
		File:      file,
		Program:   s.value(at(programPathOption)),
		Variables: s.pairs(at(taskSetOption)),
		By:        inject.Way(s.oneOf(at(wayOption))),
		Skip:      s.list(at(skipTaskOption)),
		Images:    s.pairs(at(newImageOption)),
		Server:    s.value(at(kfpVersionOption)),
	}
	if o.Variables == nil {
		o.Variables = map[string]string{}
	}
	for _, own := range []struct {
		name   string
		source option
	}{{"FLTS_MODE", taskModeOption}, {"FLTS_CHECK", taskCheckOption}, {"APP_ENV", taskEnvOption}, {"FLTS_NEEDS", taskNeedsOption}} {
		name, source := own.name, at(own.source)
		if !s.given(source) {
			continue
		}
		if _, twice := o.Variables[name]; twice {
			s.problem(usage("leave one of them out", "--%s and --%s %s are the same variable", source.flag, at(taskSetOption).flag, name))
		}
		o.Variables[name] = s.value(source)
		if source.values != nil {
			o.Variables[name] = s.oneOf(source)
		}
	}
	contract, err := contractPlaces{contract: s.value(contractOption)}.readContract()
	s.check(err)
	if contract != nil {
		o.ConfigMap, o.Secret = s.objects(contract, at)
		o.Keys = s.keys(contract, at(keyOption), o.By)
	}
	return o
}

// objects are the ConfigMap and the Secret that the tasks get.
func (s *settings) objects(c *resolve.Contract, at func(option) option) (configMap, secret inject.Object) {
	required := s.boolean(at(requireObjectsOption))
	object := func(name, mount option, otherwise string) inject.Object {
		o := inject.Object{Name: otherwise, Dir: s.value(at(mount)), Required: required}
		if given, from := s.get(at(name)); from != "" {
			o.Name = given
		}
		if o.Name != "" && !resolve.IsObjectName(o.Name) {
			s.problem(usage("write a name of a-z, 0-9, '-' and '.'", "--%s %q is no name of a Kubernetes object", at(name).flag, o.Name))
		}
		return o
	}
	return object(taskConfigMapOption, configMountOption, c.Objects.ConfigMap), object(taskSecretOption, secretMountOption, c.Objects.Secret)
}

// keys are those that the tasks get as variables, all that the contract has or those that
// are named. APP_ENV is no key and comes with the ConfigMap.
func (s *settings) keys(c *resolve.Contract, o option, by inject.Way) []inject.Key {
	named := s.list(o)
	if len(named) > 0 && by != inject.Variables {
		s.problem(usage("leave it out, or add --"+strings.TrimSuffix(o.flag, keyOption.flag)+"by env", "--%s is for variables: a volume has all keys of its object", o.flag))
	}
	keys, names := []inject.Key{}, []string{"APP_ENV"}
	add := func(name string, sensitive bool) {
		if len(named) == 0 || slices.Contains(named, name) {
			keys = append(keys, inject.Key{Name: name, Sensitive: sensitive})
		}
	}
	add("APP_ENV", false)
	for _, k := range c.Keys {
		add(k.Name, k.Sensitive)
		names = append(names, k.Name)
	}
	for _, name := range named {
		if !slices.Contains(names, name) {
			s.problem(usage(near.DidYouMean(name, names, "flts-run contract lists the keys"), "--%s %s is no key of the contract", o.flag, name))
		}
	}
	return keys
}

// refused makes problems of what stands against an injection. Its hints name options,
// which have something in front here.
func (s *settings) refused(err error, front string) {
	var all *inject.Refusal
	if !errors.As(err, &all) {
		s.check(err)
		return
	}
	var renamed []string
	for _, o := range injectOptions {
		renamed = append(renamed, "--"+o.flag+" ", "--"+front+o.flag+" ")
	}
	here := strings.NewReplacer(renamed...)
	for _, p := range all.Problems {
		s.problem(usage(strings.TrimSuffix(here.Replace(p.Hint+" "), " "), "%s", strings.TrimSuffix(here.Replace(p.Message+" "), " ")))
	}
}

// strayInjectOptions are those of submit without --inject.
func (s *settings) strayInjectOptions() {
	for _, o := range withFront(injectFront, injectOptions) {
		if s.given(o) {
			s.problem(usage("add --inject", "--%s says how to inject, and --inject is not there", o.flag))
		}
	}
}
