package lint

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/constants"
	"github.com/flts-run/flts-run/resolve"
)

// environment looks at the variables of a task.
func (l *linter) environment(t pipeline.Task) {
	for _, name := range t.Repeated() {
		l.add(codeVariableTwice, t.Path, "variable "+name+" comes from two places: KFP merges both into one entry, and Kubernetes refuses the pod",
			"take one of them out; to have both, with names that tell them apart: "+l.Inject, pipeline.AtPlatform(t.Executor)...)
	}
	kinds := map[string]map[string]string{} // the variable by key and kind of object
	for _, v := range t.Injected.Variables {
		key := constants.KeyOfVariable(l.Contract, v.Name)
		if key == nil || v.Field != "" {
			continue
		}
		if key.Sensitive && v.Kind == pipeline.ConfigMap {
			l.add(codeOpenSecret, t.Path, fmt.Sprintf("variable %s, which is a credential, comes from ConfigMap %s, which most people of the namespace can read", v.Name, nameOf(v.Object)),
				"put it into Secret "+l.Contract.Objects.Secret+", and take it from there: "+l.Inject, pipeline.AtPlatform(t.Executor, "configMapAsEnv")...)
		}
		if isPrefixed(v.Name) {
			continue
		}
		if kinds[key.Name] == nil {
			kinds[key.Name] = map[string]string{}
		}
		kinds[key.Name][v.Kind] = v.Name
	}
	for _, key := range sortedKeys(kinds) {
		config, secret := kinds[key][pipeline.ConfigMap], kinds[key][pipeline.Secret]
		if config != "" && secret != "" && config != secret { // equal ones are said above
			l.add(codeBothKinds, t.Path, fmt.Sprintf("%s comes from a ConfigMap as %s and from a Secret as %s: a variable does not say which object it is from, so neither can go before the other", key, config, secret),
				"take one of them out; to have both, with names that tell them apart: "+l.Inject, pipeline.AtPlatform(t.Executor)...)
		}
	}
	l.names(t)
}

func isPrefixed(variable string) bool {
	return strings.HasPrefix(variable, resolve.ConfigMapPrefix) || strings.HasPrefix(variable, resolve.SecretPrefix)
}

// names looks for variables, and for keys of the contract's objects, that are nearly
// written like one of the contract: nobody reads them.
func (l *linter) names(t pipeline.Task) {
	for _, name := range sortedKeys(t.Environ) {
		l.misspelt(t, "variable", name, t.AtContainer("env"))
	}
	for _, v := range t.Injected.Variables {
		at := pipeline.AtPlatform(t.Executor)
		l.misspelt(t, "variable", v.Name, at)
		if v.Key != v.Name && nameOf(v.Object) == l.object(v.Kind) {
			l.misspelt(t, v.Kind+" "+nameOf(v.Object)+": key", v.Key, at)
		}
	}
}

func (l *linter) misspelt(t pipeline.Task, what, name string, at []string) {
	bare := strings.TrimPrefix(strings.TrimPrefix(name, resolve.ConfigMapPrefix), resolve.SecretPrefix)
	if constants.KeyOfVariable(l.Contract, name) != nil {
		return
	}
	if meant, sure := l.Contract.Meant(bare); sure && meant != bare { // APP_ENV is no key, and known
		l.add(codeMisspelt, t.Path, what+" "+name+" is nearly "+meant+", which flts-run and the clients read; nobody reads this one", "did you mean "+meant+"?", at...)
	}
}

// parameterNames does the same for the parameters of the pipeline.
func (l *linter) parameterNames() {
	for _, p := range l.p.Form().Parameters() {
		if l.Contract.KeyForParam(p.Name) != nil {
			continue
		}
		if meant := near.Name(p.Name, l.Contract.ParamNames()); meant != "" {
			l.add(codeMisspelt, "", "parameter "+p.Name+" is nearly "+meant+", which flts-run reads; it leaves this one to the task", "did you mean "+meant+"?", pipeline.AtParameter(p.Name)...)
		}
	}
}
