package resolve

import (
	"slices"
	"strings"
)

// Connection says which keys an Airflow connection supplies.
type Connection struct {
	Name  string   // of the part of the contract
	IDs   []string // of the connection; the first that is there counts
	Types []string // of the connection: aws, http
	Keys  []Switch // variables of keys, each with the fields that hold its value; the first that is there counts
}

var connectionFields = []field[Connection]{
	{"ids", "ids of the connection, as in AIRFLOW_CONN_<ID>; the first that is there counts", func(c *Connection) any { return &c.IDs }, nil},
	{"types", "types that the connection may have: aws, http", func(c *Connection) any { return &c.Types }, nil},
	{"keys", "variables of keys, each with the fields of the connection that hold its value: " + strings.Join(connectionParts, ", ") + ", extra.NAME; the first that is there counts", func(c *Connection) any { return &c.Keys }, nil},
}

// connectionParts are the fields of every connection; hostport and url are made of
// others, url as Airflow's HttpHook does it.
var connectionParts = []string{"login", "password", "host", "port", "hostport", "schema", "url"}

// isConnectionField reports whether a text names a field of a connection.
func isConnectionField(field string) bool {
	path, isExtra := strings.CutPrefix(field, "extra.")
	return slices.Contains(connectionParts, field) || isExtra && !slices.Contains(strings.Split(path, "."), "")
}

// dropUnknown takes out of the connections that a file extends what its own keys have
// no variable for any more.
func (c *Contract) dropUnknown() {
	c.index()
	for _, n := range c.Connections {
		n.Keys = slices.DeleteFunc(n.Keys, func(k Switch) bool { return c.KeyFor(k.Name) == nil })
	}
	c.Connections = slices.DeleteFunc(c.Connections, func(n *Connection) bool { return len(n.Keys) == 0 })
}

// checkConnection refuses a part that could never supply anything.
func (v *contractErrors) checkConnection(c *Contract, n *Connection) {
	here := at("connections", n.Name)
	switch {
	case len(n.IDs) == 0:
		v.addf(here, "connection %s has no ids: no variable AIRFLOW_CONN_<ID> is meant", n.Name)
	case len(n.Types) == 0:
		v.addf(here, "connection %s has no types: write types: [aws], or http", n.Name)
	case len(n.Keys) == 0:
		v.addf(here, "connection %s supplies no keys", n.Name)
	}
	for _, k := range n.Keys {
		here := at("connections", n.Name, "keys", k.Name)
		if c.KeyFor(k.Name) == nil {
			v.addf(here, "connection %s: no key %s in the contract%s", n.Name, k.Name, didYouMean(k.Name, c.Names()))
		}
		for _, field := range k.Values {
			if !isConnectionField(field) {
				v.addf(here, "connection %s: %s: %q is no field of a connection: write one of %s, or extra.NAME", n.Name, k.Name, field, strings.Join(connectionParts, ", "))
			}
		}
	}
}
