package resolve

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/secret"
)

// judgePolicy applies the rules of the contract that look at more than one key
// or at more than its layer. What a rule finds is one finding with all keys in
// it, but for addresses, where the hint depends on the key.
func (r *Resolution) judgePolicy(in Input) {
	r.judgeCredentials(in.Contract)
	r.judgePlainHTTP(in.Contract)
	r.judgeVerification(in)
	r.judgeAddresses(in)
	r.judgeFileModes()
}

// breach adds what a rule found, for the keys that it found it in.
func (r *Resolution) breach(rule *Rule, code string, keys []*Resolved, hint, format string, args ...any) {
	severity, on := rule.severity(r.AppEnv)
	if !on {
		return
	}
	r.add(severity, code, keys[0].Key, hint, format, args...)
	if len(keys) > 1 {
		f := &r.Findings[len(r.Findings)-1]
		for _, k := range keys {
			f.Keys = append(f.Keys, k.Key.Name)
		}
	}
}

// judgeCredentials looks for pairs that everybody knows.
func (r *Resolution) judgeCredentials(c *Contract) {
	rule := c.Policy.rule(ruleDefaultCredentials)
	judged := map[string]bool{}
	for _, l := range r.logins(c) {
		if l.user == nil || l.password == nil || !l.user.Set || !l.password.Set || judged[l.user.Key.Name] || judged[l.password.Key.Name] {
			continue
		}
		user, password := l.user.Value.Reveal(), l.password.Value.Reveal()
		if l.user == l.password {
			user, password, _ = strings.Cut(secret.Userinfo(user), ":")
		}
		if !rule.knows(user, password) || r.AppEnv == "" && rule.Unset != LevelError && l.user.Candidates[l.user.Winner].dev {
			continue // the defaults of development are judgeDevDefaults' to say
		}
		judged[l.user.Key.Name], judged[l.password.Key.Name] = true, true
		keys, named := []*Resolved{l.user, l.password}, fmt.Sprintf("%s (%s) and %s (%s)", l.user.Key.Name, l.user.Origin(), l.password.Key.Name, l.password.Origin())
		if l.user == l.password {
			keys, named = keys[:1], fmt.Sprintf("user and password in %s (%s)", l.user.Key.Name, l.user.Origin())
		}
		r.breach(rule, CodeKnownPair, keys, l.hint+"; then kubectl -n NS patch secret NAME --type=merge --patch-file /dev/stdin",
			"%s are default credentials, which everybody knows", named)
	}
}

// login is a pair of keys, or a URL that holds both.
type login struct {
	user, password *Resolved
	hint           string
}

// logins lists what can be a user with a password: the credentials of services,
// also of those that are left out, the groups of a contract without services,
// and URLs.
func (r *Resolution) logins(c *Contract) []login {
	const change = "change the password of that user"
	var list []login
	for _, s := range slices.Concat(c.Services, c.leftOut) {
		list = append(list, login{r.Get(s.AccessKey), r.Get(s.SecretKey), "mc admin user add ALIAS NEWKEY asks for a secret"},
			login{r.Get(s.Username), r.Get(s.Password), change})
	}
	for _, group := range groupsOf(r.Keys) {
		needed := slices.DeleteFunc(slices.Clone(group), func(k *Resolved) bool { return k.Key.Optional })
		if len(needed) == 2 {
			list = append(list, login{needed[0], needed[1], change}, login{needed[1], needed[0], change})
		}
	}
	for _, k := range r.Keys {
		if k.Key.Type == Web {
			list = append(list, login{k, k, change})
		}
	}
	return list
}

// knows compares with every pair, in a time that does not depend on where a
// difference is.
func (r *Rule) knows(user, password string) bool {
	found := 0
	for _, pair := range r.Pairs {
		u, p, _ := strings.Cut(pair, ":")
		found |= subtle.ConstantTimeCompare([]byte(u), []byte(user)) & subtle.ConstantTimeCompare([]byte(p), []byte(password))
	}
	return found == 1
}

