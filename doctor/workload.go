package doctor

import (
	"context"
	"slices"
	"strings"
	"sync"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// workload is what somebody wrote down once, however many pods come of it: a pod
// template, or a pod that nothing made which we can see.
type workload struct {
	name     string // as kubectl takes it: "deploy/train"
	template metav1.ObjectMeta
	spec     *corev1.PodSpec
}

// workloads are those of the namespace that read the ConfigMap or the Secret. They are
// read when the first check asks.
type workloads struct {
	once     sync.Once
	readers  []workload
	finished int // Jobs and pods that have ended, which are none
	err      error
}

// read finds the readers. With an error there may be more than those returned.
func (w *workloads) read(ctx context.Context, d *Doctor) ([]workload, error) {
	w.once.Do(func() {
		all, finished, err := d.allWorkloads(ctx)
		w.err = err
		reads := func(w workload) bool { return readsEither(w.spec, d.ConfigMap, d.Secret) }
		for _, one := range all {
			if reads(one) {
				w.readers = append(w.readers, one)
			}
		}
		for _, one := range finished {
			if reads(one) {
				w.finished++
			}
		}
		slices.SortFunc(w.readers, func(a, b workload) int { return strings.Compare(a.name, b.name) })
	})
	return w.readers, w.err
}

// allWorkloads are those of the namespace and, apart, the Jobs and pods that have ended. What
// could not be listed is the error; the pods of it stand for themselves then.
func (d *Doctor) allWorkloads(ctx context.Context) (found, finished []workload, err error) {
	seen := map[string]bool{} // "Deployment/train"
	add := func(kind, short string, o metav1.ObjectMeta, t *corev1.PodTemplateSpec) {
		seen[kind+"/"+o.Name] = true
		if owner := metav1.GetControllerOf(&o); owner == nil || !seen[owner.Kind+"/"+owner.Name] {
			found = append(found, workload{short + "/" + o.Name, t.ObjectMeta, &t.Spec})
		}
	}
	failed := func(e error) {
		if err == nil {
			err = e
		}
	}
	deployments, e := d.view.Deployments(ctx, d.Namespace)
	failed(e)
	for i := range deployments {
		add("Deployment", "deploy", deployments[i].ObjectMeta, &deployments[i].Spec.Template)
	}
	stateful, e := d.view.StatefulSets(ctx, d.Namespace)
	failed(e)
	for i := range stateful {
		add("StatefulSet", "sts", stateful[i].ObjectMeta, &stateful[i].Spec.Template)
	}
	cronJobs, e := d.view.CronJobs(ctx, d.Namespace)
	failed(e)
	for i := range cronJobs {
		add("CronJob", "cronjob", cronJobs[i].ObjectMeta, &cronJobs[i].Spec.JobTemplate.Spec.Template)
	}
	jobs, e := d.view.Jobs(ctx, d.Namespace)
	failed(e)
	for i := range jobs {
		if job := &jobs[i]; ended(job) {
			seen["Job/"+job.Name] = true
			finished = append(finished, workload{"job/" + job.Name, job.Spec.Template.ObjectMeta, &job.Spec.Template.Spec})
		} else {
			add("Job", "job", job.ObjectMeta, &job.Spec.Template)
		}
	}
	pods, e := d.view.Pods(ctx, d.Namespace)
	failed(e)
	for i := range pods {
		pod := &pods[i]
		one := workload{"pod/" + pod.Name, pod.ObjectMeta, &pod.Spec}
		switch {
		case seen[maker(pod)]:
		case pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed:
			finished = append(finished, one)
		default:
			found = append(found, one)
		}
	}
	return found, finished, err
}

func ended(job *batchv1.Job) bool {
	return slices.ContainsFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool {
		return c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed)
	})
}

// maker is what a pod comes of, "Deployment/train". A Deployment names its ReplicaSets
// after itself and the hash of the template, which their pods have as a label.
func maker(pod *corev1.Pod) string {
	owner := metav1.GetControllerOf(pod)
	if owner == nil {
		return ""
	}
	if hash := pod.Labels["pod-template-hash"]; owner.Kind == "ReplicaSet" && hash != "" {
		return "Deployment/" + strings.TrimSuffix(owner.Name, "-"+hash)
	}
	return owner.Kind + "/" + owner.Name
}

// containers are all that a pod runs.
func (w workload) containers() []corev1.Container {
	all := slices.Concat(w.spec.InitContainers, w.spec.Containers)
	for _, c := range w.spec.EphemeralContainers {
		all = append(all, corev1.Container(c.EphemeralContainerCommon))
	}
	return all
}

// readsEither reports whether a pod names the ConfigMap or the Secret anywhere.
func readsEither(spec *corev1.PodSpec, configMap, secret string) bool {
	w := workload{spec: spec}
	for _, c := range w.containers() {
		if len(secretVariables(c, secret)) > 0 || namesConfigMap(c, configMap) {
			return true
		}
	}
	return slices.ContainsFunc(spec.Volumes, func(v corev1.Volume) bool {
		_, mountsSecret := secretModes(v, secret)
		return mountsSecret || v.ConfigMap != nil && v.ConfigMap.Name == configMap ||
			v.Projected != nil && slices.ContainsFunc(v.Projected.Sources, func(s corev1.VolumeProjection) bool {
				return s.ConfigMap != nil && s.ConfigMap.Name == configMap
			})
	})
}

func namesConfigMap(c corev1.Container, name string) bool {
	return slices.ContainsFunc(c.EnvFrom, func(e corev1.EnvFromSource) bool {
		return e.ConfigMapRef != nil && e.ConfigMapRef.Name == name
	}) || slices.ContainsFunc(c.Env, func(e corev1.EnvVar) bool {
		return e.ValueFrom != nil && e.ValueFrom.ConfigMapKeyRef != nil && e.ValueFrom.ConfigMapKeyRef.Name == name
	})
}

// secretVariables are the variables that a container has of a Secret; "*" is all of it.
func secretVariables(c corev1.Container, name string) []string {
	var all []string
	for _, e := range c.EnvFrom {
		if e.SecretRef != nil && e.SecretRef.Name == name {
			all = append(all, e.Prefix+"*")
		}
	}
	for _, e := range c.Env {
		if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil && e.ValueFrom.SecretKeyRef.Name == name {
			all = append(all, e.Name)
		}
	}
	return all
}

// secretModes are the modes that the files of a Secret have in a volume; false when it
// has none of it.
func secretModes(v corev1.Volume, name string) ([]int32, bool) {
	if v.Secret != nil && v.Secret.SecretName == name {
		return modes(v.Secret.DefaultMode, v.Secret.Items), true
	}
	if v.Projected == nil {
		return nil, false
	}
	var all []int32
	for _, s := range v.Projected.Sources {
		if s.Secret != nil && s.Secret.Name == name {
			all = append(all, modes(v.Projected.DefaultMode, s.Secret.Items)...)
		}
	}
	return all, all != nil
}

// usualMode is that of files for which nothing is said.
const usualMode = 0o644

func modes(usual *int32, items []corev1.KeyToPath) []int32 {
	mode := int32(usualMode)
	if usual != nil {
		mode = *usual
	}
	if items == nil {
		return []int32{mode}
	}
	var all []int32
	for _, i := range items {
		if i.Mode != nil {
			all = append(all, *i.Mode)
		} else {
			all = append(all, mode)
		}
	}
	return all
}
