package main

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/resolve"
)

// hidden is a text that no output may hold, with the key that it belongs to.
type hidden struct{ key, text string }

// hide makes our own output, and that of the task, go without these texts.
func (r *runner) hide(list []hidden) {
	for _, h := range list {
		r.out.Mask.Add(h.key, h.text)
	}
}

// secretsIn lists what sources hold for sensitive keys.
func secretsIn(c *resolve.Contract, sources ...resolve.Source) []hidden {
	var list []hidden
	for _, s := range sources {
		for name, v := range s.Values {
			if k := c.KeyFor(name); k.Sensitive {
				list = append(list, hidden{k.Name, v.Text.Reveal()})
			}
		}
	}
	return list
}

// secretsOf lists all values of sensitive keys, the shadowed and the refused ones
// too, logins in URLs, and what the clients in the task make of a user and a
// password.
func secretsOf(c *resolve.Contract, r *resolve.Resolution) []hidden {
	var list []hidden
	for _, k := range r.Keys {
		for _, candidate := range k.Candidates {
			text := candidate.Value.Reveal()
			if k.Key.Sensitive {
				list = append(list, hidden{k.Key.Name, text})
			}
			if k.Key.Sensitive || candidate.Value.Hidden() { // me@example.com is shown as it is
				for _, login := range loginsOf(text) {
					list = append(list, hidden{k.Key.Name, login})
				}
			}
		}
	}
	for _, s := range c.Services {
		if user, password := r.Text(s.Username), r.Text(s.Password); user != "" && password != "" {
			list = append(list, hidden{s.Password, user + ":" + password}) // a Basic header is base64 of both
		}
	}
	return list
}

// loginsOf lists a login inside an address in the forms in which it travels: as
// it is written, and decoded, which is what a client sends. A short name of a user
// is a word like any other, and hidden with its password alone.
func loginsOf(address string) []string {
	login := secret.Userinfo(address)
	if login == "" {
		return nil
	}
	user, password, _ := strings.Cut(login, ":")
	list := []string{login, password}
	user, errUser := url.PathUnescape(user)
	password, errPassword := url.PathUnescape(password)
	if errUser != nil || errPassword != nil {
		return list
	}
	if len(user) >= redact.MinLength {
		list = append(list, user)
	}
	return append(list, password, user+":"+password)
}

// unmasked warns of keys whose values cannot be searched for in other text, one
// warning for each. Of a value that is used and too short the resolution has
// warned already.
func unmasked(skipped []redact.Skipped, said []resolve.Finding) []resolve.Finding {
	warned := map[string]bool{}
	for _, f := range said {
		warned[f.Key] = warned[f.Key] || f.Code == resolve.CodeShort
	}
	var list []resolve.Finding
	for _, s := range skipped {
		if strings.HasPrefix(s.Key, storedPrefix) {
			continue // a field that no key has, such as a port
		}
		if !warned[s.Key] {
			warned[s.Key] = true
			list = append(list, resolve.Finding{
				Severity: resolve.Warning, Code: resolve.CodeShort, Key: s.Key,
				Message: fmt.Sprintf("%s is not masked inside other output, or not wholly: one of its values is %s", s.Key, s.Reason),
				Hint:    "use another value",
			})
		}
	}
	return list
}
