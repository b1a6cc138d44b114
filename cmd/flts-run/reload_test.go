package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakevolume"
	"github.com/flts-run/flts-run/internal/onchange"
	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/launch"
	"github.com/flts-run/flts-run/resolve"
)

const reloadContract = `
reload: signal:USR1
keys:
  A: {type: string, reload: ignore}
  B: {type: string, reload: restart}
  C: {type: string, reload: fail}
  D: {type: string, reload: signal:HUP}
  E: {type: string}
`

func resolvedWith(t *testing.T, sources ...map[string]string) *plan {
	c, err := resolve.ParseContract("mine.yaml", []byte(reloadContract))
	require.NoError(t, err)
	var list []resolve.Source
	for _, values := range sources {
		s := resolve.Source{Name: "file", Layer: resolve.ConfigMap, Values: map[string]resolve.Value{}}
		for name, text := range values {
			s.Values[name] = resolve.Value{Text: secret.Open(text)}
		}
		list = append(list, s)
	}
	return &plan{contract: c, resolution: resolve.Resolve(resolve.Input{Contract: c, Sources: list})}
}

func TestEffectOf(t *testing.T) {
	now := resolvedWith(t, map[string]string{"A": "1", "B": "1"}, map[string]string{"A": "2", "C": "1"})
	for _, row := range []struct {
		name        string
		high, below map[string]string
		appEnv      string
		want        effect
	}{
		{"the same", map[string]string{"A": "1", "B": "1"}, map[string]string{"A": "2", "C": "1"}, "", effect{}},
		{"another value", map[string]string{"A": "1", "B": "2"}, map[string]string{"A": "2", "C": "1"}, "", effect{keys: []string{"B"}}},
		{"a value more, and one less", map[string]string{"A": "1", "D": "1"}, map[string]string{"A": "2", "C": "1"}, "", effect{keys: []string{"B", "D"}}},
		{"shadowed", map[string]string{"A": "1", "B": "1"}, map[string]string{"A": "3", "C": "1"}, "", effect{shadowed: []string{"A"}}},
		{"from below, and the same", map[string]string{"B": "1", "C": "1"}, map[string]string{"A": "1"}, "", effect{shadowed: []string{"A"}}},
		{"the environment", map[string]string{"A": "1", "B": "1"}, map[string]string{"A": "2", "C": "1"}, "prod", effect{keys: []string{"APP_ENV"}}},
	} {
		then := resolvedWith(t, row.high, row.below)
		then.appEnv = row.appEnv
		require.Equal(t, row.want, now.effectOf(then), row.name)
	}
}

func TestTheStrongestPolicyWins(t *testing.T) {
	p := resolvedWith(t)
	for _, row := range []struct {
		keys []string
		want string
	}{
		{[]string{"A"}, "ignore"},
		{[]string{"A", "D"}, "signal:HUP"},
		{[]string{"D", "E", "A", "APP_ENV"}, "signal:HUP signal:USR1"},
		{[]string{"D", "B", "E"}, "restart"},
		{[]string{"C", "B", "A"}, "fail"},
	} {
		require.Equal(t, row.want, policyText(p.strongest(row.keys, orders{})), row.keys)
		require.Equal(t, "restart", policyText(p.strongest(row.keys, orders{onChange: &onchange.Policy{Kind: onchange.Restart}})), "for all")
	}
}

func TestStorm(t *testing.T) {
	at := time.Unix(0, 0).Add(time.Hour)
	var s storm
	s.started(at)
	var waits []time.Duration
	for range 9 {
		pause := s.wait(at)
		waits = append(waits, pause)
		at = at.Add(pause)
		s.started(at)
	}
	second := time.Second
	require.Equal(t, []time.Duration{0, second, 2 * second, 4 * second, 8 * second, 16 * second, 32 * second, calm, calm}, waits)
	require.Equal(t, calm-10*second, s.wait(at.Add(10*second)))
	s.started(at.Add(calm + second))
	require.Zero(t, s.wait(at.Add(calm+second)), "after a calm run it begins anew")
}

// What follows the end of a task, whoever wanted it.
func TestNext(t *testing.T) {
	const ours = "a changed configuration (A)"
	for _, row := range []struct {
		name           string
		pending        onchange.Kind
		ordered        string
		by             string
		again, changed bool
	}{
		{"by itself", onchange.Ignore, "", "", false, false},
		{"by itself, before the order came", onchange.Restart, ours, "", false, false},
		{"by itself, while the restart had to wait", onchange.Restart, "", "", false, false},
		{"for the restart", onchange.Restart, ours, ours, true, false},
		{"for the restart, and then for us", onchange.Restart, ours, "SIGTERM", false, false},
		{"to fail", onchange.Fail, ours, ours, false, true},
		{"by a signal", onchange.Fail, "", "SIGTERM", false, false},
	} {
		l := &reloader{pending: row.pending, ordered: row.ordered}
		l.note(reloadEvent{Outcome: outcomeRestarted})
		again, changed := l.next(launch.Ending{StoppedBy: row.by})
		require.Equal(t, row.again, again != nil, row.name)
		require.Equal(t, row.changed, changed, row.name)
		late := row.pending != onchange.Ignore && !row.again && !row.changed
		require.Equal(t, late, l.reported()[0].Outcome == outcomeLate, row.name)
	}
	var none *reloader
	again, changed := none.next(launch.Ending{StoppedBy: "SIGTERM"})
	require.Nil(t, again)
	require.False(t, changed)
}

