package doctor

import (
	"context"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/resolve"
)

// serviceChecks look at the Services that the endpoints name, and at the way to them.
func (d *Doctor) serviceChecks() []checklist.Check {
	var all []checklist.Check
	for _, s := range d.Contract.Services {
		if s.Check == resolve.Off || s.Endpoint == "" {
			continue
		}
		target := "service." + s.Name
		exists, port := target+".exists", target+".port"
		check := func(id string, title string, needs []string, advisory bool, run func(context.Context, *resolve.Service) checklist.Finding) {
			all = append(all, checklist.Check{
				ID: id, Target: target, Title: title, Needs: needs, Advisory: advisory || s.Check == resolve.Warn,
				Run: func(ctx context.Context) checklist.Finding { return run(ctx, s) },
			})
		}
		check(exists, s.Endpoint+" names a Service that exists", []string{reached}, false, d.serviceExists)
		check(port, "the Service has the port of "+s.Endpoint, []string{exists}, false, d.servicePort)
		check(target+".ready", "pods behind the Service are ready", []string{port}, false, d.serviceReady)
		check(target+".policy", "no network policy keeps components from the Service", []string{port}, true, d.servicePolicy)
	}
	if all == nil {
		return nil
	}
	return append(all, checklist.Check{
		ID: "egress.dns", Target: "egress", Needs: []string{reached}, Advisory: true,
		Title: "no network policy keeps components from the name server", Run: d.egressDNS,
	})
}
