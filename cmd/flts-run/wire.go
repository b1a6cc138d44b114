package main

import (
	"os"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/resolve"
)

// checks joins the packages that do not know each other: the services of the
// contract, with their resolved keys, become targets of checks.
func (p *plan) checks(c checkPlan, s *settings) []checklist.Check {
	env := endpoints.Env{
		Namespace: p.podNamespace(), Namespaces: []string{p.resolution.Namespace}, Task: byName(c.task),
		Files: os.DirFS("/"), InPod: p.platform.InPod, Thorough: c.thorough, WriteProbe: c.writeProbe,
	}
	if resolver := s.value(resolverOption); resolver != "" {
		env.NameServers = []string{resolver}
	}
	all := endpoints.Sidecar{}.Checks(env)
	for _, sidecar := range all {
		env.Needs = append(env.Needs, sidecar.ID)
	}
	for _, service := range c.services {
		optional := service.Check == resolve.Warn || service.Check == resolve.Off && !c.named
		all = append(all, p.target(service, c, optional).Checks(env)...)
	}
	return all
}

// byName reads entries of an environment, of which the first of a name counts.
func byName(entries []string) map[string]string {
	vars := make(map[string]string, len(entries))
	for _, e := range entries {
		if name, value, ok := strings.Cut(e, "="); ok {
			if _, have := vars[name]; !have {
				vars[name] = value
			}
		}
	}
	return vars
}

// target is a service that can be looked at.
type target interface {
	Checks(env endpoints.Env) []checklist.Check
}

func (p *plan) target(s *resolve.Service, c checkPlan, advisory bool) target {
	switch s.Kind {
	case "s3":
		return endpoints.S3{
			Name: s.Name, Advisory: advisory,
			Endpoint: p.setting(s.Endpoint), Secure: p.setting(s.Secure),
			AccessKey: p.setting(s.AccessKey), SecretKey: p.setting(s.SecretKey), SessionToken: p.setting(s.SessionToken),
			Assumed: p.isAssumed(s.AccessKey),
			Region:  p.resolution.Text(s.Region), PathStyle: true, Addressing: p.setting(s.Addressing),
			CABundle: p.first(s.CA), Buckets: p.buckets(s, c), CredentialsFrom: p.identityFor(s),
		}
	case "mlflow":
		return endpoints.MLflow{
			Name: s.Name, Advisory: advisory, URI: p.setting(s.Endpoint),
			Username: p.setting(s.Username), Password: p.setting(s.Password), Token: p.setting(s.Token),
			Experiment: p.setting(s.Experiment), CABundle: p.first(s.CA),
		}
	case "http":
		return endpoints.HTTP{
			Name: s.Name, Advisory: advisory, URL: p.setting(s.Endpoint),
			Username: p.setting(s.Username), Password: p.setting(s.Password), Token: p.setting(s.Token),
			Path: s.Path, Status: statusRanges(s), JSON: s.JSON, CABundle: p.first(s.CA),
		}
	case "postgres":
		return endpoints.Postgres{
			Name: s.Name, Advisory: advisory, Address: p.setting(s.Endpoint), Secure: p.setting(s.Secure),
			Username: p.setting(s.Username), Password: p.setting(s.Password), Database: p.setting(s.Database), CABundle: p.first(s.CA),
		}
	case "kfp":
		return endpoints.KFP{Name: s.Name, Advisory: advisory, URL: p.setting(s.Endpoint), Token: p.setting(s.Token), CABundle: p.first(s.CA)}
	}
	return endpoints.TCP{Name: s.Name, Advisory: advisory, Address: p.setting(s.Endpoint)}
}

// isAssumed reports a key with the value that development has for want of one.
func (p *plan) isAssumed(key string) bool {
	k := p.resolution.Get(key)
	return k != nil && k.IsDevDefault()
}

// setting is a key as findings speak of it.
func (p *plan) setting(key string) endpoints.Setting {
	k := p.resolution.Get(key)
	if k == nil {
		return endpoints.Setting{Key: key}
	}
	return endpoints.Setting{Key: key, Value: k.Value, Origin: k.Origin()}
}

func (p *plan) first(keys []string) string {
	for _, k := range keys {
		if text := p.resolution.Text(k); text != "" {
			return text
		}
	}
	return ""
}

// identityFor names the identity of the pod when there are no keys to sign with.
func (p *plan) identityFor(s *resolve.Service) string {
	if p.resolution.Text(s.AccessKey) != "" {
		return ""
	}
	return p.resolution.Ambient
}

// buckets lists what to look at: what the component says it needs. When it says
// nothing, all buckets of the contract are looked at, or only the first of them
// so that a start costs few requests: listing one tells whether the credentials
// are accepted.
func (p *plan) buckets(s *resolve.Service, c checkPlan) []endpoints.Bucket {
	var list []endpoints.Bucket
	for _, n := range p.needs {
		name, key := p.bucketFor(n)
		b := endpoints.Bucket{Name: name, Prefix: n.prefix, Mode: n.mode, Needed: true}
		if key != nil {
			b.Key, b.Origin = key.Key.Name, key.Origin()
		}
		list = append(list, b)
	}
	if len(list) > 0 {
		return list
	}
	for _, key := range s.Buckets {
		set := p.setting(key)
		if set.Value.IsEmpty() {
			continue // there is no such bucket yet; the root of the server is not it
		}
		list = append(list, endpoints.Bucket{Name: set.Value.Reveal(), Key: key, Origin: set.Origin, Mode: "r"})
	}
	if !c.thorough && len(list) > 1 {
		return list[:1]
	}
	return list
}

func statusRanges(s *resolve.Service) []endpoints.StatusRange {
	var ranges []endpoints.StatusRange
	for _, r := range s.Statuses() {
		ranges = append(ranges, endpoints.StatusRange{First: r[0], Last: r[1]})
	}
	return ranges
}
