package cluster

import (
	"context"

	"k8s.io/client-go/rest"
)

// raw is the answer to a request as the API wrote it. What it says of a refusal is read,
// which DoRaw does not: without that a 403 of RBAC looks like one of a proxy.
func raw(ctx context.Context, r *rest.Request) ([]byte, error) {
	answer := r.Do(ctx)
	text, _ := answer.Raw()
	return text, answer.Error()
}
