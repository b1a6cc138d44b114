package resolve

import "strings"

// isLink reports what the kubelet, and Docker before it, puts into variables like
// MLFLOW_PORT for every Service of the namespace: tcp://10.0.0.1:5000.
func isLink(value string) bool {
	return strings.HasPrefix(value, "tcp://") || strings.HasPrefix(value, "udp://") || strings.HasPrefix(value, "sctp://")
}

// linkFault refuses such a value where a host, a port or an endpoint belongs.
func (k *Key) linkFault(value string) error {
	if !isLink(value) || k.Type == Text && !k.isPort() && !strings.HasSuffix(k.Name, "_HOST") {
		return nil
	}
	return &invalid{
		CodeServiceLink, "is the address that Kubernetes injects for a Service of that name, not " + k.Accepts(),
		"set enableServiceLinks: false in the pod spec",
	}
}

// isPort reports a key that holds the number of a port, by its name.
func (k *Key) isPort() bool { return k.Name == "PORT" || strings.HasSuffix(k.Name, "_PORT") }

// servicesAt lists the Services of the pod's namespace that have an address, as
// the variables say that the kubelet sets: MINIO_SERVICE_HOST=10.1.2.3 is minio.
// Each comes with its port, "" when unknown.
func servicesAt(address string, variables map[string]string) (name, port, variable string) {
	for v, text := range variables {
		bare, ok := strings.CutSuffix(v, "_SERVICE_HOST")
		if ok && text == address && bare != "" && (variable == "" || v < variable) {
			name, port, variable = strings.ReplaceAll(strings.ToLower(bare), "_", "-"), variables[bare+"_SERVICE_PORT"], v
		}
	}
	return name, port, variable
}
