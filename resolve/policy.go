package resolve

import (
	"path"
	"slices"
	"strings"
)

// Policy says what is forbidden where. It has every rule, in the order of the
// table rules.
type Policy []*Rule

// Rule is what the policy says about one practice in each environment.
type Rule struct {
	Name                      string
	Unset, Dev, Staging, Prod Level
	Allow                     []string // globs on HOST or HOST:PORT
	Pairs                     []string // USER:PASSWORD
	Variables                 []Switch
}

// Level is how seriously a rule is taken.
type Level string

const (
	LevelOff   Level = "off"   // it is not looked at
	LevelWarn  Level = "warn"  // it is said and the task starts
	LevelError Level = "error" // the task does not start
)

var levels = []Level{LevelOff, LevelWarn, LevelError}

// Switch is a variable of some client, and the values, in lower case, with
// which that client no longer verifies certificates.
type Switch struct {
	Name   string
	Values []string
}

const (
	ruleDefaultCredentials  = "default-credentials"
	rulePlainHTTP           = "plain-http"
	ruleVerificationOff     = "verification-off"
	ruleLocalhostInPod      = "localhost-in-pod"
	ruleNumericAddress      = "numeric-address"
	ruleSensitiveConfigMap  = "sensitive-in-configmap"
	ruleSensitiveParameter  = "sensitive-as-parameter"
	ruleWorldReadableSecret = "world-readable-secret"
)

// rules lists the rules there are, and the lists that each has beside its
// levels.
var rules = []struct {
	name, doc string
	lists     []field[Rule]
}{
	{ruleDefaultCredentials, "credentials that everybody knows", []field[Rule]{pairsField}},
	{rulePlainHTTP, "an endpoint that is spoken to without TLS", []field[Rule]{allowField}},
	{ruleVerificationOff, "a variable with which a client no longer verifies certificates", []field[Rule]{variablesField}},
	{ruleLocalhostInPod, "an endpoint on localhost, which in a pod is the pod itself", []field[Rule]{allowField}},
	{ruleNumericAddress, "an endpoint that is an IP address instead of a name", []field[Rule]{allowField}},
	{ruleSensitiveConfigMap, "a sensitive key found in a ConfigMap", nil},
	{ruleSensitiveParameter, "a sensitive key given as a pipeline parameter", nil},
	{ruleWorldReadableSecret, "a file with a sensitive key that any user of the container can read", nil},
}

func ruleNames() []string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.name
	}
	return names
}

// rule returns the rule of that name; the zero rule, which is off, when a
// contract was made without a policy.
func (p Policy) rule(name string) *Rule {
	for _, r := range p {
		if r.Name == name {
			return r
		}
	}
	return &Rule{Name: name}
}

// severity of breaking the rule in an environment; false when the rule is off.
func (r *Rule) severity(env AppEnv) (Severity, bool) {
	level := map[AppEnv]Level{"": r.Unset, Dev: r.Dev, Staging: r.Staging, Prod: r.Prod}[env]
	switch level {
	case LevelWarn:
		return Warning, true
	case LevelError:
		return Error, true
	}
	return "", false
}

// setAll takes one level for every environment.
func (r *Rule) setAll(l Level) { r.Unset, r.Dev, r.Staging, r.Prod = l, l, l, l }

// allows reports whether the rule lets an address pass. Neither case nor a
// final dot of the host matters.
func (r *Rule) allows(host, port string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return slices.ContainsFunc(r.Allow, func(pattern string) bool {
		pattern = strings.ToLower(pattern)
		whole, _ := path.Match(pattern, host)
		withPort, _ := path.Match(pattern, host+":"+port)
		return whole || withPort
	})
}
