package cluster

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/internal/pause"
)

// startTime is how long a pod may take to start: a node pulls its image, or is to be
// had at all, in that time.
const startTime = time.Minute

// eventsAfter is when a pod that does not start is looked for events.
const eventsAfter = 2 * time.Second

// NotStarted is that a short-lived pod did not come to run its program.
type NotStarted struct {
	Reason  string // as the kubelet or the scheduler says it: "CreateContainerConfigError"
	Message string // its text, "" when there is none
}

func (n *NotStarted) Error() string {
	return strings.TrimSuffix(n.Reason+": "+n.Message, ": ")
}

// refusedPod is why a pod was not even made. Who is allowed to make pods and may not
// make this one was refused by an admission plugin.
func refusedPod(err error, answer apierrors.APIStatus) error {
	if !apierrors.IsForbidden(err) {
		return err
	}
	refused := &NotStarted{Reason: "Forbidden"}
	for _, known := range []string{"exceeded quota", "violates PodSecurity", "maximum", "minimum"} {
		if strings.Contains(answer.Status().Message, known) {
			refused.Message = known
			return refused
		}
	}
	return refused
}

// waitEnded waits until the first container of a pod has ended.
func (a *API) waitEnded(ctx context.Context, pod *corev1.Pod) (*corev1.ContainerStateTerminated, error) {
	began := time.Now()
	for {
		now := &corev1.Pod{}
		if err := a.get(ctx, pods, pod.Namespace, pod.Name, now); err != nil {
			return nil, err
		}
		state := containerState(now.Status.ContainerStatuses, pod.Spec.Containers[0].Name)
		if state.Terminated != nil {
			return state.Terminated, nil
		}
		late := time.Since(began) > startTime
		stuck := stuckOn(now, state, late)
		if stuck == nil && state.Running == nil && time.Since(began) > eventsAfter {
			stuck = a.notMounted(ctx, now, late)
		}
		if stuck != nil {
			return nil, stuck
		}
		if err := pause.For(ctx, podPause); err != nil {
			return nil, err
		}
	}
}

func containerState(all []corev1.ContainerStatus, name string) corev1.ContainerState {
	at := slices.IndexFunc(all, func(s corev1.ContainerStatus) bool { return s.Name == name })
	if at < 0 {
		return corev1.ContainerState{}
	}
	return all[at].State
}

// hopeless are reasons that waiting does not mend.
var hopeless = []string{"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"}

// stuckOn is why a pod does not start: nil when it does, or may do so soon.
func stuckOn(pod *corev1.Pod, state corev1.ContainerState, late bool) error {
	for _, s := range pod.Status.InitContainerStatuses {
		if t := s.State.Terminated; t != nil && t.ExitCode != 0 {
			return &NotStarted{"init container " + s.Name, t.Reason}
		}
		if w := s.State.Waiting; w != nil && (late || slices.Contains(hopeless, w.Reason)) {
			return &NotStarted{w.Reason, w.Message}
		}
	}
	waits := state.Waiting
	switch {
	case HasEnded(pod):
		return &NotStarted{cmp.Or(pod.Status.Reason, "it ended before its program ran"), pod.Status.Message}
	case waits != nil && slices.Contains(hopeless, waits.Reason):
		return &NotStarted{waits.Reason, waits.Message}
	case !late || state.Running != nil:
		return nil
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return &NotStarted{c.Reason, c.Message}
		}
	}
	return nil
}

// notMounted is what the kubelet said of volumes that it cannot mount. What does not
// exist will not come by itself.
func (a *API) notMounted(ctx context.Context, pod *corev1.Pod, late bool) error {
	o := metav1.ListOptions{FieldSelector: "involvedObject.uid=" + string(pod.UID) + ",reason=FailedMount"}
	said, err := list(ctx, a, events, pod.Namespace, o, func(l *corev1.EventList) []corev1.Event { return l.Items })
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, e := range said {
		if late || strings.Contains(e.Message, "not found") || strings.Contains(e.Message, "non-existent") {
			return &NotStarted{e.Reason, e.Message}
		}
	}
	switch {
	case !late:
		return nil
	case err != nil: // who may not see events gets less
		return &NotStarted{"it did not start within a minute", err.Error()}
	}
	return &NotStarted{Reason: "it did not start within a minute"}
}

// endStatus is how a container ended. One whose program could not be started has a
// status of its runtime's choice.
func endStatus(t *corev1.ContainerStateTerminated) int {
	if status, ok := notStarted(t.Message); ok && slices.Contains([]string{"StartError", "ContainerCannotRun"}, t.Reason) {
		return status
	}
	return int(t.ExitCode)
}
