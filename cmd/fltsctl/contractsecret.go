package main

import (
	"sync"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/resolve"
)

// secretInConf is a value that must not be stored where everybody can read it.
type secretInConf struct{ what, hint string }

func (e *secretInConf) Error() string { return e.what }

// Hint says what to do instead.
func (e *secretInConf) Hint() string { return e.hint }

// refuseSecret refuses a value for a sensitive key of the contract, and one that is
// the value of such a key on this machine, under whatever name. A contract that
// cannot be read refuses nothing: --from-contract says what is wrong with it.
func (at contractPlaces) refuseSecret() func(name string, value any) error {
	read := sync.OnceValues(at.secrets)
	return func(name string, value any) error {
		contract, secrets := read()
		if contract == nil || value == nil || value == "" {
			return nil
		}
		key := keyOfParameter(contract, name)
		if key != nil && key.Sensitive {
			return refusedSecret(key.Name)
		}
		text, _ := value.(string)
		if key := secrets[text]; key != "" {
			return refusedSecret(key)
		}
		return nil
	}
}

func refusedSecret(key string) error {
	return &secretInConf{
		what: "is " + key + ", which is sensitive, and Airflow stores the conf of a run in clear text and shows it to all who see the run",
		hint: "leave it out: in the pod, flts-run has " + key + " from the Secret",
	}
}

// secrets are the names of sensitive keys by the values that any source has for them
// here, whichever wins: what --from-contract reads, and the variables that it leaves
// alone. Short ones are left out: they are equal to much that is no secret.
func (at contractPlaces) secrets() (*resolve.Contract, map[string]string) {
	contract, err := at.readContract()
	if err != nil {
		return nil, nil
	}
	env := resolve.ReadEnviron(contract, at.environ)
	variables := resolve.Resolve(resolve.Input{Contract: contract, Sources: []resolve.Source{env.SecretPrefixed, env.Sensitive}})
	keys := variables.Keys
	if _, all, _ := at.resolve(); all != nil { // what is wrong with other values does not matter here
		keys = append(keys, all.Keys...)
	}
	names := map[string]string{}
	for _, k := range keys {
		for _, c := range k.Candidates {
			if text := c.Value.Reveal(); k.Key.Sensitive && len(text) >= redact.MinLength {
				names[text] = k.Key.Name
			}
		}
	}
	return contract, names
}
