package resolve

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/flts-run/flts-run/internal/airflowconn"
	"github.com/flts-run/flts-run/internal/secret"
)

// AirflowPrefix begins the name of a variable that holds an Airflow connection.
const AirflowPrefix = "AIRFLOW_CONN_"

// ReadAirflow makes a source of each Airflow connection that the contract maps and
// that a variable AIRFLOW_CONN_<ID> holds. One that cannot be read is not left out: the
// keys that it should supply say so.
func ReadAirflow(c *Contract, vars map[string]string) []Source {
	var sources []Source
	for _, n := range c.Connections {
		for _, id := range n.IDs {
			variable := AirflowPrefix + strings.ToUpper(id)
			if vars[variable] != "" {
				sources = append(sources, n.source(variable, vars[variable]))
				break
			}
		}
	}
	return sources
}

func (n *Connection) source(variable, text string) Source {
	s := Source{Name: "env " + variable, Layer: Secret, Values: map[string]Value{}}
	conn, err := airflowconn.Parse(text)
	if err == nil && !slices.Contains(n.Types, conn.Type) {
		s.Findings = []Finding{n.otherType(variable, conn.Type)}
		return s
	}
	for _, k := range n.Keys {
		if err != nil {
			s.Values[k.Name] = Value{Origin: s.Name, Err: &invalid{CodeConnection, "is in no connection that Airflow can read: it " + firstLine(err), connectionHint}}
		} else if field, value, ok := firstField(conn, k.Values); ok {
			s.Values[k.Name] = Value{Text: secret.New(value), Origin: s.Name + " " + field}
		}
	}
	return s
}

const connectionHint = "write it as JSON, where nothing is encoded: airflow connections get ID -o json shows one"

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func (n *Connection) otherType(variable, kind string) Finding {
	switch {
	case kind == "":
		kind = "without a type"
	case len(kind) > 32 || !isVariableName(kind): // which may be a password
		kind = "of another type"
	default:
		kind = "of type " + strconv.Quote(kind)
	}
	return Finding{
		Severity: Warning, Code: CodeConnectionType,
		Message: fmt.Sprintf("%s is a connection %s, and the contract wants %s: nothing of it is used", variable, kind, strings.Join(n.Types, " or ")),
		Hint:    "change conn_type, or add the type to connections." + n.Name + ".types of the contract",
	}
}

// firstField finds the first of the fields that the connection has.
func firstField(c airflowconn.Connection, fields []string) (field, value string, ok bool) {
	for _, field := range fields {
		if value, ok := fieldOf(c, field); ok {
			return field, value, true
		}
	}
	return "", "", false
}

func fieldOf(c airflowconn.Connection, field string) (value string, ok bool) {
	switch field {
	case "login":
		value = c.Login
	case "password":
		value = c.Password
	case "host":
		value = c.Host
	case "schema":
		value = c.Schema
	case "port":
		if c.Port != 0 {
			value = strconv.Itoa(c.Port)
		}
	case "hostport":
		if value = c.Host; c.Host != "" && c.Port != 0 {
			value = net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
		}
	case "url":
		value = c.URL()
	default:
		value, _ = c.Extra.Text(strings.Split(strings.TrimPrefix(field, "extra."), ".")...)
	}
	return value, value != ""
}

// AirflowSecrets lists by variable what no output may hold of the Airflow connections in
// an environment, mapped or not: each as a whole, its password as it is and as it is
// written there, and what is secret by its name in extra.
func AirflowSecrets(vars map[string]string) map[string][]string {
	found := map[string][]string{}
	for variable, text := range vars {
		if strings.HasPrefix(variable, AirflowPrefix) && text != "" {
			found[variable] = append([]string{text}, airflowconn.Secrets(text)...)
		}
	}
	return found
}
