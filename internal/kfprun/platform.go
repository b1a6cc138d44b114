package kfprun

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// executorConfig is what the platform document asks of the pods of an executor. A field
// that is not here is refused.
type executorConfig struct {
	SecretAsEnv []struct {
		SecretName          string
		SecretNameParameter *parameterInput
		KeyToEnv            []struct{ SecretKey, EnvVar string }
		Optional            bool
	}
	ConfigMapAsEnv []struct {
		ConfigMapName          string
		ConfigMapNameParameter *parameterInput
		KeyToEnv               []struct{ ConfigMapKey, EnvVar string }
		Optional               bool
	}
	SecretAsVolume []struct {
		SecretName          string
		SecretNameParameter *parameterInput
		MountPath           string
		Optional            bool
	}
	ConfigMapAsVolume []struct {
		ConfigMapName          string
		ConfigMapNameParameter *parameterInput
		MountPath              string
		Optional               bool
	}
	FieldPathAsEnv []struct{ Name, FieldPath string }
}

func readPlatform(text []byte) (map[string]executorConfig, error) {
	var document struct {
		Platforms struct {
			Kubernetes struct {
				DeploymentSpec struct {
					Executors map[string]json.RawMessage
				}
			}
		}
	}
	if err := decode(text, &document); err != nil {
		return nil, err
	}
	configs := map[string]executorConfig{}
	executors := document.Platforms.Kubernetes.DeploymentSpec.Executors
	for _, label := range slices.Sorted(maps.Keys(executors)) {
		var c executorConfig
		d := json.NewDecoder(bytes.NewReader(executors[label]))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			return nil, fmt.Errorf("executor %s: %w", label, err)
		}
		configs[label] = c
	}
	return configs, nil
}

// apply gives a pod what its executor asks for. parameters are those of the pipeline
// that the task is in.
func (c executorConfig) apply(pod *corev1.PodSpec, parameters map[string]any) error {
	main := &pod.Containers[0]
	reference := func(name string) corev1.LocalObjectReference { return corev1.LocalObjectReference{Name: name} }
	for _, s := range c.SecretAsEnv {
		name, err := objectName(s.SecretName, s.SecretNameParameter, parameters)
		if err != nil {
			return err
		}
		for _, k := range s.KeyToEnv {
			addVariable(main, k.EnvVar, &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: reference(name), Key: k.SecretKey, Optional: &s.Optional}})
		}
	}
	for _, m := range c.ConfigMapAsEnv {
		name, err := objectName(m.ConfigMapName, m.ConfigMapNameParameter, parameters)
		if err != nil {
			return err
		}
		for _, k := range m.KeyToEnv {
			addVariable(main, k.EnvVar, &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: reference(name), Key: k.ConfigMapKey, Optional: &m.Optional}})
		}
	}
	for _, f := range c.FieldPathAsEnv {
		addVariable(main, f.Name, &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: f.FieldPath}})
	}
	for _, s := range c.SecretAsVolume {
		name, err := objectName(s.SecretName, s.SecretNameParameter, parameters)
		if err != nil {
			return err
		}
		addVolume(pod, name, s.MountPath, corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: name, Optional: &s.Optional}})
	}
	for _, m := range c.ConfigMapAsVolume {
		name, err := objectName(m.ConfigMapName, m.ConfigMapNameParameter, parameters)
		if err != nil {
			return err
		}
		addVolume(pod, name, m.MountPath, corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: reference(name), Optional: &m.Optional}})
	}
	return nil
}

// objectName is the name of a ConfigMap or a Secret. The parameter counts where both are
// given.
func objectName(constant string, from *parameterInput, parameters map[string]any) (string, error) {
	var value any = constant
	if from != nil {
		switch {
		case from.RuntimeValue != nil:
			value = from.RuntimeValue.Constant
		case from.ComponentInputParameter != "":
			value = parameters[from.ComponentInputParameter]
		default:
			return "", errors.New("the name of an object comes from another task, which is not supported here")
		}
	}
	name, _ := value.(string)
	if name == "" {
		return "", errors.New("an object of the platform document has no name")
	}
	return name, nil
}

// addVariable merges by name, as KFP's patch of the pod does: a name from two places
// becomes one entry with two values, which Kubernetes refuses.
func addVariable(c *corev1.Container, name string, from *corev1.EnvVarSource) {
	for i := range c.Env {
		if c.Env[i].Name == name {
			c.Env[i].ValueFrom = from
			return
		}
	}
	c.Env = append(c.Env, corev1.EnvVar{Name: name, ValueFrom: from})
}

// addVolume names a volume by its object, as KFP does.
func addVolume(pod *corev1.PodSpec, name, path string, source corev1.VolumeSource) {
	pod.Volumes = append(pod.Volumes, corev1.Volume{Name: name, VolumeSource: source})
	pod.Containers[0].VolumeMounts = append(pod.Containers[0].VolumeMounts, corev1.VolumeMount{Name: name, MountPath: path})
}

// addHostPath mounts a directory of this machine.
func addHostPath(pod *corev1.PodSpec, from, to string, readOnly bool) {
	name := "host-" + strconv.Itoa(len(pod.Volumes))
	pod.Volumes = append(pod.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: from}}})
	pod.Containers[0].VolumeMounts = append(pod.Containers[0].VolumeMounts, corev1.VolumeMount{Name: name, MountPath: to, ReadOnly: readOnly})
}
