package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/places"
	"github.com/flts-run/flts-run/platform"
	"github.com/flts-run/flts-run/resolve"
)

// plan is what was decided before anything is done: tables, reports and the
// environment of the task are printed from it.
type plan struct {
	contract   *resolve.Contract
	resolution *resolve.Resolution
	needs      []need
	keyFiles   []string // variables like MINIO_SECRET_KEY_FILE that were read
	platform   platform.Platform
	prints     fingerprinter
	given      map[string]string // the environment that we were given
	digest     string            // names the configuration; "" when it cannot be used
	appEnv     string            // APP_ENV as it was written, wherever it was
	asks       []resolve.Ask     // of secret stores
	withheld   []string          // variables that secrets were fetched with
}

// prepare reads all sources and resolves. An error is wrong usage or something
// that cannot be read at all; what is wrong with values is among the findings
// of the resolution.
func (r *runner) prepare(ctx context.Context, s *settings) (*plan, error) {
	contract, err := readContract(s)
	if err != nil {
		return nil, err
	}
	if contract, err = contract.Without(s.list(disableOption)); err != nil {
		_, from := s.get(disableOption)
		return nil, usage("", "%s: %w", from, err)
	}
	_, declaredIn := s.get(secretsManagerOption)
	contract = contract.WithStored(declaredIn, s.list(secretsManagerOption))
	env := resolve.ReadEnviron(contract, r.environ)
	// An error of what is read next may quote one.
	r.hide(secretsIn(contract, env.SecretPrefixed, env.Sensitive))
	for variable, texts := range resolve.AirflowSecrets(s.vars) {
		r.out.Mask.Add(variable, texts...)
	}
	config, configErr := r.readMounted(contract, s, configDirOption, "configmap", resolve.ConfigMap)
	secrets, secretErr := r.readMounted(contract, s, secretDirOption, "secret", resolve.Secret)
	sources, paramErr := readParams(contract, s)
	where := r.detect()
	kfp, kfpErr := readKFP(contract, s, where)
	prints, printsErr := readFingerprintKey(s)
	r.out.Mask.Add(fingerprintKeyOption.variable, string(prints))
	appEnv, appEnvText, appEnvErr := readAppEnv(s, env, config)
	files, filesErr := r.readFiles(contract, s, &env, appEnv)
	needs, needsErr := parseNeeds(s.get(needsOption))
	expected, expectErr := readExpectations(contract, s, prints)
	store, storeErr := readStore(contract, s)
	if err := joined(configErr, secretErr, paramErr, kfpErr, appEnvErr, filesErr, needsErr, printsErr, expectErr, storeErr); err != nil {
		return nil, err
	}

	sources.Put(places.ExecutorParams, kfp.run...)
	sources.Put(places.ConfigMapPrefixed, env.ConfigMapPrefixed)
	sources.Put(places.ConfigMapDir, config)
	sources.Put(places.PlainVariables, env.Plain)
	sources.Put(places.SecretPrefixed, env.SecretPrefixed)
	sources.Put(places.SecretDir, secrets)
	sources.Put(places.SensitiveVariables, env.Sensitive)
	sources.Put(places.AirflowConnections, resolve.ReadAirflow(contract, s.vars)...)
	sources.Put(places.VaultFiles, files.vault...)
	sources.Put(places.DotenvFile, files.dotenv...)
	sources.Put(places.ComponentDefaults, kfp.defaults...)
	sources.Put(places.ImageVariables, files.image...)
	sources.Put(places.YAMLFiles, files.yaml...)
	p := &plan{contract: contract, needs: needs, keyFiles: files.keyFiles, platform: where, prints: prints, appEnv: appEnvText, given: s.vars}
	p.resolution, p.asks = r.resolve(ctx, resolve.Input{
		Contract:  contract,
		AppEnv:    appEnv,
		Namespace: namespaceOf(contract, s, where),
		Ambient:   resolve.AmbientIdentity(s.vars),
		InPod:     where.InPod,
		Variables: s.vars,
		Mounts:    r.mounts,

		PodNamespace: where.PodNamespace,
	}, sources, store)
	p.withheld = p.bootstrap(store)
	p.resolution.Findings = append(p.resolution.Findings, slices.Concat(kfp.findings, namespaceFindings(p, s), files.findings)...)
	p.resolution.Findings = append(p.resolution.Findings, unknownVariables(s.vars)...)
	p.resolution.Findings = append(p.resolution.Findings, needsFindings(p)...)
	p.resolution.Findings = append(p.resolution.Findings, p.unexpected(expected)...)
	r.judgeTask(p, s)
	r.hide(secretsOf(contract, p.resolution))
	p.resolution.Findings = append(p.resolution.Findings, unmasked(r.out.Mask.Skipped(), p.resolution.Findings)...)
	p.digest = digestOf(p.resolution, &r.out.Mask)
	return p, nil
}

