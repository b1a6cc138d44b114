package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/kfp"
)

// podLogs reads logs with the login of kubectl. It is opened when the first log is
// wanted. That kubectl has no way to a cluster is no error: the advice without a log is
// a command of kubectl, which will say so.
type podLogs struct {
	config func() (access.Kube, error)

	opening sync.Once
	client  *http.Client // nil: there is no way
	base    *url.URL
	context string

	mu   sync.Mutex
	lost error // nobody answered: nobody is asked again
}

// listTimeout is for a list of the pods of one run.
const listTimeout = 10 * time.Second

func (r *runner) podLogs(o access.Options) *podLogs {
	return &podLogs{config: func() (access.Kube, error) { return access.KubeConfig(o, r.surroundings()) }}
}

func (p *podLogs) open() {
	kube, err := p.config()
	if err != nil {
		return
	}
	base, _, err := rest.DefaultServerUrlFor(kube.Config)
	if err != nil {
		return
	}
	client, err := rest.HTTPClientFor(kube.Config)
	if err != nil {
		return
	}
	p.client, p.base, p.context = client, base, kube.Context
}

// Pods asks for the metadata of pods alone.
func (p *podLogs) Pods(ctx context.Context, namespace, selector string) ([]kfp.Pod, error) {
	p.opening.Do(p.open)
	if p.client == nil {
		return nil, kfp.ErrNoCluster
	}
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	address := p.base.JoinPath("api/v1/namespaces", namespace, "pods")
	address.RawQuery = url.Values{"labelSelector": {selector}}.Encode()
	got, err := p.get(ctx, address, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return nil, p.refused(got.StatusCode, "list pods", namespace)
	}
	var list struct {
		Items []struct {
			Metadata struct {
				Name        string            `json:"name"`
				Created     time.Time         `json:"creationTimestamp"`
				Annotations map[string]string `json:"annotations"`
			} `json:"metadata"`
		} `json:"items"`
	}
	if err := json.NewDecoder(got.Body).Decode(&list); err != nil {
		return nil, p.noAnswer(ctx, err)
	}
	var pods []kfp.Pod
	for _, item := range list.Items {
		m := item.Metadata
		pods = append(pods, kfp.Pod{
			Name: m.Name, Created: m.Created,
			Node: m.Annotations["workflows.argoproj.io/node-name"], NodeID: m.Annotations["workflows.argoproj.io/node-id"],
		})
	}
	return pods, nil
}

// Log is what there is of a log, of a container that runs too.
func (p *podLogs) Log(ctx context.Context, namespace, pod, container string) (io.ReadCloser, error) {
	address := p.base.JoinPath("api/v1/namespaces", namespace, "pods", pod, "log")
	address.RawQuery = url.Values{"container": {container}}.Encode()
	got, err := p.get(ctx, address, "*/*")
	if err != nil {
		return nil, err
	}
	if got.StatusCode == http.StatusOK {
		return got.Body, nil
	}
	_ = got.Body.Close()
	if got.StatusCode == http.StatusBadRequest { // there is the pod, and no log yet
		return nil, &submit.Error{
			Kind: submit.NotFound, Message: "the container of pod " + pod + " has not started",
			Advice: p.kubectl() + " describe pod -n " + hint.ShellWord(namespace) + " " + hint.ShellWord(pod),
		}
	}
	return nil, p.refused(got.StatusCode, "get pods/log", namespace)
}

func (p *podLogs) get(ctx context.Context, address *url.URL, accept string) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost != nil {
		return nil, p.lost
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", accept)
	got, err := p.client.Do(r)
	if err != nil {
		p.lost = p.noAnswer(ctx, err)
		return nil, p.lost
	}
	return got, nil
}

func (p *podLogs) noAnswer(ctx context.Context, err error) error {
	if context.Cause(ctx) == errInterrupted {
		return errInterrupted
	}
	return &submit.Error{
		Kind: submit.Unusable, Err: err,
		Message: "the API server of Kubernetes at " + p.base.Host + " does not answer",
		Advice:  p.kubectl() + " cluster-info",
	}
}

// kubectl begins a command to type.
func (p *podLogs) kubectl() string {
	if p.context == "" {
		return "kubectl"
	}
	return "kubectl --context " + hint.ShellWord(p.context)
}

// refused leaves out the server's text.
func (p *podLogs) refused(status int, what, namespace string) error {
	kubectl := p.kubectl()
	e := &submit.Error{Kind: submit.Refused}
	switch status {
	case http.StatusUnauthorized:
		e.Message = fmt.Sprintf("Kubernetes does not accept the login of the context %q (401)", p.context)
		e.Advice = "log in again, until this works: " + kubectl + " get --raw /version"
	case http.StatusForbidden:
		e.Message = fmt.Sprintf("the context %q may not %s in namespace %s (403)", p.context, what, namespace)
		e.Advice = kubectl + " auth can-i " + what + " -n " + hint.ShellWord(namespace)
	default:
		e.Kind = submit.Unusable
		e.Message = fmt.Sprintf("Kubernetes does not %s in namespace %s (%d)", what, namespace, status)
		e.Advice = kubectl + " get pods -n " + hint.ShellWord(namespace)
	}
	return e
}