// judgePlainHTTP looks for endpoints that are spoken to without TLS. What stays
// in the machine does not travel.
func (r *Resolution) judgePlainHTTP(c *Contract) {
	rule := c.Policy.rule(rulePlainHTTP)
	var keys []*Resolved
	var to, hosts []string
	for _, k := range r.Keys {
		if !r.isPlain(c, k) {
			continue
		}
		host, port, ok := k.address()
		if !ok || isSelf(host) || rule.allows(host, port) {
			continue
		}
		keys = append(keys, k)
		to = append(to, fmt.Sprintf("%s to %s (%s)", k.Key.Name, host, k.Origin()))
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	if keys == nil {
		return
	}
	r.breach(rule, CodePlainHTTP, keys,
		"serve TLS and set "+r.secured(c, keys[0])+"; where a mesh encrypts, say so in the contract: policy: {plain-http: {allow: ["+strings.Join(hosts, ", ")+"]}}",
		"plain http, so keys and data travel in clear: %s", strings.Join(to, ", "))
}

// isPlain reports whether clients speak plain http to the endpoint of a key.
func (r *Resolution) isPlain(c *Contract, k *Resolved) bool {
	if k.Key.Type == Web {
		return strings.HasPrefix(strings.ToLower(k.Value.Reveal()), "http://")
	}
	secure := c.secureKeyOf(k.Key)
	return secure != "" && r.Text(secure) != "true"
}

// secureKeyOf names the bool key that says whether a hostport speaks TLS, ""
// when it is not spoken to by http.
func (c *Contract) secureKeyOf(k *Key) string {
	for _, s := range k.Spellings {
		if s.Secure != "" {
			return s.Secure
		}
	}
	for _, s := range c.Services {
		if s.Endpoint == k.Name && s.Secure != "" {
			return s.Secure
		}
	}
	return ""
}

// secured is the setting that makes clients speak TLS to an endpoint.
func (r *Resolution) secured(c *Contract, k *Resolved) string {
	if k.Key.Type == Web {
		return k.Key.Name + "=https://HOST:PORT"
	}
	return c.secureKeyOf(k.Key) + "=true"
}

// judgeVerification looks for variables with which clients in the task no
// longer verify certificates.
func (r *Resolution) judgeVerification(in Input) {
	rule := in.Contract.Policy.rule(ruleVerificationOff)
	r.judgeConnections(rule, in.Variables)
	severity, on := rule.severity(r.AppEnv)
	for _, s := range rule.Variables {
		value, origin, key := in.Variables[s.Name], "env", in.Contract.KeyFor(s.Name)
		if key != nil {
			value, origin = r.Text(key.Name), r.Get(key.Name).Origin()
		}
		if on && slices.ContainsFunc(s.Values, func(v string) bool { return strings.EqualFold(v, value) }) {
			r.add(severity, CodeUnverified, key, "unset "+s.Name+", mount the CA, and set AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE and SSL_CERT_FILE to its path",
				"%s (%s) is set so that certificates are not verified", s.Name, origin)
		}
	}
}

// judgeConnections looks for connections of Airflow with which its hooks do not
// verify certificates. Nothing of a connection is quoted: it holds a password.
func (r *Resolution) judgeConnections(rule *Rule, variables map[string]string) {
	severity, on := rule.severity(r.AppEnv)
	if !on {
		return
	}
	var names []string
	for name, text := range variables {
		if strings.HasPrefix(name, "AIRFLOW_CONN_") && trustsAnybody(text) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		r.add(severity, CodeUnverified, nil, "remove verify from the extra of the connection, mount the CA, and give verify its path",
			"%s (env) says verify: false in its extra, so certificates are not verified", name)
	}
}

// trustsAnybody reads verify in a connection, which is JSON or a URI.
func trustsAnybody(connection string) bool {
	if strings.HasPrefix(connection, "{") {
		var doc struct{ Extra json.RawMessage }
		if json.Unmarshal([]byte(connection), &doc) != nil {
			return false
		}
		var nested string // the extra may be JSON in a string
		if json.Unmarshal(doc.Extra, &nested) == nil {
			doc.Extra = json.RawMessage(nested)
		}
		var extra struct{ Verify any }
		return json.Unmarshal(doc.Extra, &extra) == nil && isFalse(extra.Verify)
	}
	_, query, _ := strings.Cut(connection, "?")
	values, err := url.ParseQuery(query)
	return err == nil && isFalse(values.Get("verify"))
}

func isFalse(v any) bool { return v == false || strings.EqualFold(fmt.Sprint(v), "false") }

// judgeAddresses looks for endpoints that are no name of another machine.
func (r *Resolution) judgeAddresses(in Input) {
	local, numeric := in.Contract.Policy.rule(ruleLocalhostInPod), in.Contract.Policy.rule(ruleNumericAddress)
	for _, k := range r.Keys {
		host, port, ok := k.address()
		if !ok {
			continue
		}
		_, numbers := numericAddress(host)
		itself := isSelf(host)
		if !itself && !numbers {
			continue
		}
		switch {
		case itself && in.InPod && !local.allows(host, port):
			r.breach(local, CodeLocalhost, []*Resolved{k}, "set "+k.named("SVC."+cmp.Or(r.Namespace, "NS")+".svc.cluster.local", port)+
				"; a sidecar is declared in the contract: policy: {localhost-in-pod: {allow: [\""+net.JoinHostPort(host, cmp.Or(port, "PORT"))+"\"]}}",
				"%s is on %s, and in a pod that is the pod itself", k.evidence(), host)
		case !itself && !numeric.allows(host, port):
			r.judgeNumeric(numeric, k, in.Variables)
		}
	}
}

// judgeNumeric says of an endpoint that is an address what it is the address of,
// where a variable of the kubelet tells.
func (r *Resolution) judgeNumeric(rule *Rule, k *Resolved, variables map[string]string) {
	host, port, _ := k.address()
	shown, written := host, ""
	if a, _ := numericAddress(host); a.Unmap().String() != host {
		shown, written = a.Unmap().String(), ", written in another form,"
	}
	said := fmt.Sprintf("%s is the address %s%s which changes when the Service behind it is made again", k.evidence(), shown, cmp.Or(written, ","))
	service, servicePort, variable := servicesAt(shown, variables)
	if service == "" {
		r.breach(rule, CodeNumeric, []*Resolved{k}, "kubectl get svc -A | grep -w "+shown+", then set "+k.named("SVC."+cmp.Or(r.Namespace, "NS")+".svc.cluster.local", port), "%s", said)
		return
	}
	// The kubelet sets such variables for Services of the pod's own namespace.
	name := k.named(service+"."+cmp.Or(r.podNamespace, "NS")+".svc.cluster.local", cmp.Or(port, servicePort))
	r.breach(rule, CodeNumeric, []*Resolved{k}, "set "+name, "%s; it is %s, so the Service %s", said, variable, service)
}

// named is the setting of the key to a host name, in the form of its value.
func (k *Resolved) named(host, port string) string {
	return k.Key.Name + "=" + k.inForm(host+":"+cmp.Or(port, "PORT"))
}

// address takes the host and the port out of an endpoint; false for keys that
// are none. The host is in lower case, without brackets and without a final dot.
func (k *Resolved) address() (host, port string, ok bool) {
	text := k.Value.Reveal()
	switch {
	case !k.Set || text == "":
		return "", "", false
	case k.Key.Type == HostPort:
		text = "http://" + text
	case k.Key.Type != Web:
		return "", "", false
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", "", false
	}
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), u.Port(), true
}

// inForm writes an address as the value of the key is written.
func (k *Resolved) inForm(hostport string) string {
	if scheme, _, ok := strings.Cut(k.Value.Reveal(), "://"); ok {
		return scheme + "://" + hostport
	}
	return hostport
}

// judgeFileModes looks for files with sensitive keys that others can read.
func (r *Resolution) judgeFileModes() {
	var keys []*Resolved
	var files []string
	for _, k := range r.Keys {
		for _, c := range k.Candidates {
			if k.Key.Sensitive && c.mode.Perm()&0o007 != 0 {
				keys = append(keys, k)
				files = append(files, fmt.Sprintf("%s (%s, mode %04o)", k.Key.Name, c.Origin, c.mode.Perm()))
			}
		}
	}
	if keys != nil {
		r.breach(r.policy.rule(ruleWorldReadableSecret), CodeOpenFile, keys,
			"set defaultMode: 0440 in the volume and securityContext.fsGroup in the pod", "any user in the container can read %s", strings.Join(files, ", "))
	}
}
