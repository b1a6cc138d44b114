package airflowconn

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// URL is the address of an HTTP connection as Airflow's HttpHook makes it: the schema
// is that of the URL, http where there is none, unless the host has its own. It is ""
// without a host.
func (c Connection) URL() string {
	if c.Host == "" {
		return ""
	}
	url := c.Host
	if !strings.Contains(url, "://") {
		scheme := c.Schema
		if scheme == "" {
			scheme = "http"
		}
		url = scheme + "://" + url
	}
	if c.Port != 0 {
		url += ":" + strconv.Itoa(c.Port)
	}
	return url
}

// Secrets are the texts in a connection that nobody is to see, in the forms in which
// they stand there too, also of one that cannot be read as a whole.
func Secrets(text string) []string {
	c, err := Parse(text)
	list := append(c.Extra.secrets(nil), c.Password)
	if _, raw := split(text).userinfo(); err != nil || raw != c.Password {
		list = append(list, raw)
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// secretWords are in the names of extras that Airflow masks, too.
var secretWords = []string{"secret", "token", "password", "passwd", "passphrase", "private_key", "access_key", "api_key", "apikey", "authorization", "keyfile_dict"}

func (e Extra) secrets(list []string) []string {
	for _, name := range slices.Sorted(maps.Keys(e)) {
		isSecret := slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(strings.ToLower(name), w) })
		if object, ok := asObject(e[name]); ok {
			list = Extra(object).secrets(list)
		}
		if text, ok := e.Text(name); ok && isSecret {
			list = append(list, text)
		}
	}
	return list
}
