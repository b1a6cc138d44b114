package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/cluster"
)

// readers are the workloads that read the ConfigMap or the Secret and have not ended.
// With an error there may be more than those returned.
func (p *posture) readers(ctx context.Context) ([]*cluster.Workload, error) {
	all, err := p.workloads(ctx)
	return slices.DeleteFunc(all, func(w *cluster.Workload) bool { return w.Ended }), err
}

// workloads are those too that have ended. Each has the one template of its pods:
// Workflows have many and are left out, for their pods stand for themselves.
func (p *posture) workloads(ctx context.Context) ([]*cluster.Workload, error) {
	seen, err := p.view.Workloads(ctx, p.Namespace)
	if err != nil {
		return nil, err
	}
	var all []*cluster.Workload
	for _, w := range seen.All {
		if w.Meta != nil && slices.ContainsFunc(w.References, p.ours) {
			all = append(all, w)
		}
	}
	for _, err := range seen.Unseen {
		if fault, ok := errors.AsType[*cluster.Fault](err); !ok || !strings.HasSuffix(fault.Resource, ".argoproj.io") {
			return all, err
		}
	}
	return all, nil
}

// shortName is how one types a workload: "deploy/train".
func shortName(w *cluster.Workload) string {
	switch w.Kind {
	case "Deployment":
		return "deploy/" + w.Name
	case "StatefulSet":
		return "sts/" + w.Name
	}
	return w.Typed()
}
