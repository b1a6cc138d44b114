//go:build peers

package peers_test

// nameScenarios are about hosts: how they are written, who knows them, and what
// stands behind them.
func nameScenarios(w *world) []scenario {
	minio := func(endpoint string, more ...string) vars { return vars{"MINIO_ENDPOINT": endpoint}.with(more...) }
	mlflow := func(uri string, more ...string) vars { return vars{"MLFLOW_TRACKING_URI": uri}.with(more...) }
	login := []string{"MLFLOW_TRACKING_USERNAME", mlflowUser, "MLFLOW_TRACKING_PASSWORD", mlflowPassword}
	everywhere := []string{"MINIO_SECURE", "true", "AWS_CA_BUNDLE", w.ca, "REQUESTS_CA_BUNDLE", w.ca, "SSL_CERT_FILE", w.ca}
	const (
		front = "front.mlops.svc.cluster.local"
		dot   = "SignatureDoesNotMatch"
	)
	return []scenario{
		{name: "final dot, TLS", service: "minio", env: minio(front+".:8443", everywhere...), fails: vars{"boto3": dot, "s3fs": dot}, code: "FLTS-C62"},
		{name: "final dot, minio-py alone", service: "minio", env: minio("minio.mlops.svc.cluster.local.:9000"), clients: []string{"minio-py"}, image: []string{"minio"}},
		{name: "final dot", service: "mlflow", env: mlflow("http://mlflow-open.mlops.svc.cluster.local.:5000")},
		{name: "final dot, Host checked", service: "mlflow", clients: []string{"mlflow"}, env: mlflow("http://mlflow-login.mlops.svc.cluster.local.:5000", login...)},
		{name: "final dot, TLS", service: "mlflow", env: mlflow("https://"+front+".:5443", "REQUESTS_CA_BUNDLE", w.ca)},
		{name: "upper case", service: "minio", env: minio("MINIO.mlops.svc.cluster.local:9000"), fails: vars{"s3fs": dot}, code: "FLTS-C62"},
		{name: "upper case, TLS", service: "minio", env: minio("FRONT.mlops.svc.cluster.local:8443", everywhere...), fails: vars{"s3fs": dot}, code: "FLTS-C62"},
		{name: "upper case", service: "mlflow", env: mlflow("http://MLFLOW-open.mlops.svc.cluster.local:5000")},
		{name: "upper case, Host checked", service: "mlflow", clients: []string{"mlflow"}, env: mlflow("http://MLFLOW-LOGIN.mlops.svc.cluster.local:5000", login...)},
		{name: "no port", service: "minio", env: minio(front)},
		{name: "port that nobody writes", service: "minio", env: minio(front + ":80")},
		{name: "no port, TLS", service: "minio", env: minio(front, everywhere...)},
		{name: "port that nobody writes, TLS", service: "minio", env: minio(front+":443", everywhere...)},
		{name: "IPv6", service: "minio", laptop: true, env: minio("[::1]:9000")},
		{name: "IPv6", service: "mlflow", laptop: true, env: mlflow("http://[::1]:5000")},
		{name: "two addresses, the first refuses", service: "minio", env: minio("both.mlops.svc.cluster.local:9000")},
		{name: "two addresses, the first is silent", service: "minio", clients: []string{"boto3", "minio-py"}, env: minio("silent.mlops.svc.cluster.local:9000"), code: "FLTS-T09"},
		{name: "no room for connections", service: "minio", env: minio("full.mlops.svc.cluster.local:9000"), fails: everyone(""), code: "FLTS-T02"},
		{name: "known to /etc/hosts", service: "minio", env: minio("pinned.mlops.svc.cluster.local:9000"), code: "FLTS-D17"},
		{name: "stale in /etc/hosts", service: "minio", env: minio("stale.mlops.svc.cluster.local:9000"), fails: everyone("onnect"), code: "FLTS-T01"},
		{name: "first label alone", service: "minio", env: minio("minio:9000")},
		{name: "another namespace", service: "minio", env: minio("minio.kubeflow.svc.cluster.local:9000"), fails: everyone("onnect")},
		{name: "slow", service: "minio", clients: []string{"boto3"}, env: minio("slow.mlops.svc.cluster.local:9000"), code: "FLTS-H12"},
		{name: "slow", service: "mlflow", clients: []string{"mlflow"}, env: mlflow("http://slow.mlops.svc.cluster.local:5000"), code: "FLTS-H12"},
	}
}
