package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
)

func (p *posture) account(ctx context.Context) checklist.Finding {
	f := p.eachReader(ctx, codeDefaultAccount, "runs as the service account default", "no task runs as the service account default", func(w *cluster.Workload) []string {
		if name := w.Specs[0].ServiceAccountName; name == "" || name == "default" {
			return []string{"service account default"}
		}
		return nil
	})
	return hintedIfFailed(f, p.kubectl(p.Namespace)+" get serviceaccounts")
}

func (p *posture) nonRoot(ctx context.Context) checklist.Finding {
	return p.eachContainer(ctx, codeRoot, "may run as root", "no task runs as root", func(spec *corev1.PodSpec, c *corev1.SecurityContext) string {
		pod := spec.SecurityContext
		nonRoot, user := c.RunAsNonRoot, c.RunAsUser
		if pod != nil && nonRoot == nil {
			nonRoot = pod.RunAsNonRoot
		}
		if pod != nil && user == nil {
			user = pod.RunAsUser
		}
		switch {
		case user != nil && *user == 0:
			return "runAsUser is 0"
		case user != nil, nonRoot != nil && *nonRoot:
			return ""
		}
		return "neither runAsNonRoot nor runAsUser is set"
	})
}

func (p *posture) readOnly(ctx context.Context) checklist.Finding {
	return p.eachContainer(ctx, codeWritableRoot, "can write to the root file system", "every root file system is read-only", func(_ *corev1.PodSpec, c *corev1.SecurityContext) string {
		if c.ReadOnlyRootFilesystem != nil && *c.ReadOnlyRootFilesystem {
			return ""
		}
		return "readOnlyRootFilesystem is not set"
	})
}

func (p *posture) capabilities(ctx context.Context) checklist.Finding {
	return p.eachContainer(ctx, codeCapabilities, "keeps capabilities", "every container drops all capabilities", func(_ *corev1.PodSpec, c *corev1.SecurityContext) string {
		if c.Capabilities == nil || !slices.Contains(c.Capabilities.Drop, "ALL") {
			return "capabilities.drop has no ALL"
		}
		for _, added := range c.Capabilities.Add {
			if added != "NET_BIND_SERVICE" { // which Kubernetes' own strictest profile allows
				return fmt.Sprintf("capabilities.add has %s", added)
			}
		}
		return ""
	})
}

func (p *posture) context(ctx context.Context) checklist.Finding {
	return p.eachContainer(ctx, codePrivileges, "can gain privileges", "no container can gain privileges", func(spec *corev1.PodSpec, c *corev1.SecurityContext) string {
		switch {
		case c.Privileged != nil && *c.Privileged:
			return "privileged"
		case spec.HostNetwork || spec.HostPID || spec.HostIPC:
			return "shares the node's network, processes or IPC"
		case c.AllowPrivilegeEscalation == nil || *c.AllowPrivilegeEscalation:
			return "allowPrivilegeEscalation is not false"
		case !confined(c.SeccompProfile) && (c.SeccompProfile != nil || spec.SecurityContext == nil || !confined(spec.SecurityContext.SeccompProfile)):
			return "no seccompProfile"
		}
		return ""
	})
}

func confined(s *corev1.SeccompProfile) bool {
	return s != nil && s.Type != corev1.SeccompProfileTypeUnconfined
}

// eachContainer looks at every container of the readers. Its hint changes nothing: the
// API server says which pods would break the strictest profile.
func (p *posture) eachContainer(ctx context.Context, code, wrong, right string, look func(*corev1.PodSpec, *corev1.SecurityContext) string) checklist.Finding {
	f := p.eachReader(ctx, code, wrong, right, func(w *cluster.Workload) []string {
		var faults []string
		for c := range cluster.Containers(&w.Specs[0]) {
			security := c.SecurityContext
			if security == nil {
				security = &corev1.SecurityContext{}
			}
			if fault := look(&w.Specs[0], security); fault != "" {
				faults = append(faults, fmt.Sprintf("container %s: %s", c.Name, fault))
			}
		}
		return faults
	})
	return hintedIfFailed(f, p.kubectl("")+" label --dry-run=server --overwrite namespace "+hint.ShellWord(p.Namespace)+" pod-security.kubernetes.io/enforce=restricted")
}

func (p *posture) digest(ctx context.Context) checklist.Finding {
	f := p.eachReader(ctx, codeMovingImage, "the image may be another one tomorrow", "every image has a version", func(w *cluster.Workload) []string {
		var faults []string
		for c := range cluster.Containers(&w.Specs[0]) {
			if moves(c.Image) {
				faults = append(faults, fmt.Sprintf("container %s: %s", c.Name, c.Image))
			}
		}
		return faults
	})
	return hintedIfFailed(f, p.kubectl(p.Namespace)+` get pods -o jsonpath='{range .items[*]}{.metadata.name} {.status.containerStatuses[*].imageID}{"\n"}{end}'`)
}

// moves reports whether the name of an image says no version.
func moves(image string) bool {
	name := image[strings.LastIndex(image, "/")+1:]
	if strings.Contains(name, "@") {
		return false
	}
	_, tag, tagged := strings.Cut(name, ":")
	return !tagged || tag == "latest"
}
