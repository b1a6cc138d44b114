package resolve

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// judgeServices applies what is known of a kind of service to the keys that
// describe it.
func (r *Resolution) judgeServices(c *Contract) {
	for _, s := range c.Services {
		switch s.Kind {
		case "s3":
			r.judgeStoreURL(s)
			r.judgeSwapped(c, s)
		case "mlflow":
			r.judgeTracking(s)
		}
	}
}

// roles lists the keys that hold the address of an MLflow server, and those that
// are never sent but proved to be known, so that a wrong character in them looks
// like a wrong password.
func (c *Contract) roles() (tracks, proves map[string]bool) {
	tracks, proves = map[string]bool{}, map[string]bool{}
	for _, s := range slices.Concat(c.Services, c.leftOut) {
		if s.Kind == "mlflow" {
			tracks[s.Endpoint] = true
		}
		proves[s.SecretKey], proves[s.Password] = true, true
	}
	return tracks, proves
}

// judgeStoreURL refuses more than a server in the endpoint of an object store
// that the contract has as a URL, where a path is no error by itself.
func (r *Resolution) judgeStoreURL(s *Service) {
	k := r.Get(s.Endpoint)
	if k == nil || !k.Set || k.Key.Type != Web {
		return
	}
	u, err := url.Parse(k.Value.Reveal())
	if err != nil || u.User == nil && strings.Trim(u.Path, "/") == "" {
		return
	}
	advice := fmt.Sprintf("set %s=%s://%s", k.Key.Name, u.Scheme, u.Host)
	if bucket, _, _ := strings.Cut(strings.Trim(u.Path, "/"), "/"); checkBucket(bucket) == nil {
		advice += ", and " + bucket + " as the bucket key"
	}
	r.add(Error, CodeExtraParts, k.Key, advice, "%s holds more than the server, and S3 clients put the bucket behind it", k.evidence())
}

// judgeTracking looks for a tracking URI with which MLflow writes into the pod's
// own file system, and for the address of a page of the server.
func (r *Resolution) judgeTracking(s *Service) {
	k := r.Get(s.Endpoint)
	if k == nil || s.Check == Off {
		return
	}
	severity := Error
	if s.Check == Warn {
		severity = Warning
	}
	advice := "set " + k.Key.Name + "=http://mlflow." + r.Namespace + ".svc.cluster.local:5000"
	switch {
	case k.Winner < 0 && !k.Key.Required: // else it is said to be missing
		r.add(severity, CodeLocalStore, k.Key, advice+", or leave the service out: FLTS_DISABLE="+s.Name,
			"%s has no value: MLflow would write into the pod, where results are lost with it", k.Key.Name)
	case !k.Set:
	case isLocalStore(k.Value.Reveal()):
		r.add(severity, CodeLocalStore, k.Key, advice, "%s %s", k.evidence(), notAServer(k.Value.Reveal()))
	case isPage(k.Value.Reveal()):
		r.add(Error, CodeExtraParts, k.Key, "set "+k.Key.Name+" to what stands before it", "%s is the address of a page, not of the server", k.evidence())
	}
}

// notAServer says what a tracking URI is instead of a server's, and what comes of it.
func notAServer(uri string) string {
	scheme, _, _ := strings.Cut(strings.ToLower(uri), ":")
	switch scheme {
	case "databricks", "databricks-uc", "uc":
		return "is Databricks, whose login is not checked here"
	case "postgresql", "mysql", "mssql":
		return "is a database, which the task would write to past the tracking server"
	}
	return "is no tracking server: what is written there is lost with the pod"
}

// isLocalStore reports what MLflow takes for a tracking store and is no server: a
// directory, a database file, the managed service that needs a login of its own.
func isLocalStore(uri string) bool {
	scheme, _, _ := strings.Cut(uri, ":")
	switch strings.ToLower(scheme) {
	case "http", "https", "s3", "minio", "tcp":
		return false
	case "file", "sqlite", "databricks", "databricks-uc", "uc", "postgresql", "mysql", "mssql":
		return true
	}
	return strings.HasPrefix(uri, "/") || strings.HasPrefix(uri, "./") || strings.HasPrefix(uri, "../") || uri == "." || uri == "mlruns"
}

// isPage reports a path that the server answers itself and that no prefix of an
// installation is called.
func isPage(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil {
		return false
	}
	path := strings.TrimRight(u.Path, "/")
	return slices.ContainsFunc([]string{"/health", "/version", "/login", "/signup", "/index.html"}, func(page string) bool { return strings.HasSuffix(path, page) }) ||
		strings.Contains(path, "/api/2.0") || strings.Contains(path, "/ajax-api/")
}

// judgeSwapped looks for an access key and a secret key in each other's place: by
// the forms in which AWS and MinIO make them, and by the pairs that everybody
// knows.
func (r *Resolution) judgeSwapped(c *Contract, s *Service) {
	access, secret := r.Get(s.AccessKey), r.Get(s.SecretKey)
	if access == nil || secret == nil || !access.Set || !secret.Set {
		return
	}
	user, password := access.Value.Reveal(), secret.Value.Reveal()
	known := c.Policy.rule(ruleDefaultCredentials)
	if isMadeKeyID(password) && isMadeSecret(user) || user != password && known.knows(password, user) {
		r.add(Warning, CodeSwapped, access.Key, "exchange the two",
			"%s (%s) has the form of a secret key and %s (%s) that of an access key", access.Key.Name, access.Origin(), secret.Key.Name, secret.Origin())
	}
}

// isMadeKeyID reports an access key as AWS and MinIO make them: 20 capital letters
// and digits.
func isMadeKeyID(s string) bool {
	return len(s) == 20 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// isMadeSecret reports a secret key as AWS and MinIO make them: 40 characters of
// base64.
func isMadeSecret(s string) bool {
	return len(s) == 40 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == ""
}
