package resolve

import (
	"slices"
	"strings"
)

// StoredSecret says which keys a secret of AWS Secrets Manager supplies. One with
// neither Keys nor a Connection is a JSON object whose names are variables of the
// contract.
type StoredSecret struct {
	Name         string   // of the part of the contract
	ID           string   // name or ARN of the secret; {APP_ENV} is replaced
	Environments []string // in which it is asked for; staging and prod when nothing is said
	Region       string   // "": as the ARN says, or the SDK's default chain
	Stage        string   // label of the version; AWSCURRENT when nothing is said
	Keys         []Field  // variables of keys, each with the path of its value
	Connection   string   // of the contract: the secret holds an Airflow connection, and that maps it
	HandOn       bool     // the task gets what the secret was fetched with
}

// Field is a variable, and where its value stands in a document.
type Field struct{ Variable, Path string }

var storedFields = []field[StoredSecret]{
	{"id", "name or ARN of the secret; {APP_ENV} is replaced; with connection, airflow/connections/<ID> when nothing is said", func(s *StoredSecret) any { return &s.ID }, nil},
	{"environments", "values of APP_ENV with which it is asked for; staging and prod when nothing is said", func(s *StoredSecret) any { return &s.Environments }, nil},
	{"region", "region of the secret; as its ARN says, or as AWS_REGION and the profile do, when nothing is said", func(s *StoredSecret) any { return &s.Region }, nil},
	{"stage", "staging label of the version; AWSCURRENT when nothing is said", func(s *StoredSecret) any { return &s.Stage }, nil},
	{"keys", "variables of keys, each with the path of its value in the JSON of the secret, like minio.secret; a dot alone is the whole text; without keys and connection the names of the JSON are variables", func(s *StoredSecret) any { return &s.Keys }, nil},
	{"connection", "name of a connection of the contract: the secret holds that Airflow connection", func(s *StoredSecret) any { return &s.Connection }, nil},
	{"hand_on", "whether the task gets the AWS identity that the secret is fetched with", func(s *StoredSecret) any { return &s.HandOn }, nil},
}

const (
	appEnvPlaceholder = "{APP_ENV}"
	airflowSecrets    = "airflow/connections/" // where Airflow's own backend looks
	wholeText         = "."
)

// StoredIn lists the secrets that are asked for in an environment.
func (c *Contract) StoredIn(env AppEnv) []*StoredSecret {
	return slices.DeleteFunc(slices.Clone(c.Stored), func(s *StoredSecret) bool { return !s.in(env) })
}

func (s *StoredSecret) in(env AppEnv) bool {
	if len(s.Environments) == 0 {
		return env == Staging || env == Prod
	}
	return slices.Contains(s.Environments, string(env))
}

// WithStored returns the contract with secrets that the environment declares by their
// ids, below those that it has. name stands for where they were declared.
func (c *Contract) WithStored(name string, ids []string) *Contract {
	if len(ids) == 0 {
		return c
	}
	more := *c
	more.Stored = slices.Clone(c.Stored)
	for _, id := range ids {
		more.Stored = append(more.Stored, &StoredSecret{Name: name, ID: id})
	}
	return &more
}

// ids lists the names under which the secret may be found; the first that is there
// counts.
func (s *StoredSecret) ids(c *Contract, env AppEnv) []string {
	if s.ID != "" {
		return []string{strings.ReplaceAll(s.ID, appEnvPlaceholder, string(env))}
	}
	var ids []string
	for _, id := range c.connection(s.Connection).IDs {
		ids = append(ids, airflowSecrets+id)
	}
	return ids
}

// variables lists the variables that the secret can supply.
func (s *StoredSecret) variables(c *Contract) []string {
	var names []string
	switch {
	case s.Connection != "":
		for _, k := range c.connection(s.Connection).Keys {
			names = append(names, k.Name)
		}
	case s.Keys != nil:
		for _, f := range s.Keys {
			names = append(names, f.Variable)
		}
	default:
		names = c.Names()
	}
	return names
}

func (c *Contract) connection(name string) *Connection {
	if i := slices.IndexFunc(c.Connections, func(n *Connection) bool { return n.Name == name }); i >= 0 {
		return c.Connections[i]
	}
	return nil
}

// checkStored refuses a part that could never supply anything.
func (v *contractErrors) checkStored(c *Contract, s *StoredSecret) {
	here := at("secretsmanager", s.Name)
	switch {
	case s.ID == "" && s.Connection == "":
		v.addf(here, "secret %s has no id: write the name of a secret, or connection", s.Name)
	case s.Keys != nil && s.Connection != "":
		v.addf(here, "secret %s has keys and a connection: a secret is the one or the other", s.Name)
	case s.Connection != "" && c.connection(s.Connection) == nil:
		v.addf(at("secretsmanager", s.Name, "connection"), "secret %s: no connection %q in the contract%s", s.Name, s.Connection, didYouMean(s.Connection, partNames(c.Connections, func(n *Connection) *string { return &n.Name })))
	}
	if rest := strings.ReplaceAll(s.ID, appEnvPlaceholder, ""); strings.ContainsAny(rest, "{}$ ") {
		v.addf(at("secretsmanager", s.Name, "id"), "secret %s: id %q: the only placeholder is %s, and no name has spaces or braces", s.Name, s.ID, appEnvPlaceholder)
	}
	for _, env := range s.Environments {
		if known := texts([]AppEnv{Dev, Staging, Prod}); !slices.Contains(known, env) {
			v.addf(at("secretsmanager", s.Name, "environments"), "secret %s: environment %q is not one of %s%s", s.Name, env, strings.Join(known, ", "), didYouMean(env, known))
		}
	}
	for _, f := range s.Keys {
		here := at("secretsmanager", s.Name, "keys", f.Variable)
		if c.KeyFor(f.Variable) == nil {
			v.addf(here, "secret %s: no key %s in the contract%s", s.Name, f.Variable, didYouMean(f.Variable, c.Names()))
		}
		if f.Path != wholeText && slices.Contains(strings.Split(f.Path, "."), "") && f.Path != "" {
			v.addf(here, "secret %s: %s: %q is no path: write names with dots between them, or a dot alone for the whole text", s.Name, f.Variable, f.Path)
		}
	}
}
