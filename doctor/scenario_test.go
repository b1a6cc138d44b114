package doctor_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/resolve"
)

// scenario is a namespace of the real API and what the examination says of it. NS in
// its texts is the name of the namespace.
type scenario struct {
	name    string
	objects string                      // YAML that is applied
	prepare func(ns kubetest.Namespace) // what else is done first
	options func(o *doctor.Options)
	pod     string // the checks are those of this pod
	as      string // rules of RBAC that the examiner has, "" is all; see kubetest.Reader

	only []string            // globs of the checks that are looked at
	want []checklist.Finding // what each of them found, in their order; Fix is not compared where it is nil here

	// typed is what a user types into the fixes, a line for each that wants one. With
	// mends, the fixes are applied by a real shell with the real kubectl, and then the
	// checks must pass; what they found before must be all that has changed.
	mends bool
	typed string
}

// now is when the tests are.
var now = time.Now

func (s scenario) run(t *testing.T) {
	t.Helper()
	ns := kubetest.New(t)
	if s.objects != "" {
		ns.Apply(s.objects)
	}
	if s.prepare != nil {
		s.prepare(ns)
	}
	kubeconfig := ns.Admin()
	if s.as != "" {
		kubeconfig = ns.Reader("examiner", s.as)
	}
	verdict := s.examine(t, ns, kubeconfig)
	require.Equal(t, s.want, plain(ns, verdict, s.want), checklist.Table(verdict))
	if s.mends {
		s.mend(t, ns, verdict)
	}
}

// examine runs the checks.
func (s scenario) examine(t *testing.T, ns kubetest.Namespace, kubeconfig string) checklist.Verdict {
	t.Helper()
	return s.look(t, ns, kubetest.Config(t, kubeconfig))
}

// look runs the checks over the API that a config leads to.
func (s scenario) look(t *testing.T, ns kubetest.Namespace, config *rest.Config) checklist.Verdict {
	t.Helper()
	api, err := cluster.Open(config)
	require.NoError(t, err)
	t.Cleanup(api.Close)
	contract, err := resolve.Builtin()
	require.NoError(t, err)
	o := doctor.Options{Contract: contract, Namespace: ns.Name, ConfigMap: "flts-config", Secret: "flts-secrets", Now: now}
	if s.options != nil {
		s.options(&o)
	}
	d := doctor.New(cluster.NewView(api), o)
	checks := d.Checks()
	if s.pod != "" {
		pod, err := d.Pod(t.Context(), s.pod, "")
		require.NoError(t, err)
		checks = pod.Checks()
	}
	require.NoError(t, checklist.Validate(checks))
	require.Empty(t, checklist.Unmatched(s.only, checks))
	runner := checklist.Runner{}
	verdict := runner.Run(t.Context(), checklist.Selection{Only: s.only}.Of(checks))
	for _, r := range verdict.Results {
		seenCodes.Saw(r.Code)
	}
	covered.saw(t.Name(), verdict)
	return verdict
}

// plain are the findings of the checks that were asked for, to be compared.
func plain(ns kubetest.Namespace, v checklist.Verdict, want []checklist.Finding) []checklist.Finding {
	var found []checklist.Finding
	for _, r := range v.Results {
		if r.Prerequisite {
			continue
		}
		f := r.Finding
		f.Detail, f.Hint = ns.Out(f.Detail), ns.Out(f.Hint)
		for i := range f.Evidence {
			f.Evidence[i] = ns.Out(f.Evidence[i])
		}
		for i := range f.Fix {
			f.Fix[i].Line = ns.Out(f.Fix[i].Line)
		}
		if n := len(found); n < len(want) && want[n].Fix == nil {
			f.Fix = nil
		}
		found = append(found, f)
	}
	return found
}

// mend types the fixes into a shell, and looks again.
func (s scenario) mend(t *testing.T, ns kubetest.Namespace, before checklist.Verdict) {
	t.Helper()
	bin := t.TempDir()
	require.NoError(t, os.Symlink(ns.KubectlPath(), filepath.Join(bin, "kubectl")))
	typed := strings.SplitAfter(s.typed, "\n")
	for _, r := range before.Results {
		for _, fix := range r.Fix {
			line := ns.In(fix.Line)
			cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
			cmd.Env = []string{"PATH=" + bin + ":/usr/bin:/bin", "KUBECONFIG=" + ns.Admin(), "HOME=" + bin}
			if fix.Input != "" {
				require.NotEmpty(t, typed[0], "nothing to type into %s", line)
				cmd.Stdin, typed = strings.NewReader(typed[0]), typed[1:]
			}
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s\n%s", line, out)
		}
	}
	after := s.examine(t, ns, ns.Admin())
	for _, r := range after.Results {
		require.Equal(t, checklist.Pass, r.State, checklist.Table(after))
	}
}
