package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
)

// storedLimit is what three secrets may add to a start, in milliseconds, when Secrets
// Manager is on the loopback interface.
const storedLimit = 40

// storedSecrets measures what it costs to fetch three secrets, with keys that are there:
// a start with them and one without, in turn.
func storedSecrets(ctx context.Context, b bench, w io.Writer) ([]bar, error) {
	dir := filepath.Join(b.dir, "stored")
	pod, err := newPod(dir)
	if err != nil {
		return nil, err
	}
	store, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	if err != nil {
		return nil, err
	}
	defer store.Close()
	text := "extends: builtin\nkeys:\n"
	secrets := "secretsmanager:\n"
	for _, name := range []string{"FIRST", "SECOND", "THIRD"} {
		store.Put(name, `{"of": {"the": "secret of the bench"}}`)
		text += "  " + name + ": {type: string, sensitive: true}\n"
		secrets += "  " + name + ": {id: " + name + ", keys: {" + name + ": of.the}}\n"
	}
	without, with := filepath.Join(dir, "without.yaml"), filepath.Join(dir, "with.yaml")
	for file, text := range map[string]string{without: text, with: text + secrets} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	pod.environ = append(pod.environ, "AWS_ENDPOINT_URL_SECRETS_MANAGER="+store.URL(), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=example-secret")
	exec := func(contract string) []string {
		return []string{b.fltsRun, "exec", "--check=off", "--contract", contract, "--", task}
	}
	plain := &contender{name: "the keys without a value", argv: exec(without)}
	stored := &contender{name: "three secrets fetched", argv: exec(with)}
	rounds := b.rounds / 5
	if err := race(ctx, []*contender{plain, stored}, pod, rounds); err != nil {
		return nil, err
	}
	if calls := len(store.Calls()); calls != 3*(rounds+warmUp) {
		return nil, fmt.Errorf("%d calls for %d starts: each secret is fetched once", calls, rounds+warmUp)
	}
	added := stored.median() - plain.median()
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range []*contender{plain, stored} {
		fmt.Fprintf(table, "%s\t%.2f ms\n", c.name, float64(c.median().Microseconds())/1000)
	}
	table.Flush()
	return []bar{{"three secrets from a loopback Secrets Manager add", float64(added.Microseconds()) / 1000, storedLimit, "ms"}}, nil
}
