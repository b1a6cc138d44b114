//go:build peers

package peers_test

// neighbourScenarios are next to what the others are about: keys and buckets of
// unusual form, what was left over, redirects, and what is set and does not matter.
func neighbourScenarios(w *world) []scenario {
	as := func(u user, more ...string) vars {
		return vars{"MINIO_ACCESS_KEY": u.accessKey, "MINIO_SECRET_KEY": u.secretKey}.with(more...)
	}
	at := func(uri string, more ...string) vars { return vars{"MLFLOW_TRACKING_URI": uri}.with(more...) }
	front := func(port string, more ...string) vars {
		return at("http://front.mlops.svc.cluster.local:"+port, more...)
	}
	gateway := func(port string) vars { return vars{"GATEWAY_URL": "http://front.mlops.svc.cluster.local:" + port} }
	boto := []string{"boto3", "s3fs"}
	const insecure, certPath = "MLFLOW_TRACKING_INSECURE_TLS", "MLFLOW_TRACKING_SERVER_CERT_PATH"
	login := []string{"MLFLOW_TRACKING_USERNAME", mlflowUser, "MLFLOW_TRACKING_PASSWORD", mlflowPassword}
	return []scenario{
		{name: "access key with a slash and a plus", service: "minio", env: as(w.odd), write: true},
		{name: "disabled user", service: "minio", env: as(w.disabled), fails: everyone("InvalidAccessKeyId"), code: "FLTS-A01"},
		{name: "bucket with a dot", service: "minio", env: vars{"BUCKET_DATASET": "data.set"}},
		{name: "bucket with a dot, TLS", service: "minio", env: vars{
			"BUCKET_DATASET": "data.set", "MINIO_ENDPOINT": "front.mlops.svc.cluster.local:8443", "MINIO_SECURE": "true",
			"AWS_CA_BUNDLE": w.ca, "SSL_CERT_FILE": w.ca,
		}},
		{name: "lists only", service: "minio", env: as(w.lists), fails: everyone("AccessDenied"), code: "FLTS-A04"},
		{name: "prefix, nothing else", service: "minio", env: as(w.prefix, "FLTS_NEEDS", "s3:BUCKET_DATASET/private/=r"), clients: []string{"boto3"}, fails: everyone("AccessDenied")},
		{name: "old name of a session token", service: "minio", env: vars{"AWS_SECURITY_TOKEN": "left/over"}, fails: everyone("InvalidTokenId"), code: "FLTS-A08"},
		{name: "keys of another under the names of AWS", service: "minio", env: vars{"AWS_ACCESS_KEY_ID": "other", "AWS_SECRET_ACCESS_KEY": "keys"}},
		{name: "secret key in quotes", service: "minio", env: as(user{w.reader.accessKey, `"` + w.reader.secretKey + `"`}), fails: everyone("SignatureDoesNotMatch"), code: "FLTS-A03"},
		{name: "no checksums", service: "minio", write: true, env: vars{"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required", "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}},
		{name: "TLS, written to", service: "minio", write: true, env: vars{
			"MINIO_ENDPOINT": "front.mlops.svc.cluster.local:8443", "MINIO_SECURE": "true", "AWS_CA_BUNDLE": w.ca, "SSL_CERT_FILE": w.ca,
		}},
		{name: "CA bundle is a directory", service: "minio", clients: boto, env: vars{
			"MINIO_ENDPOINT": "front.mlops.svc.cluster.local:8443", "MINIO_SECURE": "true", "AWS_CA_BUNDLE": "/etc",
		}, fails: everyone(""), code: "FLTS-L12"},
		{name: "bundle of requests not there, plain http", service: "minio", clients: boto, env: vars{"REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"}, fails: vars{"s3fs": "No such file"}, code: "FLTS-L12"},
		{name: "bundle not there, plain http, no s3fs", service: "minio", clients: []string{"boto3"}, image: []string{"botocore"}, env: vars{"AWS_CA_BUNDLE": "/nowhere/ca.pem"}},
		{name: "SOCKS proxy", service: "minio", clients: boto, env: vars{"HTTP_PROXY": "socks5://proxy.mlops.svc.cluster.local:1080"}, fails: everyone(""), code: "FLTS-P07"},
		{name: "proxy without a scheme and without a dot", service: "mlflow", env: vars{"HTTP_PROXY": "proxy:3128"}, fails: everyone(""), code: "FLTS-P07"},
		{name: "proxy without a scheme and without a dot", service: "minio", clients: boto, env: vars{"HTTP_PROXY": "proxy:3128"}},

		{name: "bundle not there, plain http", service: "mlflow", env: vars{"REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"}},
		{name: "bundle not there", service: "mlflow", env: at("https://front.mlops.svc.cluster.local:5443", "REQUESTS_CA_BUNDLE", "/nowhere/ca.pem"), fails: everyone(""), code: "FLTS-L12"},
		{name: "expired", service: "mlflow", env: at("https://front.mlops.svc.cluster.local:5444", "REQUESTS_CA_BUNDLE", w.ca), fails: everyone("expired"), code: "FLTS-L03"},
		{name: "expired, verification off", service: "mlflow", env: at("https://front.mlops.svc.cluster.local:5444", insecure, "true")},
		{name: "verification off and a certificate", service: "mlflow", env: at("https://front.mlops.svc.cluster.local:5443", insecure, "true", certPath, w.ca), fails: everyone("must not be set"), code: "FLTS-L12"},
		{name: "stronger variable is wrong", service: "mlflow", env: at("https://front.mlops.svc.cluster.local:5443", certPath, w.otherCA, "REQUESTS_CA_BUNDLE", w.ca), fails: everyone("CERTIFICATE_VERIFY_FAILED"), code: "FLTS-L01"},
		{name: "slash after the prefix", service: "mlflow", env: at("http://10.96.0.23:5000/mlflow/")},
		{name: "deleted experiment", service: "mlflow", clients: []string{"mlflow-run"}, env: vars{"MLFLOW_EXPERIMENT_NAME": "retired"}, fails: everyone("deleted"), code: "FLTS-X13"},
		{name: "redirects to a server that wants a login", service: "mlflow", env: front("5020", login...), fails: everyone("401"), code: "FLTS-A10"},
		{name: "two redirects", service: "mlflow", env: front("5021"), code: "FLTS-H10"},
		{name: "redirects to itself", service: "mlflow", env: front("5022"), fails: everyone("redirects"), code: "FLTS-H10"},
		{name: "429", service: "mlflow", env: front("5023"), fails: everyone("429"), code: "FLTS-H14"},
		{name: "written to", service: "mlflow", write: true, clients: []string{"mlflow", "mlflow-run", "mlflow-artifact"}},
		{name: "written to through the server", service: "mlflow", write: true, clients: []string{"mlflow", "mlflow-run", "mlflow-artifact"}, env: at("http://10.96.0.20:5000")},

		{name: "redirects on the same server", service: "gateway", env: gateway("8014")},
		{name: "429", service: "gateway", env: gateway("8015")},
		{name: "redirects without end", service: "gateway", env: gateway("8016"), fails: everyone("redirects"), code: "FLTS-H10"},
		{name: "redirect to another protocol", service: "gateway", env: gateway("8017"), fails: everyone("InvalidSchema"), code: "FLTS-H10"},
		{name: "redirect to a name that does not exist", service: "gateway", env: gateway("8018"), fails: everyone("resol")},
		{name: "no content", service: "gateway", env: gateway("8019")},
		{name: "compressed", service: "gateway", env: gateway("8020")},
	}
}
