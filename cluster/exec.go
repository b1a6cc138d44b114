package cluster

import (
	"context"
	"errors"
	"net"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
)

// Exec runs a program in a container that runs, and returns when the program ended. An
// error is that it could not be run, or not to its end: a *Fault, ErrTooMuch, or the
// cause of the context. The end of the context ends the connection; a program that
// writes nothing may notice that late, or never.
func (a *API) Exec(ctx context.Context, namespace, pod, container string, command ...string) (Output, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	q := asked{"create", "pods/exec", namespace, ""}
	run, err := a.executor(namespace, pod, &corev1.PodExecOptions{Container: container, Command: command, Stdout: true, Stderr: true})
	if err != nil {
		return Output{}, q.fault(ctx, err)
	}
	full := func() { cancel(ErrTooMuch) }
	stdout, stderr := &bounded{full: full}, &bounded{full: full}
	err = run.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: stdout, Stderr: stderr})
	out := Output{Stdout: stdout.bytes(), Stderr: stderr.bytes()}
	if ctx.Err() != nil {
		return out, context.Cause(ctx)
	}
	if out.Status, err = ending(err); err == nil {
		return out, nil
	}
	if errors.Is(err, ErrNode) || errors.Is(err, ErrNotRunning) {
		return out, &Fault{Cause: Broken, Verb: "run a program by", Resource: q.resource, Namespace: namespace, Err: err}
	}
	return out, q.fault(ctx, err)
}

// executor speaks the newer protocol, and the older one with an API server, or a proxy
// before it, that does not know the newer. Each is a request of its own kind to RBAC.
func (a *API) executor(namespace, pod string, o *corev1.PodExecOptions) (remotecommand.Executor, error) {
	client, err := a.rest(corev1.SchemeGroupVersion)
	if err != nil {
		return nil, err
	}
	to := client.Post().Namespace(namespace).Resource(pods.name).Name(pod).SubResource("exec").
		VersionedParams(o, runtime.NewParameterCodec(a.scheme)).URL()
	config := rest.CopyConfig(a.config)
	newer, err := remotecommand.NewWebSocketExecutor(config, "GET", to.String())
	if err != nil {
		return nil, err
	}
	older, err := remotecommand.NewSPDYExecutor(config, "POST", to)
	if err != nil {
		return nil, err
	}
	return remotecommand.NewFallbackExecutor(newer, older, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
}

// Why a program could not be run, where the API was asked and would have had it run.
var (
	ErrNode       = errors.New("its node does not answer")
	ErrNotRunning = errors.New("its container does not run")
)

// ending is how a program ended, or why nobody knows that. The node's own words come as
// a status of the API, as the end of a stream, or as a text, each in one protocol.
func ending(err error) (status int, unknown error) {
	if err == nil {
		return 0, nil
	}
	if exit, ok := errors.AsType[exec.CodeExitError](err); ok {
		return exit.Code, nil
	}
	if strings.Contains(err.Error(), "error dialing backend") || strings.Contains(err.Error(), "error sending request") {
		return 0, errors.Join(ErrNode, err)
	}
	answer := apierrors.APIStatus(nil)
	answered := errors.As(err, &answer)
	if answered && (apierrors.IsBadRequest(err) || strings.Contains(err.Error(), "completed pod")) {
		return 0, errors.Join(ErrNotRunning, err)
	}
	if _, network := errors.AsType[net.Error](err); answered || network {
		return 0, err
	}
	if status, ok := notStarted(err.Error()); ok {
		return status, nil
	}
	return 0, errors.Join(ErrNotRunning, err)
}

// notStarted is the status that a shell would give a program that could not be started,
// from what a container runtime says: some report it as a status, and some as a text.
func notStarted(message string) (status int, ok bool) {
	switch {
	case strings.Contains(message, "executable file not found"), strings.Contains(message, "no such file or directory"):
		return 127, true
	case strings.Contains(message, "permission denied"), strings.Contains(message, "exec format error"):
		return 126, true
	}
	return 0, false
}
