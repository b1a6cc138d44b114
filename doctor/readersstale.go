package doctor

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
)

const codeStale = "FLTS-K11" // the configuration changed after the container started

// readersStale is about containers that have the values of an earlier configuration.
// What is mounted as a directory follows by itself.
func (d *Doctor) readersStale(ctx context.Context) checklist.Finding {
	p := d.present(ctx)
	var unseen []error
	var restart []checklist.Command
	looked := 0
	f := d.overReaders(ctx, func(w *cluster.Workload, t *tally) {
		for _, pod := range w.Pods {
			if pod.DeletionTimestamp != nil {
				continue
			}
			started := running(pod)
			for _, r := range cluster.References(&pod.Spec) {
				at, runs := started[r.Container]
				if !runs || !r.Fixed() || !d.ours(r) {
					continue
				}
				looked++
				record, err := p.record(ctx, r)
				if err != nil {
					unseen = append(unseen, err)
				}
				if record == nil || !record.Changed(r.Read()...).After(at) {
					continue
				}
				t.add(w.Object(), d.staleText(r, record.Changed(r.Read()...)))
				if c := d.restarts(w); c != nil && !slices.Contains(restart, c[0]) {
					restart = append(restart, c...)
				}
			}
		}
	}, func(t *tally) checklist.Finding {
		if t.empty() {
			return pass(counted(looked, "place") + " in running containers with the present values")
		}
		f := mended(t.finding(checklist.Warn, codeStale), restart...)
		if f.Hint == "" {
			f.Hint = "what a container got in its environment stays: submit a new run"
		}
		return f
	})
	return d.asFarAsSeen(f, distinctErrors(unseen))
}

// staleText says what changed, and when.
func (d *Doctor) staleText(r cluster.Reference, changed time.Time) string {
	return fmt.Sprintf("container %s started before %s changed %s ago, and reads it by %s", r.Container, r.Object(), age(d.Now().Sub(changed)), byWhat(r))
}

func byWhat(r cluster.Reference) string {
	if r.Way == cluster.Volumes {
		return "subPath"
	}
	return "environment"
}

// age is a duration as people say it.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// running is when each container that runs was started; a restart gave it the values
// of that time.
func running(p *corev1.Pod) map[string]time.Time {
	started := map[string]time.Time{}
	for _, s := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses, p.Status.EphemeralContainerStatuses) {
		if s.State.Running != nil {
			started[s.Name] = s.State.Running.StartedAt.Time
		}
	}
	return started
}

// restarts replaces the pods of a workload one by one, and waits for that.
func (d *Doctor) restarts(w *cluster.Workload) []checklist.Command {
	switch w.Kind {
	case "Deployment", "StatefulSet", "DaemonSet":
		rollout, name := d.kubectl(d.Namespace)+" rollout ", hint.ShellWord(w.Typed())
		return []checklist.Command{{Line: rollout + "restart " + name}, {Line: rollout + "status " + name + " --timeout=5m"}}
	}
	return nil
}
