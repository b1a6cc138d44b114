package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/flts-run/flts-run/internal/pause"
)

// Limits of a short-lived pod. The kubelet ends one that nobody could take away.
const (
	podLives    = 2 * time.Minute
	podPause    = 200 * time.Millisecond
	removalTime = 10 * time.Second
	lateTime    = 2 * time.Second // a creation that nobody heard of may still be on its way
)

// RunPod makes a pod, waits until its first container has ended, and returns what that
// wrote: both streams in one, line by line, because a log does not keep them apart. An
// error is a *Fault, a *NotStarted, or the cause of the context.
//
// Whatever comes in between, the pod is taken away again, also when the context has
// ended; left is why it could not be. It is not made where it might stay: when we may
// not delete pods, or not read what it wrote.
func (v *View) RunPod(ctx context.Context, pod *corev1.Pod) (out Output, left, err error) {
	if err := v.mayRunPods(ctx, pod.Namespace); err != nil {
		return Output{}, nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, podLives, fmt.Errorf("it did not end within %s", podLives))
	defer cancel()
	pod = pod.DeepCopy()
	seconds := int64(math.Ceil(podLives.Seconds()))
	pod.Spec.ActiveDeadlineSeconds = &seconds
	made, err := v.API.createPod(ctx, pod)
	if made {
		defer func() { left = v.API.removePod(context.WithoutCancel(ctx), pod) }()
	}
	if err != nil {
		return Output{}, nil, err
	}
	ended, err := v.API.waitEnded(ctx, pod)
	if err != nil {
		return Output{}, nil, err
	}
	text, err := v.API.log(ctx, pod.Namespace, pod.Name, pod.Spec.Containers[0].Name)
	return Output{Stdout: text, Status: endStatus(ended)}, nil, err
}

// mayRunPods asks beforehand what is needed on the way.
func (v *View) mayRunPods(ctx context.Context, namespace string) error {
	for _, q := range []question{
		{verb: "create", resource: "pods"},
		{verb: "get", resource: "pods"},
		{verb: "delete", resource: "pods"},
		{verb: "get", resource: "pods", subresource: "log"},
	} {
		q.namespace = namespace
		allowed, err := v.may(ctx, q)
		if err != nil {
			return err
		}
		if !allowed {
			what := q.resource
			if q.subresource != "" {
				what += "/" + q.subresource
			}
			return &Fault{Cause: Denied, Verb: q.verb, Resource: what, Namespace: namespace}
		}
	}
	return nil
}

// createPod reads the answer into the pod. made says that there may be one now.
func (a *API) createPod(ctx context.Context, pod *corev1.Pod) (made bool, err error) {
	wanted := *pod
	err = a.create(ctx, pods, pod.Namespace, pod)
	if err == nil {
		return true, nil
	}
	// What was read of an answer that broke off says nothing.
	*pod = wanted
	if answer := apierrors.APIStatus(nil); errors.As(err, &answer) && answer.Status().Code < 500 {
		return false, refusedPod(err, answer)
	}
	return true, err
}

// log is what a container wrote.
func (a *API) log(ctx context.Context, namespace, pod, container string) ([]byte, error) {
	q := asked{"get", "pods/log", namespace, ""}
	client, err := a.rest(corev1.SchemeGroupVersion)
	if err != nil {
		return nil, err
	}
	most := int64(maxOutput)
	text, err := client.Get().Namespace(namespace).Resource(pods.name).Name(pod).SubResource("log").
		VersionedParams(&corev1.PodLogOptions{Container: container, LimitBytes: &most}, runtime.NewParameterCodec(a.scheme)).Stream(ctx)
	if err != nil {
		return nil, q.fault(ctx, err)
	}
	defer func() { _ = text.Close() }() // read only
	read, err := io.ReadAll(io.LimitReader(text, most))
	switch {
	case err != nil:
		return read, q.fault(ctx, err)
	case int64(len(read)) == most:
		return read, ErrTooMuch
	}
	return read, nil
}

// removePod takes away the pod that we made, and no other of its name. Where nobody told
// us its UID, because the answer to its creation was lost, it is looked for a while.
func (a *API) removePod(ctx context.Context, pod *corev1.Pod) error {
	ctx, cancel := context.WithTimeout(ctx, removalTime)
	defer cancel()
	uid := pod.UID
	for late := time.Now().Add(lateTime); ; {
		err := a.removePodOnce(ctx, pod, &uid)
		gone := Is(err, NotFound) && (uid != "" || time.Now().After(late))
		if err == nil || gone {
			return nil
		}
		if Is(err, Denied) || Is(err, Unauthorized) || pause.For(ctx, podPause) != nil {
			return err
		}
	}
}

func (a *API) removePodOnce(ctx context.Context, pod *corev1.Pod, uid *types.UID) error {
	if *uid == "" {
		found := &corev1.Pod{}
		if err := a.get(ctx, pods, pod.Namespace, pod.Name, found); err != nil {
			return err
		}
		*uid = found.UID
	}
	client, err := a.rest(corev1.SchemeGroupVersion)
	if err != nil {
		return err
	}
	soon := int64(1)
	err = client.Delete().Namespace(pod.Namespace).Resource(pods.name).Name(pod.Name).
		Body(&metav1.DeleteOptions{GracePeriodSeconds: &soon, Preconditions: &metav1.Preconditions{UID: uid}}).Do(ctx).Error()
	if apierrors.IsConflict(err) { // it is another one by now
		return nil
	}
	return asked{"delete", "pods", pod.Namespace, pod.Name}.fault(ctx, err)
}