// A restart that waits is given up when its reason is gone; what was left to it is
// then signalled.
func TestARestartThatIsUndone(t *testing.T) {
	given := map[string]string{"A": "1", "B": "1", "D": "1"}
	for _, row := range []struct {
		name    string
		pending onchange.Kind
		ordered string
		now     map[string]string
		want    bool
		signals string
	}{
		{"as it was", onchange.Restart, "", given, true, ""},
		{"but for what is ignored", onchange.Restart, "", map[string]string{"A": "2", "B": "1", "D": "1"}, true, ""},
		{"but for what is signalled", onchange.Restart, "", map[string]string{"A": "2", "B": "1", "D": "2"}, true, "signal:HUP"},
		{"something else", onchange.Restart, "", map[string]string{"A": "1", "B": "3", "D": "1"}, false, ""},
		{"the task was told", onchange.Restart, "a changed configuration (B)", given, false, ""},
		{"nothing was due", onchange.Ignore, "", given, false, ""},
		{"to fail is final", onchange.Fail, "", given, false, ""},
	} {
		l := &reloader{pending: row.pending, ordered: row.ordered, given: resolvedWith(t, given)}
		yes, signals := l.undone(resolvedWith(t, row.now))
		require.Equal(t, row.want, yes, row.name)
		require.Equal(t, row.signals, policyText(signals), row.name)
	}
}

func TestOrigins(t *testing.T) {
	before := resolvedWith(t, map[string]string{"A": "1", "B": "1"})
	now := resolvedWith(t, map[string]string{"A": "2", "C": "1"})
	require.Equal(t, "APP_ENV, A (file), B (no value any more, it came from file), C (file)", origins([]string{"APP_ENV", "A", "B", "C"}, before, now))
}

func TestBelow(t *testing.T) {
	for path, want := range map[string]string{
		"vol/pw": "vol/..2/pw", "vol/a/pw": "vol/..2/a/pw", "vol/..data/pw": "vol/..2/pw", "vol": "vol/..2", "volume/pw": "", "pw": "", "/vol/pw": "",
	} {
		got, inside := below(path, "vol", "vol/..2")
		require.Equal(t, want, got, path)
		require.Equal(t, want != "", inside, path)
	}
}

// Secrets of a generation are known before the link of the volume points to it, in
// whatever way its files are named.
func TestSecretsOfTheNextGeneration(t *testing.T) {
	c, err := resolve.ParseContract("mine.yaml", []byte("keys:\n  PASSWORD: {type: string, sensitive: true}\n  TOKEN: {type: string, sensitive: true}\n  KEY: {type: string, sensitive: true, files: [login/key]}\n"))
	require.NoError(t, err)
	volume := filepath.Join(t.TempDir(), "volume")
	require.NoError(t, fakevolume.Mount(volume, map[string]string{"pw": "one"}))
	next := filepath.Join(volume, "..next")
	require.NoError(t, os.MkdirAll(filepath.Join(next, "login"), 0o755))
	for name, text := range map[string]string{"pw": "of a variable\n", "TOKEN": "of a key", "login/key": "of a path", "config_base.yaml": "password: of yaml\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(next, name), []byte(text), 0o600))
	}
	p := &plan{contract: c, resolution: resolve.Resolve(resolve.Input{Contract: c}), keyFiles: []string{"PASSWORD_FILE"}}
	s := &settings{vars: map[string]string{"PASSWORD_FILE": filepath.Join(volume, "pw"), yamlDirOption.variable: volume}}
	require.ElementsMatch(t, []hidden{
		{"PASSWORD", "of a variable"}, {"TOKEN", "of a key"}, {"KEY", "of a path"}, {"PASSWORD", "of yaml"},
	}, p.secretsAt(s, volume, next))
}

func TestOldEventsAreForgotten(t *testing.T) {
	l := &reloader{}
	for i := range mostEvents + 5 {
		l.note(reloadEvent{Keys: []string{string(rune('a' + i%26))}})
	}
	require.Len(t, l.reported(), mostEvents)
	require.Equal(t, []string{"f"}, l.reported()[0].Keys)
}