// judgeTask judges the environment that the task would get.
func (r *runner) judgeTask(p *plan, s *settings) {
	o := handOn(s)
	p.resolution.JudgeTask(p.contract, resolve.Task{
		Environ: byName(r.taskEnviron(p, o).Entries), Given: s.vars, ReadFile: r.readFile, Fixed: o.fixEnv,
	})
}

func readContract(s *settings) (*resolve.Contract, error) {
	const standard = "/etc/flts/contract.yaml"
	file, from := s.get(contractOption)
	if file == "" {
		file = standard
	}
	text, err := s.readOnce(file)
	switch {
	case from == "" && errors.Is(err, fs.ErrNotExist):
		return resolve.Builtin()
	case err != nil:
		return nil, misconfigured("", err)
	}
	c, err := resolve.ParseContract(file, text)
	if err != nil {
		return nil, misconfigured("", err)
	}
	return c, nil
}

// readMounted reads a mounted directory. That the standard one is not there is
// normal; one that somebody named must be.
func (r *runner) readMounted(c *resolve.Contract, s *settings, o option, kind string, layer resolve.Layer) (resolve.Source, error) {
	dir, from := s.get(o)
	src, err := resolve.ReadMounted(c, kind+" "+dir, layer, dir)
	if err != nil && from == "" && errors.Is(err, fs.ErrNotExist) {
		return src, nil
	}
	if err != nil {
		return src, notMounted(dir, err, r.mounts())
	}
	return src, nil
}

func readParams(c *resolve.Contract, s *settings) (places.Sources, error) {
	sources := places.Sources{}
	var problems []error
	add := func(at places.Place, src resolve.Source, err error) {
		sources.Put(at, src)
		if err != nil {
			problems = append(problems, misconfigured("", err))
		}
	}
	flags, err := resolve.ParamsFlag(c, s.params)
	if err != nil {
		problems = append(problems, usage("flts-run config lists the keys of the contract", "%w", err))
	}
	sources.Put(places.ParamFlags, flags)
	if file := s.value(paramsFile); file != "" {
		text, err := s.readOnce(file)
		if err != nil {
			problems = append(problems, misconfigured("", err))
		} else {
			src, err := resolve.ParamsJSON(c, "params-file "+file, text)
			add(places.ParamFile, src, err)
		}
	}
	if text, from := s.get(paramsJSON); text != "" {
		src, err := resolve.ParamsJSON(c, strings.TrimPrefix(from, "--"), []byte(text))
		add(places.ParamText, src, err)
	}
	return sources, joined(problems...)
}

// readAppEnv finds APP_ENV, which decides what resolution may do, so it is
// looked for before: the flag, the variable, then the ConfigMap. text is as it
// was written there.
func readAppEnv(s *settings, env resolve.EnvironSources, config resolve.Source) (appEnv resolve.AppEnv, text string, err error) {
	text = s.value(appEnvOption)
	for _, src := range []resolve.Source{env.ConfigMapPrefixed, config} {
		if text != "" {
			break
		}
		if err := src.AppEnv.Err; err != nil {
			return "", "", misconfigured("", fmt.Errorf("APP_ENV (%s) %w", src.Name, err))
		}
		text = src.AppEnv.Text.Reveal()
	}
	if appEnv, err = resolve.ParseAppEnv(text); err != nil {
		return "", "", usage("set APP_ENV to dev, staging or prod", "%w", err)
	}
	return appEnv, text, nil
}

// unknownVariables warns about variables that look like ours and are not read
// by anything. Those of a Service named flts-… come from the kubelet.
func unknownVariables(vars map[string]string) []resolve.Finding {
	known := variables()
	var unknown []resolve.Finding
	for name := range vars {
		ours := strings.HasPrefix(name, "FLTS_") && !strings.HasPrefix(name, resolve.ConfigMapPrefix) && !strings.HasPrefix(name, resolve.SecretPrefix)
		if !ours || slices.Contains(known, name) || strings.Contains(name, "_SERVICE_") || strings.Contains(name, "_PORT") {
			continue
		}
		unknown = append(unknown, resolve.Finding{
			Severity: resolve.Warning, Code: codeUnknownVar,
			Message: name + " is set and nothing reads it", Hint: near.DidYouMean(name, known, ""),
		})
	}
	slices.SortFunc(unknown, func(a, b resolve.Finding) int { return strings.Compare(a.Message, b.Message) })
	return unknown
}

// joined makes one failure of several: all messages, the first hint, and the
// status of wrong usage before that of a wrong configuration.
func joined(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(e error) bool { return e == nil })
	if len(errs) < 2 {
		return errors.Join(errs...)
	}
	f := &failure{err: errors.Join(errs...), status: statusConfig}
	for _, e := range errs {
		one := asFailure(e)
		if one.status == statusUsage {
			f.status = statusUsage
		}
		if f.hint == "" {
			f.hint = one.hint
		}
	}
	return f
}
