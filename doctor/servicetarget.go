package doctor

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
)

// portless is a Service that sends to a port by a name that no container has.
func (d *Doctor) portless(ctx context.Context, svc *corev1.Service, port *corev1.ServicePort, b backends) checklist.Finding {
	f := fail(codePortName, fmt.Sprintf("port %s of Service %s goes to the port named %s, and no container of its %d ready pods has one of that name",
		portName(*port), svc.Name, port.TargetPort.String(), len(b.portless)), firstTen(b.portless)...)
	f = hinted(f, d.kubectl(svc.Namespace)+" get pod "+hint.ShellWord(b.portless[0])+" -o jsonpath='{.spec.containers[*].ports}'")
	all, err := d.view.Pods(ctx, svc.Namespace)
	if err != nil {
		f.Evidence = append(f.Evidence, err.Error())
		return f
	}
	var open []corev1.ContainerPort
	for _, p := range podsOf(svc, all) {
		for _, c := range p.Spec.Containers {
			for _, o := range c.Ports {
				if !slices.ContainsFunc(open, func(k corev1.ContainerPort) bool { return k.ContainerPort == o.ContainerPort }) {
					open = append(open, o)
				}
			}
		}
	}
	if len(open) != 1 || isHeadless(svc) {
		return f
	}
	f.Hint = ""
	at := slices.IndexFunc(svc.Spec.Ports, func(p corev1.ServicePort) bool { return p.Name == port.Name })
	// The test in front keeps the patch from a Service that has changed meanwhile.
	text := fmt.Sprintf(`[{"op":"test","path":"/spec/ports/%d/port","value":%d},{"op":"replace","path":"/spec/ports/%[1]d/targetPort","value":%[3]d}]`, at, port.Port, open[0].ContainerPort)
	return mended(f, checklist.Command{Line: d.kubectl(svc.Namespace) + " patch service " + svc.Name + " --type=json -p " + hint.ShellWord(text)})
}
