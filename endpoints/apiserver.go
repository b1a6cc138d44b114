package endpoints

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"
)

// apiState is what came of the control sample of connections: every pod may
// reach the API server of its cluster.
type apiState int

const (
	apiUnknown apiState = iota // no pod, or no address
	apiTakes
	apiRefuses
	apiSilent
)

// controlSample is a result that is kept for a while: a port that is waited for
// is dialled ten times a second.
type controlSample struct {
	at    time.Time
	state apiState
}

const controlTime = time.Second

// apiAddress is where Kubernetes says that its API is.
func (e Env) apiAddress() string {
	host, port := e.Task["KUBERNETES_SERVICE_HOST"], e.Task["KUBERNETES_SERVICE_PORT"]
	if !e.InPod || !validHost(host) || !validPort(port) {
		return ""
	}
	return net.JoinHostPort(host, port)
}

// apiServer tries a connection to the API server.
func (l *ladder) apiServer(ctx context.Context) apiState {
	address := l.env.apiAddress()
	if address == "" {
		return apiUnknown
	}
	if l.control.state != apiUnknown && time.Since(l.control.at) < explainEvery {
		return l.control.state
	}
	l.control = controlSample{time.Now(), l.dialAPI(ctx, address)}
	return l.control.state
}

func (l *ladder) dialAPI(ctx context.Context, address string) apiState {
	ctx, cancel := context.WithTimeout(ctx, controlTime)
	defer cancel()
	conn, err := l.env.Dialer.DialContext(ctx, "tcp", address)
	switch {
	case err == nil:
		_ = conn.Close()
		return apiTakes
	case errors.Is(err, syscall.ECONNREFUSED):
		return apiRefuses
	case isTimeout(err):
		return apiSilent
	}
	return apiUnknown
}

// apiEvidence says what the control sample showed.
func (l *ladder) apiEvidence() string {
	words := [...]string{apiUnknown: "could not be tried", apiTakes: "takes connections", apiRefuses: "refuses connections", apiSilent: "does not answer"}
	return "the API server of the cluster, " + l.env.apiAddress() + ", " + words[l.control.state]
}
