//go:build peers

package peers_test

import "encoding/base64"

func base64Of(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// addressScenarios are about what stands in the endpoint, and whether anybody is
// there.
func addressScenarios(w *world) []scenario {
	// As a task has it that was configured with the names of AWS.
	aws := func(endpoint string) vars {
		return vars{
			"MINIO_ENDPOINT": "", "MINIO_ACCESS_KEY": "", "MINIO_SECRET_KEY": "",
			"AWS_ENDPOINT_URL_S3": endpoint, "AWS_ACCESS_KEY_ID": w.reader.accessKey, "AWS_SECRET_ACCESS_KEY": w.reader.secretKey,
		}
	}
	boto := []string{"boto3", "s3fs"}
	minio := func(endpoint string) vars { return vars{"MINIO_ENDPOINT": endpoint} }
	return []scenario{
		{name: "nobody listens", service: "minio", env: minio("nobody.mlops.svc.cluster.local:9000"), fails: everyone("onnect"), code: "FLTS-T01"},
		{name: "no answer ever", service: "minio", env: minio("nobody.mlops.svc.cluster.local:7000"), fails: everyone("ime"), code: "FLTS-T07"},
		{name: "no such name", service: "minio", env: minio("minio.nowhere.svc.cluster.local:9000"), fails: everyone("onnect")},
		{name: "no scheme", service: "minio", env: aws("minio.mlops.svc.cluster.local:9000"), clients: boto, fails: everyone("Invalid endpoint")},
		{name: "path in the endpoint", service: "minio", env: aws("http://minio.mlops.svc.cluster.local:9000/dataset"), clients: boto, fails: everyone("")},
		{name: "slash after the endpoint", service: "minio", env: aws("http://minio.mlops.svc.cluster.local:9000/"), clients: boto},
		{name: "s3 scheme", service: "minio", env: aws("s3://minio.mlops.svc.cluster.local:9000"), clients: boto, fails: everyone("")},
		{name: "newline after the endpoint", service: "minio", env: aws("http://minio.mlops.svc.cluster.local:9000\n"), clients: boto, fails: everyone("")},
		{name: "blank after the endpoint", service: "minio", env: aws("http://minio.mlops.svc.cluster.local:9000 "), clients: boto, fails: everyone("")},
		{name: "quotes around the endpoint", service: "minio", env: aws(`"http://minio.mlops.svc.cluster.local:9000"`), clients: boto, fails: everyone("")},
		{name: "scheme in upper case", service: "minio", env: aws("HTTP://minio.mlops.svc.cluster.local:9000"), clients: boto},
		{name: "URL for host and port", service: "minio", env: minio("http://minio.mlops.svc.cluster.local:9000"), clients: []string{"minio-py"}, fails: everyone("")},
		{name: "port out of range", service: "minio", env: minio("minio.mlops.svc.cluster.local:99999"), fails: everyone("")},
		{name: "final dot", service: "minio", env: minio("minio.mlops.svc.cluster.local.:9000"), fails: vars{"boto3": "SignatureDoesNotMatch", "s3fs": "SignatureDoesNotMatch"}},
		{name: "underscore in the name", service: "minio", env: minio("min_io.mlops.svc.cluster.local:9000"), fails: everyone("")},
		{name: "the endpoint of all of AWS elsewhere", service: "minio", env: vars{"AWS_ENDPOINT_URL": "http://nobody.mlops.svc.cluster.local:9000"}},
		{name: "endpoints ignored by order", service: "minio", env: vars{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, clients: boto, fails: everyone("")},

		{name: "nobody listens", service: "mlflow", env: vars{"MLFLOW_TRACKING_URI": "http://nobody.mlops.svc.cluster.local:5000"}, fails: everyone("efused"), code: "FLTS-T01"},
		{name: "no answer ever", service: "mlflow", env: vars{"MLFLOW_TRACKING_URI": "http://nobody.mlops.svc.cluster.local:7000"}, fails: everyone("imed"), code: "FLTS-T07"},
		{name: "no such name", service: "mlflow", env: vars{"MLFLOW_TRACKING_URI": "http://mlflow.nowhere.svc.cluster.local:5000"}, fails: everyone("resol")},
		{name: "no scheme", service: "mlflow", env: vars{"MLFLOW_TRACKING_URI": "mlflow-open.mlops.svc.cluster.local:5000"}, fails: everyone("")},
		{name: "newline after the URI", service: "mlflow", env: vars{"MLFLOW_TRACKING_URI": "http://mlflow-open.mlops.svc.cluster.local:5000\n"}, fails: everyone("")},
		{name: "blank after the URI", service: "mlflow", env: vars{"MLFLOW_TRACKING_URI": "http://mlflow-open.mlops.svc.cluster.local:5000 "}, fails: everyone("")},
		{name: "page of the browser", service: "mlflow", env: vars{"MLFLOW_TRACKING_URI": "http://mlflow-open.mlops.svc.cluster.local:5000/#/experiments/0"}, fails: everyone("")},
		{name: "scheme in upper case", service: "mlflow", env: vars{"MLFLOW_TRACKING_URI": "HTTP://mlflow-open.mlops.svc.cluster.local:5000"}},

		{name: "nobody listens", service: "gateway", env: vars{"GATEWAY_URL": "http://nobody.mlops.svc.cluster.local:8000"}, fails: everyone("efused"), code: "FLTS-T01"},
		{name: "no scheme", service: "gateway", env: vars{"GATEWAY_URL": "front.mlops.svc.cluster.local:8000"}, fails: everyone("")},
		{name: "newline after the URL", service: "gateway", env: vars{"GATEWAY_URL": "http://front.mlops.svc.cluster.local:8000\n"}, fails: everyone("parse")},
		{name: "final dot", service: "gateway", env: vars{"GATEWAY_URL": "http://front.mlops.svc.cluster.local.:8000"}},
	}
}
