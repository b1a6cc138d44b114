package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/places"
	"github.com/flts-run/flts-run/resolve"
)

// contractPlaces says where --from-contract looks: the same places as flts-run on
// this machine, without those that only a pod has.
type contractPlaces struct {
	contract  string // file; "" is the one built in
	appEnv    string
	configDir string // directory with the files of a ConfigMap; "" is none
	yamlDir   string // directory of config_base.yaml and config_<APP_ENV>.yaml; "" is none
	envFile   string // read with APP_ENV=dev alone; "" is none
	environ   []string

	also      places.Sources // that were read already
	namespace string         // of default endpoints; "" is that of the contract
	inPod     bool           // the values are for a pod
}

// contractValues fills parameters from the resolved configuration of APP_ENV.
//
// A parameter beats the ConfigMap of the pod, so only what somebody set is filled
// in: the contract's own defaults are left to the pod. What is sensitive never
// becomes a parameter, because parameters are stored in clear text and shown in
// the UI; that it does not is a warning, and if the parameter is required, its form
// will say that it is missing.
func contractValues(at contractPlaces, params []form.Parameter) (given []form.Given, refused []form.Problem, err error) {
	contract, resolution, err := at.resolve()
	if err != nil {
		return nil, nil, err
	}
	for _, p := range params {
		key := keyOfParameter(contract, p.Name)
		if key == nil {
			continue
		}
		value := resolution.Get(key.Name)
		switch {
		case key.Sensitive:
			refused = append(refused, sensitiveParameter(p, key.Name+", which is sensitive,", key.Name+" from the Secret"))
		case value == nil || !value.Set || value.IsBuiltin():
		case value.Value.Hidden():
			refused = append(refused, sensitiveParameter(p, key.Name+", whose value has a login in it ("+value.Origin()+"),", "the login from the Secret"))
		default:
			given = append(given, form.Given{Name: p.Name, Text: value.Value.Reveal(), Origin: "contract (" + value.Origin() + ")"})
		}
	}
	return given, refused, nil
}

// keyOfParameter is the key that a parameter supplies, or that is named like it; nil
// for what is the pipeline's own business.
func keyOfParameter(c *resolve.Contract, name string) *resolve.Key {
	if key := c.KeyForParam(name); key != nil {
		return key
	}
	return c.KeyFor(strings.ToUpper(near.Folded(name)))
}

func sensitiveParameter(p form.Parameter, what, instead string) form.Problem {
	return form.Problem{
		Parameter: p.Name,
		Message:   fmt.Sprintf("parameter %s is %s and is not filled in: parameters are stored in clear text and shown in the UI", p.Name, what),
		Hint:      "take it out of the pipeline: in the pod, flts-run has " + instead,
		Warning:   true,
	}
}

// resolve reads all places and applies the precedence. What is wrong with a value
// is an error: a run would carry it.
func (at contractPlaces) resolve() (*resolve.Contract, *resolve.Resolution, error) {
	contract, err := at.readContract()
	if err != nil {
		return nil, nil, err
	}
	appEnv, err := resolve.ParseAppEnv(at.appEnv)
	if err != nil {
		return nil, nil, usage("set APP_ENV to dev, staging or prod", "%w", err)
	}
	env := resolve.ReadEnviron(contract, at.environ)
	sources := places.Sources{}
	sources.Put(places.ConfigMapPrefixed, env.ConfigMapPrefixed)
	sources.Put(places.PlainVariables, env.Plain)
	if at.configDir != "" {
		src, err := resolve.ReadMounted(contract, "configmap "+at.configDir, resolve.ConfigMap, at.configDir)
		if err != nil {
			return nil, nil, usage("", "%w", err)
		}
		sources.Put(places.ConfigMapDir, src)
	}
	if at.yamlDir != "" {
		list, err := resolve.ReadYAML(contract, at.yamlDir, appEnv)
		if err != nil {
			return nil, nil, usage("", "%w", err)
		}
		sources.Put(places.YAMLFiles, list...)
	}
	if at.envFile != "" && appEnv == resolve.Dev {
		src, err := at.readDotenv(contract)
		if err != nil {
			return nil, nil, usage("", "%w", err)
		}
		sources.Put(places.DotenvFile, src)
	}
	for place, list := range at.also {
		sources.Put(place, list...)
	}
	r := resolve.Resolve(resolve.Input{Contract: contract, Sources: sources.InOrder(), AppEnv: appEnv, Namespace: at.namespace, InPod: at.inPod})
	return contract, r, invalidValues(contract, r)
}

// invalidValues is one error of all values that cannot be used. What is missing,
// and what is sensitive, is the pod's business.
func invalidValues(c *resolve.Contract, r *resolve.Resolution) error {
	var errs []error
	for _, k := range r.Keys {
		if k.Winner >= 0 && !k.Key.Sensitive && k.Candidates[k.Winner].Err != nil {
			errs = append(errs, fmt.Errorf("%s (%s): %w", k.Key.Name, k.Origin(), k.Candidates[k.Winner].Err))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return usage("flts-run config shows all values with their origins", "%w", errors.Join(errs...))
}

func (at contractPlaces) readContract() (*resolve.Contract, error) {
	if at.contract == "" {
		return resolve.Builtin()
	}
	text, err := os.ReadFile(at.contract)
	if err != nil {
		return nil, usage("", "%w", err)
	}
	c, err := resolve.ParseContract(at.contract, text)
	if err != nil {
		return nil, usage("", "%w", err)
	}
	return c, nil
}

// readDotenv: that the file is not there is normal.
func (at contractPlaces) readDotenv(c *resolve.Contract) (resolve.Source, error) {
	text, err := os.ReadFile(at.envFile)
	if errors.Is(err, fs.ErrNotExist) {
		return resolve.Source{}, nil
	}
	if err != nil {
		return resolve.Source{}, err
	}
	return resolve.ParseDotenv(c, at.envFile, string(text))
}
