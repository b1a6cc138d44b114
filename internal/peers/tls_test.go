//go:build peers

package peers_test

// tlsScenarios are about certificates, who is trusted, and http where https is due.
func tlsScenarios(w *world) []scenario {
	const front = "front.mlops.svc.cluster.local:"
	tls := func(port string, more ...string) vars {
		return vars{"MINIO_ENDPOINT": front + port, "MINIO_SECURE": "true"}.with(more...)
	}
	everywhere := []string{"AWS_CA_BUNDLE", w.ca, "REQUESTS_CA_BUNDLE", w.ca, "SSL_CERT_FILE", w.ca}
	mlflow := func(more ...string) vars {
		return vars{"MLFLOW_TRACKING_URI": "https://" + front + "5443"}.with(more...)
	}
	gateway := func(more ...string) vars {
		return vars{"GATEWAY_URL": "https://" + front + "8443"}.with(more...)
	}
	boto := []string{"boto3", "s3fs"}
	return []scenario{
		{name: "CA in all three variables", service: "minio", env: tls("8443", everywhere...)},
		{name: "CA in AWS_CA_BUNDLE", service: "minio", env: tls("8443", "AWS_CA_BUNDLE", w.ca), clients: boto},
		{name: "CA in AWS_CA_BUNDLE, minio-py too", service: "minio", env: tls("8443", "AWS_CA_BUNDLE", w.ca), code: "FLTS-L15", fails: vars{"minio-py": "CERTIFICATE_VERIFY_FAILED"}},
		{name: "CA in REQUESTS_CA_BUNDLE", service: "minio", env: tls("8443", "REQUESTS_CA_BUNDLE", w.ca), clients: boto},
		{name: "CA in SSL_CERT_FILE", service: "minio", env: tls("8443", "SSL_CERT_FILE", w.ca), clients: boto, fails: everyone("CERTIFICATE_VERIFY_FAILED")},
		{name: "CA in SSL_CERT_FILE, minio-py too", service: "minio", env: tls("8443", "SSL_CERT_FILE", w.ca), fails: vars{"boto3": "CERTIFICATE_VERIFY_FAILED", "s3fs": "CERTIFICATE_VERIFY_FAILED"}},
		{name: "CA in SSL_CERT_FILE, minio-py alone", service: "minio", env: tls("8443", "SSL_CERT_FILE", w.ca), clients: []string{"minio-py"}, image: []string{"minio"}},
		{name: "CA nowhere", service: "minio", env: tls("8443"), fails: everyone("CERTIFICATE_VERIFY_FAILED"), code: "FLTS-L01"},
		{name: "another CA", service: "minio", env: tls("8443", "AWS_CA_BUNDLE", w.otherCA, "SSL_CERT_FILE", w.otherCA), fails: everyone("CERTIFICATE_VERIFY_FAILED"), code: "FLTS-L01"},
		{name: "right CA in the weaker variable", service: "minio", env: tls("8443", "AWS_CA_BUNDLE", w.otherCA, "REQUESTS_CA_BUNDLE", w.ca), clients: boto, fails: everyone("CERTIFICATE_VERIFY_FAILED"), code: "FLTS-L01"},
		{name: "CA bundle that is not there", service: "minio", env: tls("8443", "AWS_CA_BUNDLE", "/nowhere/ca.pem"), clients: boto, fails: everyone("")},
		{name: "CA bundle that is empty", service: "minio", env: tls("8443", "AWS_CA_BUNDLE", "/dev/null"), clients: boto, fails: everyone("")},
		{name: "CA bundle not there, plain http", service: "minio", env: vars{"AWS_CA_BUNDLE": "/nowhere/ca.pem"}, clients: boto, fails: vars{"s3fs": "No such file"}},
		{name: "expired", service: "minio", env: tls("8444", everywhere...), fails: everyone("expired"), code: "FLTS-L03"},
		{name: "not yet valid", service: "minio", env: tls("8446", everywhere...), fails: everyone("not yet valid"), code: "FLTS-L04"},
		{name: "another name", service: "minio", env: tls("8445", everywhere...), fails: everyone("match"), code: "FLTS-L02"},
		{name: "common name only, minio-py alone", service: "minio", env: tls("8447", everywhere...), clients: []string{"minio-py"}, image: []string{"minio"}, fails: everyone("ostname"), code: "FLTS-L02"},
		{name: "common name only", service: "minio", env: tls("8447", everywhere...), fails: vars{"minio-py": "ostname"}},
		{name: "wildcard", service: "minio", env: tls("8449", everywhere...)},
		{name: "wildcard, bucket in front of the host", service: "minio", env: tls("8449", append([]string{"AWS_S3_ADDRESSING_STYLE", "virtual"}, everywhere...)...)},
		{name: "address that the certificate names", service: "minio", env: tls("8443", append([]string{"MINIO_ENDPOINT", "10.96.0.30:8443"}, everywhere...)...)},
		{name: "address that it does not name", service: "minio", env: tls("8449", append([]string{"MINIO_ENDPOINT", "10.96.0.30:8449"}, everywhere...)...), fails: everyone("match"), code: "FLTS-L02"},
		{name: "client certificate wanted", service: "minio", env: tls("8448", everywhere...), fails: everyone("")},
		{name: "http to the TLS port", service: "minio", env: vars{"MINIO_ENDPOINT": front + "8443"}, fails: everyone(""), code: "FLTS-L05"},
		{name: "https to the plain port", service: "minio", env: tls("9010"), fails: everyone("SSL"), code: "FLTS-L06"},
		{name: "verification off for MLflow's store", service: "minio", env: tls("8443", "MLFLOW_S3_IGNORE_TLS", "true"), fails: everyone("CERTIFICATE_VERIFY_FAILED")},

		{name: "CA in REQUESTS_CA_BUNDLE", service: "mlflow", env: mlflow("REQUESTS_CA_BUNDLE", w.ca)},
		{name: "CA in CURL_CA_BUNDLE", service: "mlflow", env: mlflow("CURL_CA_BUNDLE", w.ca)},
		{name: "CA in MLFLOW_TRACKING_SERVER_CERT_PATH", service: "mlflow", env: mlflow("MLFLOW_TRACKING_SERVER_CERT_PATH", w.ca)},
		{name: "CA in AWS_CA_BUNDLE", service: "mlflow", env: mlflow("AWS_CA_BUNDLE", w.ca), fails: everyone("CERTIFICATE_VERIFY_FAILED")},
		{name: "CA in SSL_CERT_FILE", service: "mlflow", env: mlflow("SSL_CERT_FILE", w.ca), fails: everyone("CERTIFICATE_VERIFY_FAILED")},
		{name: "CA nowhere", service: "mlflow", env: mlflow(), fails: everyone("CERTIFICATE_VERIFY_FAILED"), code: "FLTS-L01"},
		{name: "verification off", service: "mlflow", env: mlflow("MLFLOW_TRACKING_INSECURE_TLS", "true")},
		{name: "https to the plain port", service: "mlflow", env: vars{"MLFLOW_TRACKING_URI": "https://mlflow-open.mlops.svc.cluster.local:5000"}, fails: everyone("SSL"), code: "FLTS-L06"},
		{name: "http to the TLS port", service: "mlflow", env: vars{"MLFLOW_TRACKING_URI": "http://" + front + "5443"}, fails: everyone(""), code: "FLTS-L05"},

		{name: "CA in REQUESTS_CA_BUNDLE", service: "gateway", env: gateway("REQUESTS_CA_BUNDLE", w.ca)},
		{name: "CA in CURL_CA_BUNDLE", service: "gateway", env: gateway("CURL_CA_BUNDLE", w.ca)},
		{name: "CA in SSL_CERT_FILE", service: "gateway", env: gateway("SSL_CERT_FILE", w.ca), fails: everyone("CERTIFICATE_VERIFY_FAILED")},
		{name: "CA nowhere", service: "gateway", env: gateway(), fails: everyone("CERTIFICATE_VERIFY_FAILED"), code: "FLTS-L01"},
	}
}
