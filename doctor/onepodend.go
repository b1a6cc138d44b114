package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/submit"
)

// checkTermination explains how the container ended, this time or the last.
func (p *OnePod) checkTermination(context.Context) checklist.Finding {
	s, _ := cluster.StatusOf(p.Pod, p.Container)
	end, before := p.lastEnd()
	switch {
	case p.Status.Phase == corev1.PodFailed && p.Status.Reason != "":
		return hinted(fail(codePodFailed, podEnding(p.Pod)), p.describe())
	case end != nil:
		return p.ended(end, before)
	case s.State.Running != nil:
		return pass("it runs, for " + p.since(s.State.Running.StartedAt.Time))
	case p.Status.Phase == corev1.PodFailed:
		return hinted(fail(codePodFailed, "the pod failed, and nothing is kept of container "+p.Container), p.describe())
	}
	return skip("container " + p.Container + " has not been started")
}

// podEnding is why a pod as a whole was ended.
func podEnding(pod *corev1.Pod) string {
	text := pod.Status.Reason
	switch text {
	case "DeadlineExceeded":
		text += ": it ran longer than activeDeadlineSeconds allows, or its run was stopped"
	case "Evicted":
		text += ": its node ran short of memory or disk"
	}
	if pod.Status.Message != "" {
		text += " (" + oneLine(pod.Status.Message) + ")"
	}
	return text
}

// lastEnd is how the container ended last, nil when it did not, and what came of it.
func (p *OnePod) lastEnd() (end *corev1.ContainerStateTerminated, before string) {
	s, _ := cluster.StatusOf(p.Pod, p.Container)
	if s.State.Terminated != nil {
		return s.State.Terminated, ""
	}
	return s.LastTerminationState.Terminated, ", and was started again"
}

// ended explains one end of a container.
func (p *OnePod) ended(end *corev1.ContainerStateTerminated, before string) checklist.Finding {
	took := end.FinishedAt.Sub(end.StartedAt.Time).Round(time.Second)
	if end.ExitCode == 0 && end.Reason != "OOMKilled" {
		return pass(fmt.Sprintf("ended with status 0 after %s%s", took, before))
	}
	said, hintLine := saidIn(end.Message)
	logs := p.kubectl() + " logs " + p.Name + " -c " + p.Container
	if before != "" {
		logs += " --previous"
	}
	detail := fmt.Sprintf("status %d%s%s", end.ExitCode, ending(end), before)
	started := len(said) > 0 && strings.HasPrefix(said[0], "flts-run: the task ")
	switch {
	case len(said) == 0:
		return hinted(fail(codePodFailed, detail), logs)
	case started:
		f := hinted(fail(codePodFailed, detail), logs)
		f.Evidence = firstTen(said)
		return f
	}
	f := hinted(fail(codePodNoStart, fmt.Sprintf("flts-run did not start the task: status %d%s%s", end.ExitCode, refusal(end.ExitCode), before)), hintLine)
	f.Evidence = firstTen(said)
	f.Refused = end.ExitCode == 77
	if f.Hint == "" {
		f.Hint = logs
	}
	return f
}

// refusals are the statuses of flts-run itself.
var refusals = map[int32]string{
	1:   "the launcher of Kubeflow Pipelines makes 1 of every status",
	64:  "wrong usage",
	69:  "a required service is not usable",
	75:  "the configuration changed",
	77:  "credentials were refused",
	78:  "the configuration is invalid or incomplete",
	125: "flts-run itself failed",
	126: "the task is not executable",
	127: "there is no such program",
	129: "told to stop before the task started",
	130: "told to stop before the task started",
	131: "told to stop before the task started",
	143: "told to stop before the task started",
}

func refusal(status int32) string {
	if text, known := refusals[status]; known {
		return ", " + text
	}
	return ""
}

// ending says what the kubelet and the status tell of the end of a task.
func ending(end *corev1.ContainerStateTerminated) string {
	switch {
	case end.Reason == "OOMKilled":
		return ", OOMKilled: it took more memory than resources.limits.memory"
	case end.Reason == "StartError" || end.Reason == "ContainerCannotRun":
		return ", " + end.Reason + ": " + oneLine(end.Message)
	case end.ExitCode == 126:
		return ", which is that of a program that is not executable"
	case end.ExitCode == 127:
		return ", which is that of a program that is not there"
	case end.ExitCode == 137:
		return ", SIGKILL: it did not stop in time, or took too much memory"
	case end.ExitCode == 139:
		return ", SIGSEGV: it crashed"
	case end.ExitCode == 143:
		return ", SIGTERM: it was told to stop"
	case end.ExitCode > 128 && end.ExitCode < 160:
		return fmt.Sprintf(", signal %d", end.ExitCode-128)
	case end.Reason != "" && end.Reason != "Error":
		return ", " + oneLine(end.Reason)
	}
	return ""
}

// saidIn are the lines of a termination message that flts-run wrote, and the command in
// its hint. What a task wrote is the task's, and may be anything. A message may also be
// the end of a log, where the kubelet was told to take that.
func saidIn(message string) (lines []string, hintLine string) {
	if !strings.HasPrefix(message, "flts-run: ") {
		var log submit.LogTail
		_, _ = log.Write([]byte(message)) // it never fails
		v := log.End().Verdict
		if v.Line == "" {
			return nil, ""
		}
		return []string{oneLine(v.Line)}, oneLine(strings.TrimPrefix(v.Hint, "flts-run: hint: "))
	}
	for line := range strings.Lines(message) {
		line = oneLine(line)
		if rest, is := strings.CutPrefix(line, "hint: "); is {
			hintLine = rest
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines, hintLine
}
