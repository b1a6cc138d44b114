package kfprun

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
)

// Namespace runs pods in a namespace of a cluster. Its Run is for Runner.Pods.
type Namespace struct {
	pods   string // the address of its pods
	client *http.Client
}

// NewNamespace is a namespace as a user of the API sees it.
func NewNamespace(user *rest.Config, name string) (Namespace, error) {
	client, err := rest.HTTPClientFor(user)
	return Namespace{user.Host + "/api/v1/namespaces/" + name + "/pods", client}, err
}

// Run creates a pod, waits until it has ended, and reads its log. A pod that cannot
// start is waited for until the context ends.
func (n Namespace) Run(ctx context.Context, pod *corev1.Pod) (Ended, error) {
	pod.APIVersion, pod.Kind = "v1", "Pod"
	text, err := json.Marshal(pod)
	if err != nil {
		return Ended{}, err
	}
	created, err := n.ask(ctx, http.MethodPost, "", text)
	if err != nil {
		return Ended{}, err
	}
	defer created.Close()
	last := corev1.Pod{}
	if err := json.NewDecoder(created).Decode(&last); err != nil {
		return Ended{}, err
	}
	query := url.Values{"watch": {"1"}, "fieldSelector": {"metadata.name=" + pod.Name}, "resourceVersion": {last.ResourceVersion}}
	events, err := n.ask(ctx, http.MethodGet, "?"+query.Encode(), nil)
	if err != nil {
		return Ended{}, err
	}
	defer events.Close()
	for stream := json.NewDecoder(events); ; {
		var event struct{ Object corev1.Pod }
		if err := stream.Decode(&event); err != nil {
			return Ended{}, fmt.Errorf("pod %s has not ended: %w: %+v", pod.Name, errors.Join(err, context.Cause(ctx)), last.Status.ContainerStatuses)
		}
		last = event.Object
		if last.Status.Phase == corev1.PodSucceeded || last.Status.Phase == corev1.PodFailed {
			return n.ended(ctx, last)
		}
	}
}

func (n Namespace) ended(ctx context.Context, pod corev1.Pod) (Ended, error) {
	if len(pod.Status.ContainerStatuses) != 1 || pod.Status.ContainerStatuses[0].State.Terminated == nil {
		return Ended{}, fmt.Errorf("pod %s has ended, and no container of it: %s", pod.Name, pod.Status.Message)
	}
	last := pod.Status.ContainerStatuses[0].State.Terminated
	stream, err := n.ask(ctx, http.MethodGet, "/"+pod.Name+"/log", nil)
	if err != nil {
		return Ended{}, err
	}
	defer stream.Close()
	log, err := io.ReadAll(stream)
	return Ended{Started: true, Status: int(last.ExitCode), Log: string(log), Message: last.Message}, err
}

func (n Namespace) ask(ctx context.Context, method, path string, body []byte) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, method, n.pods+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := n.client.Do(r)
	if err != nil {
		return nil, err
	}
	if got.StatusCode >= http.StatusMultipleChoices {
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		return nil, errors.Join(fmt.Errorf("%s %s: %s: %s", method, r.URL.Path, got.Status, text), err)
	}
	return got.Body, nil
}
