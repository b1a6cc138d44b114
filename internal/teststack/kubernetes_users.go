package teststack

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/flts-run/flts-run/internal/tlskit"
)

// certify makes the authority of the cluster, the certificates of its own parts, the
// key that signs tokens, and the administrator.
func (c *Cluster) certify() error {
	var err error
	if c.ca, err = tlskit.New(c.dir, "kubernetes"); err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	if _, err := c.issue("apiserver", nil); err != nil {
		return err
	}
	if _, err := c.issue("tokens", nil); err != nil {
		return err
	}
	if _, err := c.issue("kubelet-client", client("kube-apiserver-kubelet-client", "system:masters")); err != nil {
		return err
	}
	if c.admin, err = c.User("admin", "system:masters"); err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.file("user-admin.crt"), c.file("user-admin.key"))
	if err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c.ca.Certificate)
	c.api = &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}},
	}}
	return nil
}

// client changes a certificate into that of a user.
func client(name string, groups ...string) func(*x509.Certificate) {
	return func(t *x509.Certificate) {
		t.Subject = pkix.Name{CommonName: name, Organization: groups}
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
}

// issue writes NAME.crt and NAME.key.
func (c *Cluster) issue(name string, change func(*x509.Certificate)) (certFile string, err error) {
	leaf, err := c.ca.Leaf(change)
	if err != nil {
		return "", fmt.Errorf("teststack: %w", err)
	}
	certFile, _, err = tlskit.WritePair(c.dir, name, leaf)
	if err != nil {
		return "", fmt.Errorf("teststack: %w", err)
	}
	return certFile, nil
}

// Admin is the kubeconfig of a user who may do everything.
func (c *Cluster) Admin() string { return c.admin }

// User returns a kubeconfig of a user of that name, in those groups, who may do what
// RBAC says. The user logs in with a certificate, so that users can be had at any
// time.
func (c *Cluster) User(name string, groups ...string) (kubeconfig string, err error) {
	base := "user-" + strings.NewReplacer(":", "-", "/", "-").Replace(name)
	certFile, err := c.issue(base, client(name, groups...))
	if err != nil {
		return "", err
	}
	return c.writeKubeconfig(base, map[string]any{
		"client-certificate": certFile,
		"client-key":         strings.TrimSuffix(certFile, ".crt") + ".key",
	})
}

// ServiceAccount returns a kubeconfig with a token of a service account, as its pods
// have.
func (c *Cluster) ServiceAccount(ctx context.Context, namespace, name string) (kubeconfig string, err error) {
	token, err := c.Token(ctx, namespace, name)
	if err != nil {
		return "", err
	}
	return c.WithToken("serviceaccount-"+namespace+"-"+name, token)
}

// Token asks for a token of a service account, which is good for an hour.
func (c *Cluster) Token(ctx context.Context, namespace, name string, audiences ...string) (string, error) {
	var answer struct{ Status struct{ Token string } }
	request := map[string]any{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": map[string]any{"audiences": audiences}}
	err := c.call(ctx, http.MethodPost, "/api/v1/namespaces/"+namespace+"/serviceaccounts/"+name+"/token", request, &answer)
	return answer.Status.Token, err
}

// WithToken returns a kubeconfig, in a file of that name, that logs in with a bearer
// token, which may be one that the API does not know.
func (c *Cluster) WithToken(name, token string) (kubeconfig string, err error) {
	return c.writeKubeconfig(name, map[string]any{"token": token})
}

// writeKubeconfig has one context, test, with the namespace default.
func (c *Cluster) writeKubeconfig(name string, user map[string]any) (string, error) {
	type named map[string]any
	text, err := json.MarshalIndent(map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "test",
		"clusters": []named{{"name": "test", "cluster": named{"server": c.host, "certificate-authority": c.ca.Path}}},
		"contexts": []named{{"name": "test", "context": named{"cluster": "test", "user": "test"}}},
		"users":    []named{{"name": "test", "user": user}},
	}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("teststack: %w", err)
	}
	path := filepath.Join(c.dir, name+".kubeconfig")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", fmt.Errorf("teststack: %w", err)
	}
	return path, nil
}
