//go:build peers

package peers_test

// mlflowScenarios are about MLflow itself and about what stands in front of it.
func mlflowScenarios(w *world) []scenario {
	at := func(uri string, more ...string) vars {
		return vars{"MLFLOW_TRACKING_URI": uri}.with(more...)
	}
	front := func(port string) vars { return at("http://front.mlops.svc.cluster.local:" + port) }
	const (
		login = "http://mlflow-login.mlops.svc.cluster.local:5000"
		user  = "MLFLOW_TRACKING_USERNAME"
		pass  = "MLFLOW_TRACKING_PASSWORD"
		token = "MLFLOW_TRACKING_TOKEN"
	)
	artifact := []string{"mlflow-artifact"}
	keys := []string{"MINIO_ACCESS_KEY", w.writer.accessKey, "MINIO_SECRET_KEY", w.writer.secretKey}
	return []scenario{
		{name: "healthy", service: "mlflow"},
		{name: "slash after the URI", service: "mlflow", env: at("http://mlflow-open.mlops.svc.cluster.local:5000/")},
		{name: "experiment named", service: "mlflow", env: vars{"MLFLOW_EXPERIMENT_NAME": "churn"}},

		{name: "Host not allowed", service: "mlflow", env: at("http://mlflow.mlops.svc.cluster.local:5000"), fails: everyone("Invalid Host header"), code: "FLTS-A12"},
		{name: "Host is an address", service: "mlflow", env: at("http://10.96.0.20:5000")},
		{name: "Host allowed with any port", service: "mlflow", env: at(login, user, mlflowUser, pass, mlflowPassword)},
		{name: "Host allowed in another form", service: "mlflow", env: at("http://mlflow-login.mlops:5000", user, mlflowUser, pass, mlflowPassword), fails: everyone("Invalid Host header"), code: "FLTS-A12"},
		{name: "Host allowed without its port", service: "mlflow", env: at("http://mlflow-below.mlops.svc.cluster.local:5000/mlflow"), fails: everyone("Invalid Host header"), code: "FLTS-A12"},

		{name: "no login", service: "mlflow", env: at(login), fails: everyone("401"), code: "FLTS-A10"},
		{name: "wrong password", service: "mlflow", env: at(login, user, mlflowUser, pass, "wrong"), fails: everyone("401"), code: "FLTS-A10"},
		{name: "user without a password", service: "mlflow", env: at(login, user, mlflowUser), fails: everyone("401")},
		{name: "login in the URI", service: "mlflow", clients: []string{"mlflow"}, env: at("http://admin:correct%20horse%20battery@mlflow-login.mlops.svc.cluster.local:5000")},
		{name: "token for a password", service: "mlflow", env: at(login, token, mlflowPassword), fails: everyone("401"), code: "FLTS-A10"},
		{name: "login beats the token", service: "mlflow", clients: []string{"mlflow"}, env: at(login, user, mlflowUser, pass, mlflowPassword, token, "stale")},
		{name: "newline after the password", service: "mlflow", env: at(login, user, mlflowUser, pass, mlflowPassword+"\n"), fails: everyone("401"), code: "FLTS-S04"},
		{name: "newline after the token", service: "mlflow", env: at(login, token, "stale\n"), fails: everyone("header value"), code: "FLTS-S03"},
		{name: "login where none is wanted", service: "mlflow", env: vars{user: "somebody", pass: "something"}},

		{name: "below its prefix", service: "mlflow", env: at("http://10.96.0.23:5000/mlflow")},
		{name: "prefix left out", service: "mlflow", env: at("http://10.96.0.23:5000"), fails: everyone("404")},
		{name: "wrong prefix", service: "mlflow", env: at("http://10.96.0.23:5000/tracking"), fails: everyone("404"), code: "FLTS-H09"},
		{name: "prefix where there is none", service: "mlflow", env: at("http://mlflow-open.mlops.svc.cluster.local:5000/mlflow"), fails: everyone("404"), code: "FLTS-H09"},
		{name: "artifacts only", service: "mlflow", env: at("http://mlflow-files.mlops.svc.cluster.local:5000"), fails: everyone("503")},

		{name: "artifacts through the server", service: "mlflow", clients: artifact, env: at("http://10.96.0.20:5000")},
		{name: "artifacts straight to the store", service: "mlflow", clients: artifact, env: at("http://mlflow-open.mlops.svc.cluster.local:5000", keys...)},
		{name: "artifacts to a store that refuses", service: "mlflow", clients: artifact, env: vars{"MINIO_ACCESS_KEY": w.reader.accessKey, "MINIO_SECRET_KEY": w.reader.secretKey}, fails: everyone("AccessDenied"), code: "FLTS-X06"},
		{name: "artifacts to a store that refuses, tried", service: "mlflow", clients: artifact, write: true, env: vars{"MINIO_ACCESS_KEY": w.reader.accessKey, "MINIO_SECRET_KEY": w.reader.secretKey}, fails: everyone("AccessDenied"), code: "FLTS-X06"},
		{name: "artifacts to a store with wrong keys", service: "mlflow", clients: artifact, env: at("http://mlflow-open.mlops.svc.cluster.local:5000", "MINIO_SECRET_KEY", "wrong"), fails: everyone("S3UploadFailed")},
		{name: "artifacts to a store that is down", service: "mlflow", clients: artifact, env: at("http://mlflow-open.mlops.svc.cluster.local:5000", append([]string{"MINIO_ENDPOINT", "nobody.mlops.svc.cluster.local:9000"}, keys...)...), fails: everyone("onnect")},
		{name: "artifacts too large for nginx", service: "mlflow", clients: artifact, write: true, env: front("5012"), fails: everyone("413"), code: "FLTS-X09"},

		{name: "behind nginx", service: "mlflow", env: front("5010")},
		{name: "compressed by nginx", service: "mlflow", env: front("5019")},
		{name: "login of the ingress missing", service: "mlflow", env: front("5011"), fails: everyone("401"), code: "FLTS-A10"},
		{name: "login of the ingress", service: "mlflow", env: at("http://front.mlops.svc.cluster.local:5011", user, "ingress", pass, "let me in")},
		{name: "redirect to a login page", service: "mlflow", env: front("5013"), fails: everyone(""), code: "FLTS-H06"},
		{name: "a login page", service: "mlflow", env: front("8009"), fails: everyone(""), code: "FLTS-H06"},
		{name: "path of the ingress", service: "mlflow", env: at("http://front.mlops.svc.cluster.local:5014/tracking")},
		{name: "nothing may be written, task reads", service: "mlflow", clients: []string{"mlflow-get"}, env: front("5015"), code: "FLTS-H21"},
		{name: "nothing may be written", service: "mlflow", env: front("5015"), fails: everyone("403"), code: "FLTS-H21"},
		{name: "healthy, and an API that is down", service: "mlflow", env: front("5016"), fails: everyone("503"), code: "FLTS-H08"},
		{name: "redirect that keeps the method", service: "mlflow", env: front("5017"), code: "FLTS-H10"},
		{name: "redirect that loses the method", service: "mlflow", env: front("5018"), clients: []string{"mlflow-run"}, fails: everyone(""), code: "FLTS-H10"},
		{name: "502", service: "mlflow", env: front("8001"), fails: everyone("502"), code: "FLTS-H08"},
		{name: "503", service: "mlflow", env: front("8002"), fails: everyone("503"), code: "FLTS-H08"},
		{name: "504", service: "mlflow", env: front("8003"), fails: everyone("504"), code: "FLTS-H08"},
		{name: "404", service: "mlflow", env: front("8004"), fails: everyone("404")},
		{name: "403", service: "mlflow", env: front("8005"), fails: everyone("403")},
		{name: "500", service: "mlflow", env: front("8006"), fails: everyone("500")},
		{name: "JSON of somebody else", service: "mlflow", env: front("8000"), clients: []string{"mlflow-run"}, fails: everyone("")},
		{name: "MinIO for MLflow", service: "mlflow", env: at("http://minio.mlops.svc.cluster.local:9000"), fails: everyone("")},
	}
}
