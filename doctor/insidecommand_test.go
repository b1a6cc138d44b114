package doctor

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// What the component gives to flts-run is given to a check in its place.
func TestFlagsOfAComponent(t *testing.T) {
	for command, want := range map[string][]string{
		"python train.py --param a=b":                                            nil,
		"flts-run -- python --param a=b":                                         nil,
		"/opt/flts-run exec --param=a=b --mode supervise --needs s3:x=w -- run":  {"--param=a=b", "--needs=s3:x=w"},
		"flts-run --write-probe --pristine -param a=b --report=/r":               {"--param=a=b"},
		"flts-run --executor-input {{$}} --contract $(FILE) --app-env prod --":   {"--app-env=prod"},
		"kfp-launcher --executor_input {} -- flts-run exec --wait 30s -- python": {"--wait=30s"},
		"flts-run --param": nil,
	} {
		c := corev1.Container{Command: strings.Fields(command)[:1], Args: strings.Fields(command)[1:]}
		require.Equal(t, want, flagsOf(c, false), command)
	}
	c := corev1.Container{Command: []string{"flts-run", "--contract", "$(FILE)"}}
	require.Equal(t, []string{"--contract=$(FILE)"}, flagsOf(c, true))
}

// A new flag of flts-run wants a decision: it is about what the component gets, or not.
func TestEveryFlagIsKnown(t *testing.T) {
	others := []string{
		"report", "termination-log", "output", "only", "timeout", "write-probe",
		"check", "print", "mode", "grace", "redact", "on-change", "refresh", "pristine", "fix-env",
	}
	text, err := os.ReadFile("../cmd/flts-run/settings.go")
	require.NoError(t, err)
	flags := []string{"param", "expect"}
	for _, found := range regexp.MustCompile(`flag: "([a-z-]+)"`).FindAllStringSubmatch(string(text), -1) {
		flags = append(flags, found[1])
	}
	known := slices.Concat(configuring, others)
	slices.Sort(known)
	slices.Sort(flags)
	require.Equal(t, known, flags)
}

func TestProgramOfAComponent(t *testing.T) {
	mount := func(path string) []corev1.VolumeMount { return []corev1.VolumeMount{{Name: "bin", MountPath: path}} }
	for name, c := range map[string]struct {
		main      corev1.Container
		installer corev1.Container
		want      string
	}{
		"its first word":       {corev1.Container{Command: []string{"/opt/bin/flts-run", "--", "python"}}, corev1.Container{}, "/opt/bin/flts-run"},
		"its name":             {corev1.Container{Command: []string{"python"}}, corev1.Container{Command: []string{"git"}}, "flts-run"},
		"where it is put":      {corev1.Container{VolumeMounts: mount("/flts")}, corev1.Container{Command: []string{"/flts-run", "install", "--shim", "sh", "/opt/bin"}, VolumeMounts: mount("/opt")}, "/flts/bin/flts-run"},
		"put by an entrypoint": {corev1.Container{VolumeMounts: mount("/flts")}, corev1.Container{Args: []string{"install", "/opt"}, VolumeMounts: mount("/opt")}, "/flts/flts-run"},
		"put elsewhere":        {corev1.Container{}, corev1.Container{Args: []string{"install", "/opt"}, VolumeMounts: mount("/opt")}, "flts-run"},
	} {
		spec := corev1.PodSpec{InitContainers: []corev1.Container{c.installer}}
		require.Equal(t, c.want, programOf(&spec, c.main), name)
	}
}
