package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/resolve"
)

// InsideChecks stand in a report without --from-inside where the results of Inside
// would: a name of the cluster is none where we are, and what cannot be looked at must
// neither pass nor fail.
func (d *Doctor) InsideChecks() []checklist.Check {
	var checks []checklist.Check
	for _, s := range d.Contract.Services {
		if s.Check == resolve.Off || s.Endpoint == "" {
			continue
		}
		checks = append(checks, checklist.Check{
			ID: insideID(s.Name), Target: s.Name, Needs: []string{reached}, Advisory: true,
			Title: "a component reaches " + s.Name,
			Run:   func(ctx context.Context) checklist.Finding { return skip(d.notFromHere(ctx, s)) },
		})
	}
	return apart(checks)
}

func (d *Doctor) notFromHere(ctx context.Context, s *resolve.Service) string {
	const look = ": --from-inside"
	key := d.configuration(ctx).Get(s.Endpoint)
	if key == nil || !key.Set {
		return s.Endpoint + " is not known from here, and may be in a pod" + look
	}
	host := hostOf(key.Value.Reveal())
	if inCluster(host) {
		return fmt.Sprintf("%s is a name of the cluster and cannot be looked at from here%s", host, look)
	}
	return fmt.Sprintf("what is seen of %s from here is not what a pod sees%s", host, look)
}

// hostOf is the host of host:port or of a URL, without login, path or port.
func hostOf(address string) string {
	if !strings.Contains(address, "://") {
		address = "any://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return "the endpoint"
	}
	return u.Hostname()
}

// inCluster reports whether only pods know a name: its last part, as in minio,
// minio.mlops or minio.mlops.svc.cluster.local, is no domain of the Internet.
func inCluster(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	suffix, listed := publicsuffix.PublicSuffix(strings.TrimSuffix(host, "."))
	return !listed && !strings.Contains(suffix, ".") && host != "localhost"
}
