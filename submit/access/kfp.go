package access

import (
	"cmp"
	"errors"
	"io/fs"
	"net/url"

	"github.com/flts-run/flts-run/submit"
)

const (
	kfpNamespace = "kubeflow"
	kfpService   = "ml-pipeline:http"
	kfpAudience  = "pipelines.kubeflow.org"

	// Where a projected token of the right audience is mounted, by the convention
	// of the Python client.
	kfpTokenFile = "/var/run/secrets/kubeflow/pipelines/token"
)

// KFP is the way to Kubeflow Pipelines. Its address is the first of
//
//   - --host
//   - KF_PIPELINES_ENDPOINT
//   - inside a cluster the Service ml-pipeline, unless a --kube flag says otherwise
//   - the current context of kubectl, through the API server of Kubernetes
//
// and its credential, where Options and the variables FLTSCTL_* give none, is what
// ~/.config/kfp/context.json has, or else the service account's token from
// KF_PIPELINES_SA_TOKEN_PATH or where it is usually mounted. The latter goes to
// names of the cluster alone.
//
// Nothing is sent before the first request.
func KFP(o Options, s Surroundings) (*Access, error) {
	text, origin := o.Host, "--host"
	if text == "" {
		text, origin = s.first("KF_PIPELINES_ENDPOINT")
	}
	t := target{what: kubeflowPipelines, inside: s.inCluster()}
	wantsKube := cmp.Or(o.Kubeconfig, o.KubeContext, o.KubeService) != ""
	switch {
	case o.Host != "" && wantsKube:
		return nil, invalid("--host names one way to the server, and --kube-context, --kubeconfig or --kube-service another", "leave one of them out")
	case text != "" && !wantsKube:
	case t.inside && !wantsKube:
		text, origin = "http://ml-pipeline."+cmp.Or(o.KubeNamespace, kfpNamespace)+".svc.cluster.local:8888", "inside the cluster"
	default:
		return s.throughKube(o, t)
	}
	a, err := parseAddress(text, origin, "/apis/v1", "/apis/v2")
	if err != nil {
		return nil, err
	}
	t.base, t.origin = a.url, origin
	kept, file, err := s.kfpContext()
	if err != nil {
		return nil, err
	}
	creds, err := choose(s.offers(o, a), func() ([]credential, error) { return s.ambientKFP(kept, file, a) })
	if err != nil {
		return nil, err
	}
	access, err := s.open(o, t, creds)
	if err != nil {
		return nil, err
	}
	access.Namespace = kept.namespace
	access.Pages, err = s.kfpPages(a)
	return access, err
}

// ambientKFP is the credential that nobody named.
func (s Surroundings) ambientKFP(kept kfpContext, file string, a address) ([]credential, error) {
	if creds, err := kept.credentials(file); err != nil || len(creds) > 0 {
		return creds, err
	}
	if !isService(a.url.Hostname()) {
		return nil, nil
	}
	path, origin := s.first("KF_PIPELINES_SA_TOKEN_PATH")
	if path == "" {
		path, origin = kfpTokenFile, "the pod"
	}
	token, err := s.tokenFile(path, origin)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a KFP for one user wants none
	}
	return []credential{token}, err
}

// kfpPages is where the web pages are: the API's own address has them only where a
// gateway serves both.
func (s Surroundings) kfpPages(a address) (*url.URL, error) {
	if text, origin := s.first("KF_PIPELINES_UI_ENDPOINT"); text != "" {
		pages, err := parseAddress(text, origin)
		return pages.url, err
	}
	if portOf(a.url) == "8888" {
		return nil, nil
	}
	return a.url, nil
}

// throughKube goes through the API server with the login of kubectl. It keeps the
// Authorization header for itself, so that a cookie or another header is the only
// credential that reaches KFP.
func (s Surroundings) throughKube(o Options, t target) (*Access, error) {
	for _, flag := range []struct {
		given bool
		name  string
	}{{o.CAFile != "", "--ca-file"}, {o.ClientCert != "", "--client-cert"}, {o.ClientKey != "", "--client-key"}, {o.Insecure, "--insecure"}} {
		if flag.given {
			return nil, notBesideKube(flag.name)
		}
	}
	kept, file, err := s.kfpContext()
	if err != nil {
		return nil, err
	}
	creds, err := choose(s.offers(o, address{}), func() ([]credential, error) { return kept.credentials(file) })
	if err != nil {
		return nil, err
	}
	for _, c := range creds {
		if c.name == authorization {
			return nil, notBesideKube(c.origin)
		}
	}
	route, wire, err := s.kubeRoute(o)
	if err != nil {
		return nil, err
	}
	t.base, t.origin, t.kube = route.base, "kubectl's context "+route.context, route
	access := assemble(o, t, creds, wire)
	access.Namespace = kept.namespace
	return access, nil
}

func notBesideKube(origin string) error {
	return &submit.Error{
		Kind: submit.Invalid, Message: origin + " cannot be used on the way through the API server of Kubernetes, for which the kubeconfig has everything",
		Advice: "name the server with --host, or leave " + origin + " out",
	}
}
