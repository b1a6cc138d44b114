package main

import (
	"cmp"
	"strings"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/platform"
	"github.com/flts-run/flts-run/resolve"
)

// detect looks once: a parent that has ended since is not there to be looked at.
func (r *runner) detect() platform.Platform {
	if r.where == nil {
		where := platform.Detect(platform.Input{Environ: r.environ, Task: r.task, PID: r.pid, PPID: r.ppid, Files: r.files})
		r.where = &where
	}
	return *r.where
}

// kfpSources are the parameters of Kubeflow Pipelines: those of the run, and the
// defaults of the component, which belong into the lowest layer.
type kfpSources struct {
	run, defaults []resolve.Source
	findings      []resolve.Finding
}

// readKFP takes the executor input that was given, or else the one that is there
// to be found. One that the task itself was given and that cannot be read is an
// error, for the task would have to do without parameters. The launcher's is
// only our way to look over its shoulder.
func readKFP(c *resolve.Contract, s *settings, where platform.Platform) (kfpSources, error) {
	text, name := s.value(executorInput), "executor-input"
	if text == "" && where.Executor.Text != "" {
		text, name = where.Executor.Text, where.Executor.From+" executor-input"
	}
	if text == "" {
		return kfpSources{}, nil
	}
	sources, err := resolve.SplitExecutorInput(c, name, []byte(text), where.ComponentDefaults(text))
	switch {
	case err != nil && name == platform.LauncherCommand+" executor-input":
		return kfpSources{findings: []resolve.Finding{{
			Severity: resolve.Warning, Code: codeLauncher,
			Message: "the parameters in the launcher's command line are not used: " + err.Error(), Hint: "pass --executor-input '{{$}}'",
		}}}, nil
	case err != nil:
		return kfpSources{}, misconfigured("", err)
	}
	return kfpSources{run: sources[:1], defaults: sources[1:]}, nil
}

// namespaceOf returns the namespace of the default endpoints; "" leaves it to
// the contract.
func namespaceOf(c *resolve.Contract, s *settings, where platform.Platform) string {
	if named := s.value(namespaceOption); named != "" || !c.FromPod {
		return named
	}
	return where.PodNamespace
}

// podNamespace is where the pod's ConfigMap and Secret are, as far as we know.
func (p *plan) podNamespace() string { return cmp.Or(p.platform.PodNamespace, p.resolution.Namespace) }

// namespaceFindings warns when the contract wants the pod's own namespace and
// the pod does not know it. Outside a pod nobody expects it to.
func namespaceFindings(p *plan, s *settings) []resolve.Finding {
	if !p.contract.FromPod || p.resolution.Namespace != p.contract.Namespace || s.value(namespaceOption) != "" || p.platform.PodNamespace != "" || p.platform.PodName == "" {
		return nil
	}
	return []resolve.Finding{{
		Severity: resolve.Warning, Code: codePodUnknown,
		Message: "the contract wants the namespace of the pod, and the pod has no file of its service account: default endpoints are in " + p.contract.Namespace,
		Hint:    "set FLTS_NAMESPACE from fieldRef metadata.namespace, or automountServiceAccountToken: true",
	}}
}

// sayPlatform prints one line where a platform started us; on a machine and in a
// bare container there is nothing to say. mode is how the task is started, ""
// where none is.
func (r *runner) sayPlatform(p *plan, mode string) {
	if where := p.platform; where.Kind.Orchestrated() {
		r.out.Print("flts-run: platform: " + platformLine(where, mode) + "\n")
	}
}

func platformLine(p platform.Platform, mode string) string {
	parts := []string{p.Kind.Title()}
	add := func(what, name string) {
		if name != "" {
			parts = append(parts, what+" "+name)
		}
	}
	add("DAG", p.DAG)
	add("run", p.RunID)
	add("task", p.Task)
	if p.Task == "" {
		add("component", p.Component)
	}
	if p.Kind == platform.Pod {
		add("namespace", p.PodNamespace)
	}
	line := strings.Join(parts, ", ")
	if len(p.Evidence) > 0 {
		line += " (" + p.Evidence[0] + ")"
	}
	switch mode {
	case "":
	case modeExec:
		line += ", mode exec, output not redacted"
	default:
		line += ", mode " + mode
	}
	return line
}

// documentPlatform is where we were. The parameters of the run are not in it but
// for those that became the value of a key.
type documentPlatform struct {
	Kind          platform.Kind `json:"kind"`
	Evidence      []string      `json:"evidence,omitempty"`
	PID1          bool          `json:"pid1,omitempty"`
	Pipeline      string        `json:"pipeline,omitempty"`
	DAG           string        `json:"dag,omitempty"`
	RunID         string        `json:"run_id,omitempty"`
	Task          string        `json:"task,omitempty"`
	Component     string        `json:"component,omitempty"`
	Try           string        `json:"try,omitempty"`
	Pod           string        `json:"pod,omitempty"`
	PodNamespace  string        `json:"pod_namespace,omitempty"`
	ExecutorInput string        `json:"executor_input,omitempty"` // where it was found: task, launcher
}

func platformDocument(p platform.Platform, mask *redact.Set) documentPlatform {
	d := documentPlatform{
		Kind: p.Kind, PID1: p.PID1,
		Pipeline: mask.Mask(p.Pipeline), DAG: mask.Mask(p.DAG), RunID: mask.Mask(p.RunID), Task: mask.Mask(p.Task),
		Component: mask.Mask(p.Component), Try: mask.Mask(p.Try),
		Pod: mask.Mask(p.PodName), PodNamespace: mask.Mask(p.PodNamespace), ExecutorInput: p.Executor.From,
	}
	for _, e := range p.Evidence {
		d.Evidence = append(d.Evidence, mask.Mask(e))
	}
	return d
}
