package doctor

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

// Codes of the modes of mounted files.
const (
	codeUnreadable = "FLTS-S02" // a file that may not be read
	codeOpenFile   = "FLTS-S12" // any user of the container can read it
	codeDecimal    = "FLTS-K34" // a mode that was meant in octal and is written in decimal
)

// mountModes is what is said of the files that containers mount.
type mountModes struct {
	unreadable, undecided, decimal, open tally

	fixes  []checklist.Command
	looked int
}

// readersMode holds the modes of mounted files against the users of the containers.
func (d *Doctor) readersMode(ctx context.Context) checklist.Finding {
	appEnv, err := d.appEnv(ctx)
	var m mountModes
	f := d.overReaders(ctx, func(w *cluster.Workload, _ *tally) {
		for i := range w.Specs {
			m.look(d, w, &w.Specs[i], appEnv == resolve.Prod)
		}
	}, func(*tally) checklist.Finding { return m.finding(d) })
	if err != nil && f.State == checklist.Pass && m.looked > 0 {
		return d.couldNotLook(err) // in production more is asked for
	}
	return f
}

func (m *mountModes) look(d *Doctor, w *cluster.Workload, spec *corev1.PodSpec, prod bool) {
	fixed := false // one group does for all containers of a pod
	users := map[string]cluster.User{}
	for c := range cluster.Containers(spec) {
		users[c.Name] = cluster.UserOf(spec, c)
	}
	for _, r := range cluster.References(spec) {
		if !d.ours(r) || r.Way != cluster.Volumes || r.Container == "" {
			continue
		}
		m.looked++
		user := users[r.Container]
		for _, mode := range r.Modes() {
			m.judge(w, r, user, mode, prod)
			if fix, ok := d.groupFix(w, spec, user); ok && user.Reads(mode) == cluster.Unreadable && !fixed {
				m.fixes, fixed = append(m.fixes, fix), true
			}
		}
	}
}

func (m *mountModes) judge(w *cluster.Workload, r cluster.Reference, user cluster.User, mode int32, prod bool) {
	file := fmt.Sprintf("%s at %s has mode %s", r.Object(), r.Path, octal(mode))
	switch user.Reads(mode) {
	case cluster.Unreadable:
		m.unreadable.add(w.Object(), fmt.Sprintf("container %s runs as user %d and cannot read: %s", r.Container, *user.UID, file))
	case cluster.Undecided:
		m.undecided.add(w.Object(), fmt.Sprintf("whether container %s can read depends on the user and groups of its image: %s", r.Container, file))
	}
	if meant, ok := meantInOctal(mode); ok {
		m.decimal.add(w.Object(), fmt.Sprintf("%s, which is %d in decimal; %#o, which may have been meant, is %d", file, mode, meant, meant))
	}
	if prod && r.Kind == cluster.Secret && mode&0o004 != 0 {
		m.open.add(w.Object(), fmt.Sprintf("any user of container %s can read: %s", r.Container, file))
	}
}

func octal(mode int32) string { return fmt.Sprintf("%#04o", mode) }

// meantInOctal tells a mode that somebody wrote in decimal digits as one writes it in
// octal, as far as the API takes that.
func meantInOctal(mode int32) (int32, bool) {
	meant, ok := map[int32]int32{400: 0o400, 440: 0o440, 444: 0o444}[mode]
	return meant, ok
}

func (m *mountModes) finding(d *Doctor) checklist.Finding {
	openly := "set defaultMode: 0440 on the volume and securityContext.fsGroup on the pod: " + d.kubectl(d.Namespace) + " explain pod.spec.securityContext.fsGroup"
	switch {
	case !m.unreadable.empty():
		f := mended(m.unreadable.finding(checklist.Fail, codeUnreadable), m.fixes...)
		if f.Hint == "" {
			f.Hint = openly
		}
		return f
	case !m.undecided.empty():
		return hinted(m.undecided.finding(checklist.Unknown, ""), "set securityContext.runAsUser and fsGroup on the pod, or look inside: "+d.kubectl(d.Namespace)+" exec POD -- id")
	case !m.decimal.empty():
		return hinted(m.decimal.finding(checklist.Warn, codeDecimal), "write the mode in YAML with a zero in front, 0400, and in JSON in decimal, 256")
	case !m.open.empty():
		return hinted(m.open.finding(checklist.Warn, codeOpenFile), openly)
	case m.looked == 0:
		return pass("nothing is mounted as files")
	}
	return pass(counted(m.looked, "mount") + " that the container can read")
}

// groupFix gives the volumes of a workload a group that the user has. Volumes that are
// more than mounted configuration would be given to that group too, so where there are
// such nothing is typed blindly.
func (d *Doctor) groupFix(w *cluster.Workload, spec *corev1.PodSpec, user cluster.User) (checklist.Command, bool) {
	lasting := slices.ContainsFunc(spec.Volumes, func(v corev1.Volume) bool {
		return v.ConfigMap == nil && v.Secret == nil && v.Projected == nil && v.EmptyDir == nil && v.DownwardAPI == nil
	})
	group := user.GID
	if group == nil {
		group = user.UID
	}
	if lasting || group == nil {
		return checklist.Command{}, false
	}
	return d.giveGroup(w, *group)
}

// giveGroup sets the fsGroup of the pods of a workload, and nothing else in them. The
// pods of some cannot be changed.
func (d *Doctor) giveGroup(w *cluster.Workload, group int64) (checklist.Command, bool) {
	pods := fmt.Sprintf(`{"spec":{"template":{"spec":{"securityContext":{"fsGroup":%d}}}}}`, group)
	switch w.Kind {
	case "Deployment", "StatefulSet", "DaemonSet":
	case "CronJob":
		pods = `{"spec":{"jobTemplate":` + pods + `}}`
	default:
		return checklist.Command{}, false
	}
	return checklist.Command{Line: fmt.Sprintf("%s patch %s --type=merge -p '%s'", d.kubectl(d.Namespace), hint.ShellWord(w.Typed()), pods)}, true
}
