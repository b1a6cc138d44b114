package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/near"
)

// origins says where each value of a parameter came from, by the parameter's name.
type origins map[string]string

// gathered is the values of a command line, one for a parameter.
type gathered struct {
	values  []form.Given
	from    origins
	secrets []string // parameters that the contract has a value for, and does not give
	lost    bool     // a file of values could not be read: what is missing may be in it
}

// gather collects them: a flag beats --param, which beats --params-file, which beats
// --from-contract. What is beaten is said. What no form would accept goes to the
// settings' problems.
func (r *runner) gather(s *settings, f form.Form) gathered {
	flags, params := r.fromFlags(s, f), fromParams(s)
	file, err := r.fromFile(s)
	s.check(err)
	configured, secrets := r.fromContract(s, f)
	g := gathered{from: origins{}, secrets: secrets, lost: err != nil}
	for _, layer := range [][]form.Given{flags, params, file, configured} {
		inLayer := map[string]form.Given{}
		for _, v := range layer {
			name := meant(f, v.Name)
			if other, dup := inLayer[name]; dup {
				s.problem(givenTwice(other, v))
				continue
			}
			inLayer[name] = v
			if stronger, beaten := g.from[name]; beaten {
				r.notice(fmt.Sprintf("%s is from %s, not from %s", name, stronger, v.Origin))
				continue
			}
			g.values = append(g.values, v)
		}
		for name, v := range inLayer {
			if _, beaten := g.from[name]; !beaten {
				g.from[name] = v.Origin
			}
		}
	}
	return g
}

// meant is the name of the parameter that a name means, or the name itself. An
// exact name comes first, and a near one must not mean two.
func meant(f form.Form, name string) string {
	var same []string
	for _, p := range f.Parameters() {
		if p.Name == name {
			return name
		}
		if near.Folded(p.Name) == near.Folded(name) {
			same = append(same, p.Name)
		}
	}
	if len(same) == 1 {
		return same[0]
	}
	return name
}

// givenTwice shows both values, unless they may be secret.
func givenTwice(a, b form.Given) error {
	what := a.Origin + " is given twice"
	if a.Origin != b.Origin {
		what = a.Origin + " and " + b.Origin + " are one parameter"
	}
	if a.IsValue || b.IsValue || looksSecret(a.Name, a.Text) || looksSecret(b.Name, b.Text) {
		return usage("keep one of them", "%s", what)
	}
	return usage("keep one of them", "%s: %q and %q", what, a.Text, b.Text)
}

// fromFlags is the flags that are no flags of ours.
func (r *runner) fromFlags(s *settings, f form.Form) []form.Given {
	var list []form.Given
	for _, w := range r.line.others {
		switch name := meant(f, w.name); {
		case !slices.ContainsFunc(f.Parameters(), func(p form.Parameter) bool { return p.Name == name }):
			known := flagNames(s.c.Command.Flags)
			for _, p := range f.Parameters() {
				known = append(known, flagOf(p.Name))
			}
			s.problem(unknownFlag(w, known, r.submitHelp()))
		case !w.hasValue:
			s.problem(noValue(w, nil))
		default:
			list = append(list, form.Given{Name: w.name, Text: w.value, Origin: w.written})
		}
	}
	return list
}

// submitHelp is what to type to see the parameters.
func (r *runner) submitHelp() string {
	return strings.Join(slices.Concat([]string{"fltsctl", submitName}, r.line.positionals, []string{"--help"}), " ")
}

// suspect looks for a misspelt flag of ours where no pipeline can say what its
// parameters are: it may have taken the pipeline for its value.
func (r *runner) suspect(s *settings) {
	for _, w := range r.line.others {
		if known := flagNames(s.c.Command.Flags); near.Name(w.name, known) != "" {
			s.problem(unknownFlag(w, known, ""))
		}
	}
}

// flagOf is how a parameter is written as a flag, without the dashes.
func flagOf(name string) string { return strings.ReplaceAll(name, "_", "-") }

func fromParams(s *settings) []form.Given {
	var list []form.Given
	for _, o := range []option{paramOption, confParamOption} {
		for _, word := range s.list(o) {
			name, value, ok := strings.Cut(word, "=")
			if !ok || name == "" {
				// The word is not shown: it may be a value that lost its name.
				s.problem(usage("write --"+o.flag+" NAME=VALUE as one word", "a --%s has no name and value", o.flag))
				continue
			}
			list = append(list, form.Given{Name: name, Text: value, Origin: "--" + o.flag + " " + name})
		}
	}
	return list
}

func (r *runner) fromFile(s *settings) ([]form.Given, error) {
	path := s.value(paramsFileOption)
	if path == "" {
		return nil, nil
	}
	return r.readParams(path)
}

// fromContract is what the configuration has, each value said: nobody typed it.
func (r *runner) fromContract(s *settings, f form.Form) (list []form.Given, secrets []string) {
	if !s.boolean(fromContractOption) {
		for _, o := range contractOptions {
			if s.given(o) {
				s.problem(usage("add --from-contract", "--%s says where --from-contract looks, which is not there", o.flag))
			}
		}
		return nil, nil
	}
	list, refused, err := contractValues(r.contractPlaces(s), f.Parameters())
	s.check(err)
	for _, g := range list {
		r.notice(fmt.Sprintf("%s = %s, from %s", g.Name, g.Text, g.Origin))
	}
	for _, p := range refused {
		r.out.Line("warning", p.Message, p.Hint)
		secrets = append(secrets, p.Parameter)
	}
	return list, secrets
}

// contractPlaces is where the configuration is, on this machine.
func (r *runner) contractPlaces(s *settings) contractPlaces {
	return contractPlaces{
		contract:  s.value(contractOption),
		appEnv:    s.value(appEnvOption),
		configDir: s.value(configDirOption),
		yamlDir:   s.value(yamlDirOption),
		envFile:   s.value(envFileOption),
		environ:   r.environ,
	}
}
