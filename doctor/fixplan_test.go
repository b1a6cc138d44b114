package doctor_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/hint"
)

// resultOf is a result of a check that ran.
func resultOf(id string, f checklist.Finding, needs ...string) checklist.Result {
	target, _, _ := strings.Cut(id, ".")
	return checklist.Result{ID: id, Target: target, Title: id, Needs: needs, Finding: f, Failed: f.State == checklist.Fail}
}

func failure(code, detail string, fix ...checklist.Command) checklist.Finding {
	return checklist.Finding{State: checklist.Fail, Code: code, Detail: detail, Fix: fix}
}

// broken is a namespace in which much is wrong.
func broken() checklist.Verdict {
	copied := checklist.Command{Line: "kubectl -n mlops create configmap flts-config --from-literal=A=1"}
	restart := checklist.Command{Line: "kubectl -n mlops rollout restart deploy/train"}
	look := failure("FLTS-K07", "train-0 waits:\nrm -rf /\r\x1b[2J")
	look.Hint = "kubectl -n mlops describe pod train-0"
	return checklist.Verdict{Results: []checklist.Result{
		resultOf("api.reach", checklist.Finding{State: checklist.Pass, Detail: "fine"}),
		resultOf("readers.stale", failure("FLTS-K11", "deploy/train has an older one", restart)),
		resultOf("pods.stuck", look),
		resultOf("service.minio.port", failure("FLTS-K40", "port 9001", checklist.Command{Line: "kubectl -n mlops patch configmap flts-config -p x"})),
		resultOf("secret.values", failure("FLTS-S03", "a newline", checklist.Command{Line: hint.PatchSecretOf("kubectl -n mlops", "flts-secrets", "MINIO_SECRET_KEY"), Input: "the value of MINIO_SECRET_KEY"})),
		resultOf("configmap.present", failure("FLTS-K03", "there is no flts-config", copied)),
		resultOf("readers.missing", failure("FLTS-K30", "deploy/train wants flts-config", copied)),
		resultOf("secret.type", checklist.Finding{State: checklist.Unknown, Detail: "may not look"}),
		resultOf("policy.tls", checklist.Finding{State: checklist.Skip, Detail: "not here"}),
	}}
}

func TestAPlanIsInTheOrderInWhichThingsCanBeMended(t *testing.T) {
	p := doctor.Plan(broken())
	var ids [][]string
	for _, s := range p.Steps {
		var mends []string
		for _, m := range s.Mends {
			mends = append(mends, m.ID)
		}
		ids = append(ids, mends)
	}
	require.Equal(t, [][]string{{"configmap.present", "readers.missing"}, {"secret.values"}, {"service.minio.port"}, {"readers.stale"}}, ids)
	var open []string
	for _, m := range p.Open {
		open = append(open, m.ID)
	}
	require.Equal(t, []string{"secret.type", "pods.stuck"}, open)

	require.Equal(t, `# What would mend what was found. Nothing has been changed: read each step, and paste it.

# 1 of 4
# mends FLTS-K03 configmap.present: there is no flts-config
# mends FLTS-K30 readers.missing: deploy/train wants flts-config
kubectl -n mlops create configmap flts-config --from-literal=A=1

# 2 of 4
# mends FLTS-S03 secret.values: a newline
printf '%s\n' 'type the value of MINIO_SECRET_KEY, and return:' >&2
`+p.Steps[1].Line+`

# 3 of 4
# mends FLTS-K40 service.minio.port: port 9001
kubectl -n mlops patch configmap flts-config -p x

# 4 of 4
# mends FLTS-K11 readers.stale: deploy/train has an older one
kubectl -n mlops rollout restart deploy/train

# No command mends these:
# secret.type: may not look
# FLTS-K07 pods.stuck: train-0 waits: rm -rf /  [2J
#   look: kubectl -n mlops describe pod train-0
`, p.Script())

	doc, err := json.Marshal(p)
	require.NoError(t, err)
	var read doctor.FixPlan
	require.NoError(t, json.Unmarshal(doc, &read))
	require.Equal(t, p, read)

	nothing := doctor.Plan(checklist.Verdict{})
	require.Equal(t, "# Nothing that was found is mended by a command.\n", nothing.Script())
	doc, err = json.Marshal(nothing)
	require.NoError(t, err)
	require.Equal(t, `{"steps":[],"open":[]}`, string(doc))
}

