package teststack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// Namespace makes a namespace, and returns its name when a pod can be made in it.
func (c *Cluster) Namespace(ctx context.Context) (string, error) {
	var made struct{ Metadata struct{ Name string } }
	wanted := map[string]any{"metadata": map[string]any{"generateName": "test-"}}
	if err := c.call(ctx, http.MethodPost, "/api/v1/namespaces", wanted, &made); err != nil {
		return "", err
	}
	return made.Metadata.Name, c.waitNamespace(ctx, made.Metadata.Name)
}

// Apply makes or changes the objects of a YAML text, as the administrator, on the
// server's side: a second Apply takes away what it no longer says.
func (c *Cluster) Apply(ctx context.Context, namespace, text string) error {
	_, err := c.Kubectl(ctx, c.admin, text, "apply", "--namespace", namespace, "--server-side", "--force-conflicts", "-f", "-")
	return err
}

// Kubectl runs the real one with a kubeconfig, and returns what it printed on stdout.
// The error has what it said on stderr.
func (c *Cluster) Kubectl(ctx context.Context, kubeconfig, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, c.kubectl, args...)
	cmd.Env = []string{"KUBECONFIG=" + kubeconfig, "HOME=" + c.dir, "PATH=/usr/bin:/bin"}
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("teststack: kubectl %s: %w\n%s", strings.Join(args, " "), errors.Join(err, context.Cause(ctx)), tail(stderr.Bytes()))
	}
	return stdout.String(), nil
}

// KubectlPath is the program, for a test that has a user type it.
func (c *Cluster) KubectlPath() string { return c.kubectl }

// call asks the API as the administrator.
func (c *Cluster) call(ctx context.Context, method, path string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.host+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := c.api.Do(r)
	if err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	defer got.Body.Close()
	said, err := io.ReadAll(got.Body)
	if err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	if got.StatusCode/100 != 2 {
		return fmt.Errorf("teststack: %s %s: %s: %s", method, path, got.Status, tail(said))
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(said, answer); err != nil {
		return fmt.Errorf("teststack: %s %s: %w", method, path, err)
	}
	return nil
}
