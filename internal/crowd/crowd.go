// Package crowd fills a namespace as a busy team has it, for tests and measurements of
// what looks at all of it.
package crowd

import (
	"context"
	"fmt"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

// Size is how many objects there are to be.
type Size struct{ Pods, ConfigMaps, Secrets int }

// Fill makes the objects, several at a time: map-0000, secret-0000, pod-0000 and so on.
// The pods are those of pipeline tasks; each reads flts-config and flts-secrets, and a
// ConfigMap and a Secret of its own.
func Fill(ctx context.Context, config *rest.Config, namespace string, size Size) error {
	client, err := coreClient(config)
	if err != nil {
		return err
	}
	for _, kind := range []struct {
		resource string
		count    int
		object   func(i int) runtime.Object
	}{
		{"configmaps", size.ConfigMaps, configMap},
		{"secrets", size.Secrets, secret},
		{"pods", size.Pods, func(i int) runtime.Object { return pod(i, max(size.ConfigMaps, 1), max(size.Secrets, 1)) }},
	} {
		err := eachOf(ctx, kind.count, func(ctx context.Context, i int) error {
			return client.Post().Namespace(namespace).Resource(kind.resource).Body(kind.object(i)).Do(ctx).Error()
		})
		if err != nil {
			return fmt.Errorf("crowd: %s: %w", kind.resource, err)
		}
	}
	return nil
}

func coreClient(config *rest.Config) (rest.Interface, error) {
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	config = rest.CopyConfig(config)
	config.GroupVersion, config.APIPath, config.QPS = &corev1.SchemeGroupVersion, "/api", -1
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	config.ContentType, config.AcceptContentTypes = runtime.ContentTypeProtobuf, runtime.ContentTypeProtobuf
	return rest.RESTClientFor(config)
}

// eachOf does something for 0 to count-1, eight at a time, until one fails.
func eachOf(ctx context.Context, count int, do func(context.Context, int) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for i := range next {
				if err := do(ctx, i); err != nil {
					stop(err)
				}
			}
		})
	}
	for i := 0; i < count && ctx.Err() == nil; i++ {
		next <- i
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

func named(kind string, i int) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: fmt.Sprintf("%s-%04d", kind, i), Labels: map[string]string{"team": "mlops"}}
}

func configMap(i int) runtime.Object {
	return &corev1.ConfigMap{ObjectMeta: named("map", i), Data: map[string]string{"KEY": "value", "settings.yaml": strings.Repeat("batch_size: 64\n", 100)}}
}

func secret(i int) runtime.Object {
	return &corev1.Secret{ObjectMeta: named("secret", i), Data: map[string][]byte{"KEY": []byte("a-value-that-nobody-reads"), "tls.pem": make([]byte, 1024)}}
}

// pod has 6 to 9 KB, as the executor of a Kubeflow task, which carries its component as
// an argument.
func pod(i, maps, secrets int) runtime.Object {
	p := &corev1.Pod{ObjectMeta: named("pod", i)}
	p.Labels["pipelines.kubeflow.org/v2_component"] = "true"
	p.Annotations = map[string]string{"workflows.argoproj.io/node-name": fmt.Sprintf("train-%04d.root.executor", i)}
	main := corev1.Container{
		Name: "main", Image: "registry.test/team/trainer:2.4.1",
		Command:      []string{"/kfp-launcher/launch"},
		Args:         []string{"--executor_input", strings.Repeat(`{"inputs":{"parameterValues":{}}} `, 60+i%40)},
		VolumeMounts: []corev1.VolumeMount{{Name: "settings", MountPath: "/etc/settings"}, {Name: "login", MountPath: "/etc/login", ReadOnly: true}},
		EnvFrom: []corev1.EnvFromSource{
			{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "flts-config"}}},
			{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "flts-secrets"}}},
		},
		Env: []corev1.EnvVar{
			{Name: "OWN_SETTING", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: fmt.Sprintf("map-%04d", i%maps)}, Key: "KEY"}}},
			{Name: "OWN_LOGIN", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: fmt.Sprintf("secret-%04d", i%secrets)}, Key: "KEY"}}},
			{Name: "KFP_POD_NAME", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}},
		},
	}
	for n := range 30 {
		main.Env = append(main.Env, corev1.EnvVar{Name: fmt.Sprintf("SETTING_%02d", n), Value: strings.Repeat("x", 40)})
	}
	p.Spec = corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyNever,
		Containers:    []corev1.Container{main, {Name: "wait", Image: "registry.test/argo/argoexec:v3.5", Args: []string{"wait"}}},
		Volumes: []corev1.Volume{
			{Name: "settings", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: fmt.Sprintf("map-%04d", i%maps)}}}},
			{Name: "login", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: fmt.Sprintf("secret-%04d", i%secrets)}}},
		},
	}
	return p
}
