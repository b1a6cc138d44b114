package doctor

import (
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/resolve"
)

// OnePod is a pod, and where each key of the contract comes from in one of its
// containers. It is computed from the spec and from what the objects hold now: what a
// container that runs has got is known to nobody but itself.
type OnePod struct {
	*corev1.Pod
	Container string // whose table it is
	Keys      []PodKey
	AppEnv    resolve.AppEnv
	// Notes say what else decides, and cannot be seen from here.
	Notes []string
	// Findings are those of flts-run about the configuration, but for those about keys
	// that are not certain.
	Findings []resolve.Finding

	doctor    *Doctor
	container *corev1.Container
	env       cluster.Environment
	files     cluster.Files
	command   podCommand
	contract  *resolve.Contract
	problems  []error // what flts-run would refuse to read
}

// PodKey is a key of the contract in a container.
type PodKey struct {
	*resolve.Resolved
	// Unless is what could not be seen, and may hold the key: "Secret flts-secrets". The
	// value is then the one that the key has if it does not; "" is certain.
	Unless string
	unseen error
}

// Pod looks at the pod that a word means: its name, the beginning of a name that no
// other has, or the run of a pipeline or a DAG that it belongs to. Of a pod with several
// containers it is the one with that name, or where that is "" the one with the task.
// The error says what to type where no pod, or more than one, is meant.
func (d *Doctor) Pod(ctx context.Context, word, container string) (*OnePod, error) {
	pod, err := d.findPod(ctx, word)
	if err != nil {
		return nil, err
	}
	p := &OnePod{Pod: pod, doctor: d, contract: d.Contract}
	if p.Container, err = p.choose(container); err != nil {
		return nil, err
	}
	p.container = cluster.ContainerOf(pod, p.Container)
	p.env = d.view.Environment(ctx, pod, p.container)
	p.files = d.view.Files(ctx, pod, p.container, &p.env)
	p.learn()
	p.command = commandOf(p.words())
	p.readContract()
	p.resolve()
	return p, nil
}

// learn tells the values of Secrets, those that stand in other values too.
func (p *OnePod) learn() {
	for _, v := range p.env.Variables {
		if slices.ContainsFunc(v.Reads, isSecret) {
			p.doctor.Learn(v.Name, v.Value.Reveal())
		}
	}
	for _, f := range p.files.Files {
		if isSecret(f.Origin) {
			p.doctor.Learn(f.Origin.Key, f.Data.Reveal())
		}
	}
}

func isSecret(o cluster.Origin) bool { return o.Kind == cluster.SecretKind }

// defaultContainer is the annotation that kubectl looks at.
const defaultContainer = "kubectl.kubernetes.io/default-container"

// taskContainers are the containers with the task, in pods of Argo and of Airflow.
var taskContainers = []string{"main", "base"}

// choose finds the container.
func (p *OnePod) choose(name string) (string, error) {
	var names []string
	for _, c := range p.Spec.Containers {
		names = append(names, c.Name)
	}
	if name != "" {
		if cluster.ContainerOf(p.Pod, name) != nil {
			return name, nil
		}
		for _, c := range p.Spec.InitContainers {
			names = append(names, c.Name)
		}
		return "", &notFound{
			text: "pod " + p.Name + " has no container " + quoted(name),
			hint: near.DidYouMean(name, names, "it has "+strings.Join(names, ", ")),
		}
	}
	for _, wanted := range append([]string{p.Annotations[defaultContainer]}, taskContainers...) {
		if slices.Contains(names, wanted) {
			return wanted, nil
		}
	}
	if len(names) > 1 {
		p.Notes = append(p.Notes, "the pod has containers "+strings.Join(names, ", ")+": this is "+names[0]+", -c takes another")
	}
	return names[0], nil
}

// Checks are those of the pod, with the check that they need.
func (p *OnePod) Checks() []checklist.Check {
	checks := slices.DeleteFunc(p.doctor.apiChecks(), func(c checklist.Check) bool { return c.ID != reached })
	add := func(id, title string, advisory bool, run func(context.Context) checklist.Finding) {
		checks = append(checks, checklist.Check{ID: id, Target: "pod", Title: title, Needs: []string{reached}, Advisory: advisory, Run: run})
	}
	add("pod.phase", "the pod gets to run", false, p.checkPhase)
	add("pod.references", "what the pod names is there", false, p.checkReferences)
	add("pod.configuration", "its configuration is complete and valid", false, p.checkConfiguration)
	add("pod.drift", "what it reads by env has not changed since it was started", true, p.checkDrift)
	add("pod.termination", "the task did not fail", false, p.checkTermination)
	add("pod.wrapper", "the task starts under flts-run", true, p.checkWrapper)
	return apart(checks)
}
