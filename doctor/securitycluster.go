package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
)

func (p *posture) encryption(ctx context.Context) checklist.Finding {
	return p.apiServerFlag(ctx, "--encryption-provider-config")
}

func (p *posture) auditLog(ctx context.Context) checklist.Finding {
	return p.apiServerFlag(ctx, "--audit-log-path", "--audit-webhook-config-file")
}

// apiServerFlag looks for a flag of the API server, where its pods are to be seen. What
// stands in the file that the flag names is not.
func (p *posture) apiServerFlag(ctx context.Context, anyOf ...string) checklist.Finding {
	const look = " -n kube-system get pods -l component=kube-apiserver"
	pods, err := p.view.APIServers(ctx)
	if err != nil {
		return p.couldNotLook(err)
	}
	if len(pods) == 0 {
		return hinted(unknown("", "no pod of the API server is to be seen: where a provider runs it, ask its administrator"), p.kubectl("")+look)
	}
	var without []string
	for _, pod := range pods {
		if !slices.ContainsFunc(pod.Spec.Containers, func(c corev1.Container) bool { return hasFlag(c, anyOf) }) {
			without = append(without, pod.Name)
		}
	}
	flags := strings.Join(anyOf, " or ")
	if without != nil {
		return hinted(fail(codeAPIServerFlag, fmt.Sprintf("%d of %s without %s", len(without), counted(len(pods), "API server"), flags), firstTen(without)...),
			p.kubectl("")+look+" -o yaml")
	}
	return pass(fmt.Sprintf("%s with %s: what its file says is not to be seen", counted(len(pods), "API server"), flags))
}

func hasFlag(c corev1.Container, anyOf []string) bool {
	return slices.ContainsFunc(slices.Concat(c.Command, c.Args), func(word string) bool {
		name, value, _ := strings.Cut(word, "=")
		return slices.Contains(anyOf, name) && value != ""
	})
}
