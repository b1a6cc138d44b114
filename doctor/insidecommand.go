package doctor

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const fltsRun = "flts-run"

// configuring are the flags of flts-run that decide what the component gets, and so are
// given to a check in its place. What is about the task, or about a report, is not.
var configuring = []string{
	"param", "expect", "contract", "app-env", "config-dir", "secret-dir", "params-file", "params-json", "executor-input",
	"vault-dir", "secretsmanager", "secretsmanager-profile", "secretsmanager-credentials", "store-timeout", "yaml-dir", "env-file", "image-env", "namespace", "disable", "fingerprint-key-file", "needs", "wait", "resolver", "skip",
}

// wordsOf is what a container is to run, as far as its spec says so.
func wordsOf(c corev1.Container) []string { return slices.Concat(c.Command, c.Args) }

// ownWord is where flts-run stands among the words of a command, or -1.
func ownWord(words []string) int {
	return slices.IndexFunc(words, func(word string) bool { return path.Base(word) == fltsRun })
}

// installs reports whether an init container does nothing but to put flts-run into a
// volume: "/flts-run install /opt/flts/bin". Without a command the image's own is meant.
func installs(c corev1.Container) bool {
	words := wordsOf(c)
	if at := ownWord(words); at >= 0 {
		words = words[at+1:]
	} else if len(c.Command) > 0 {
		return false
	}
	return len(words) > 0 && words[0] == "install"
}

// programOf is how flts-run is called in a container of a pod: as its command does, or
// where an init container puts it, or by its name alone.
func programOf(spec *corev1.PodSpec, c corev1.Container) string {
	words := wordsOf(c)
	if at := ownWord(words); at >= 0 {
		return words[at]
	}
	for _, installer := range spec.InitContainers {
		if !installs(installer) {
			continue
		}
		words := wordsOf(installer)
		to := words[len(words)-1]
		for _, from := range installer.VolumeMounts {
			rest, inside := strings.CutPrefix(to, from.MountPath)
			for _, m := range c.VolumeMounts {
				if inside && m.Name == from.Name {
					return path.Join(m.MountPath, rest, fltsRun)
				}
			}
		}
	}
	return fltsRun
}

// flagsOf are those that the container's command gives to flts-run, as far as they
// decide what it resolves. What a template or the kubelet was to fill in, as in {{$}}
// and $(NAME), nobody fills in for us; with expands, the kubelet does.
func flagsOf(c corev1.Container, expands bool) []string {
	words := wordsOf(c)
	at := ownWord(words)
	if at < 0 {
		return nil
	}
	var flags []string
	for i := at + 1; i < len(words) && words[i] != "--"; i++ {
		name, value, joined := strings.Cut(strings.TrimLeft(words[i], "-"), "=")
		if !strings.HasPrefix(words[i], "-") || !slices.Contains(configuring, name) {
			continue
		}
		if !joined {
			if i++; i == len(words) {
				break
			}
			value = words[i]
		}
		if !strings.Contains(value, "{{") && (expands || !strings.Contains(value, "$(")) {
			flags = append(flags, "--"+name+"="+value)
		}
	}
	return flags
}