// A cause comes before what follows from it, within a stage.
func TestAPlanBeginsWithTheRoots(t *testing.T) {
	do := func(line string) checklist.Command { return checklist.Command{Line: line} }
	p := doctor.Plan(checklist.Verdict{Results: []checklist.Result{
		resultOf("secret.values", failure("FLTS-X02", "follows", do("second")), "configmap.values"),
		resultOf("configmap.values", failure("FLTS-X01", "cause", do("first"))),
	}})
	require.Equal(t, []string{"first", "second"}, []string{p.Steps[0].Line, p.Steps[1].Line})
}

// A whole plan can be given to a shell. Stand-ins for the tools write down what they
// were called with.
func TestAPlanIsAScript(t *testing.T) {
	for _, shell := range []string{"sh", "dash", "bash"} {
		t.Run(shell, func(t *testing.T) {
			dir := t.TempDir()
			called := filepath.Join(dir, "called")
			for name, body := range map[string]string{
				"kubectl": `printf '%s\n' "$*" >> '` + called + `'; case "$*" in *"/dev/stdin"*) cat >> '` + called + `';; esac`,
				"jq":      "cat",
			} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755))
			}
			script := filepath.Join(dir, "plan.sh")
			require.NoError(t, os.WriteFile(script, []byte(doctor.Plan(broken()).Script()), 0o600))
			out, err := exec.CommandContext(t.Context(), shell, "-n", script).CombinedOutput()
			require.NoError(t, err, "%s", out)

			cmd := exec.CommandContext(t.Context(), shell, script)
			cmd.Env = []string{"PATH=" + dir + ":/usr/bin:/bin"}
			cmd.Stdin = strings.NewReader("typed\n")
			out, err = cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Contains(t, string(out), "type the value of MINIO_SECRET_KEY, and return:\n")
			text, err := os.ReadFile(called)
			require.NoError(t, err)
			lines := strings.Split(string(text), "\n")
			require.Equal(t, "-n mlops create configmap flts-config --from-literal=A=1", lines[0])
			require.Contains(t, string(text), "patch secret flts-secrets")
			require.Contains(t, string(text), "typed")
			require.Equal(t, "-n mlops rollout restart deploy/train", lines[len(lines)-2])
		})
	}
}

// Whatever was found, what is not a command stays a comment.
func FuzzFixPlan(f *testing.F) {
	f.Add("service.minio.exists", "FLTS-K01", "no such\nrm -rf /", "look\r\nrm", "the value\n'; rm")
	f.Add("", "", "\u2028\x00\xff", "", "")
	f.Fuzz(func(t *testing.T, id, code, detail, look, input string) {
		open := failure(code, detail)
		open.Hint = look
		script := doctor.Plan(checklist.Verdict{Results: []checklist.Result{
			resultOf(id, open), resultOf("x."+id, failure(code, detail, checklist.Command{Line: "true", Input: input})),
		}}).Script()
		for line := range strings.Lines(script) {
			line = strings.TrimSuffix(line, "\n")
			if line == "" || line == "true" || strings.HasPrefix(line, "#") {
				continue
			}
			require.True(t, strings.HasPrefix(line, `printf '%s\n' `), "%q", line)
			word := strings.TrimSuffix(strings.TrimPrefix(line, `printf '%s\n' `), " >&2")
			require.Equal(t, word, hint.ShellWord(strings.ReplaceAll(strings.Trim(word, "'"), `'\''`, "'")))
		}
		require.NotContains(t, script, "\r")
	})
}
