//go:build peers

package peers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/peers"
)

// fewest is the number of scenarios that must have been played.
const fewest = 300

// TestPeers is one test, because the servers take half a minute to start.
func TestPeers(t *testing.T) {
	w := buildWorld(t)
	t.Run("Python", w.agreesWithPython)
	t.Run("MLflow", w.fakeMLflowIsTrue)
}

// agreesWithPython plays every scenario: what flts-run says of a
// service is what Python's clients find.
func (w *world) agreesWithPython(t *testing.T) {
	j := startJudge(t, w.clients)
	all := slices.Concat(s3Scenarios(w), tlsScenarios(w), addressScenarios(w), proxyScenarios(w), mlflowScenarios(w), gatewayScenarios(w), nameScenarios(w), fileScenarios(w), neighbourScenarios(w))
	requireNames(t, all)

	var rows []string
	disagreements := 0
	for _, s := range all {
		t.Run(s.service+"/"+s.name, func(t *testing.T) {
			o := s.play(t, w, j)
			s.requirePython(t, o.python)
			because := s.disagreement(o)
			if because != "" {
				t.Errorf("%s\n-- flts-run\n%s\n-- Python\n%s", because, o.said, peers.Behaviour(o.python))
				disagreements++
			}
			rows = append(rows, s.row(o, because))
		})
	}
	// With -run, a part of the table is a part of it.
	t.Logf("\n%s\n%d scenarios, %d disagreements", strings.Join(rows, "\n"), len(rows), disagreements)
	if len(rows) == len(all) {
		require.GreaterOrEqual(t, len(rows), fewest)
	}
}

// row is a line of the printed table.
func (s scenario) row(o outcome, because string) string {
	var works, fails []string
	for client, raised := range o.python {
		if raised == nil {
			works = append(works, client)
		} else {
			fails = append(fails, client)
		}
	}
	slices.Sort(works)
	slices.Sort(fails)
	python := ""
	if len(works) > 0 {
		python += "ok " + strings.Join(works, ",")
	}
	if len(fails) > 0 {
		python = strings.TrimSpace(python + " FAIL " + strings.Join(fails, ","))
	}
	verdict, _, _ := strings.Cut(o.said.String(), "\n")
	return strings.TrimSpace(fmt.Sprintf("%-8s %-44s %-36s | %-40s %s", s.service, s.name, verdict, python, because))
}

// requireNames finds what would make a row mean nothing: a name that two have.
func requireNames(t *testing.T, all []scenario) {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range all {
		name := s.service + "/" + s.name
		require.False(t, seen[name], "two scenarios are named %s", name)
		seen[name] = true
	}
}
