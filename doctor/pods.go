package doctor

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
)

// Codes of pods that do not go on.
const (
	codeStuck = "FLTS-K07" // an image, a volume, the scheduler or the task itself
	codeWaits = "FLTS-K36" // a ConfigMap, Secret or key that is not there
)

// podChecks look at pods that are stuck.
func (d *Doctor) podChecks() []checklist.Check {
	return []checklist.Check{
		{ID: "pods.stuck", Target: "pods", Title: "no pod of a pipeline is stuck", Needs: []string{reached}, Run: d.podsStuck},
	}
}

// ofPipelines are labels of the pods that Kubeflow Pipelines, Argo and Airflow make.
var ofPipelines = []string{
	"pipeline/runid", "pipelines.kubeflow.org/v2_component", "workflows.argoproj.io/workflow",
	"kubernetes_pod_operator", "airflow_version", "dag_id",
}

// concernsPod reports whether a pod runs a component, or reads what components read.
func (d *Doctor) concernsPod(p *corev1.Pod) bool {
	return slices.ContainsFunc(ofPipelines, func(label string) bool { _, has := p.Labels[label]; return has }) ||
		slices.ContainsFunc(cluster.References(&p.Spec), d.ours)
}

func (d *Doctor) podsStuck(ctx context.Context) checklist.Finding {
	seen, err := d.view.Workloads(ctx, d.Namespace)
	if err != nil {
		return d.couldNotLook(err)
	}
	if _, err := d.view.Pods(ctx, d.Namespace); err != nil {
		return d.couldNotLook(err)
	}
	events, eventsErr := d.view.Events(ctx, d.Namespace)
	newest := newestHolds(events)
	s := podStates{waitsOnly: true}
	for _, w := range seen.All {
		for _, p := range w.Pods {
			if p.DeletionTimestamp == nil {
				why, is := stuckOn(p, newest[p.UID], d.Now())
				s.add(w, p, why, is, d.concernsPod(p))
			}
		}
	}
	if s.stuck.empty() && s.starting > 0 && eventsErr != nil {
		return d.couldNotLook(eventsErr) // they would say why these pods have not started
	}
	return s.finding(d)
}

// podStates is how the pods of a namespace are.
type podStates struct {
	stuck     tally
	waitsOnly bool        // each that is stuck refers to what is missing
	oldest    *corev1.Pod // of those that are stuck

	pods, starting int // of components
	others         int // that are stuck and not of components
}

func (s *podStates) add(w *cluster.Workload, p *corev1.Pod, why stuck, is, concerns bool) {
	if !concerns {
		if is {
			s.others++
		}
		return
	}
	s.pods++
	if !is {
		if isWaiting(p) {
			s.starting++
		}
		return
	}
	if s.oldest == nil || p.CreationTimestamp.Before(&s.oldest.CreationTimestamp) {
		s.oldest = p
	}
	s.waitsOnly = s.waitsOnly && why.missing
	s.stuck.add(w.Object(), why.text())
}

func (s *podStates) finding(d *Doctor) checklist.Finding {
	if s.stuck.empty() {
		text := counted(s.pods, "pod") + ", none is stuck"
		if s.starting > 0 {
			text += fmt.Sprintf(", %d starting", s.starting)
		}
		if s.others > 0 {
			text += fmt.Sprintf("; %d that read nothing of this are", s.others)
		}
		return pass(text)
	}
	code := codeStuck
	if s.waitsOnly {
		code = codeWaits
	}
	f := hinted(s.stuck.finding(checklist.Fail, code), d.kubectl(d.Namespace)+" describe pod "+hint.ShellWord(s.oldest.Name))
	f.Detail += ", for " + age(d.Now().Sub(s.oldest.CreationTimestamp.Time))
	return f
}

// newestHolds are the newest events that keep pods from starting, by the pod.
func newestHolds(events []corev1.Event) map[types.UID]*corev1.Event {
	newest := map[types.UID]*corev1.Event{}
	for i := range events {
		e := &events[i]
		if !slices.Contains(holds, e.Reason) {
			continue
		}
		if last := newest[e.InvolvedObject.UID]; last == nil || eventTime(last).Before(eventTime(e)) {
			newest[e.InvolvedObject.UID] = e
		}
	}
	return newest
}

// eventTime is when an event was seen last; there are three ways to write it.
func eventTime(e *corev1.Event) time.Time {
	last := e.LastTimestamp.Time
	if e.EventTime.After(last) {
		last = e.EventTime.Time
	}
	if e.Series != nil && e.Series.LastObservedTime.After(last) {
		last = e.Series.LastObservedTime.Time
	}
	return last
}
