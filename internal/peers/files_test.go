//go:build peers

package peers_test

// fileScenarios are about files that clients read and no variable names, and about
// who wins when there are two logins.
func fileScenarios(w *world) []scenario {
	const (
		host  = "mlflow-login.mlops.svc.cluster.local"
		user  = "MLFLOW_TRACKING_USERNAME"
		pass  = "MLFLOW_TRACKING_PASSWORD"
		token = "MLFLOW_TRACKING_TOKEN"
	)
	at := func(more ...string) vars {
		return vars{"MLFLOW_TRACKING_URI": "http://" + host + ":5000"}.with(more...)
	}
	netrc := func(password string) vars {
		return vars{".netrc": "machine " + host + " login " + mlflowUser + ` password "` + password + "\"\n"}
	}
	credentials := func(name, password string) vars {
		return vars{".mlflow/credentials": "[mlflow]\nmlflow_tracking_username = " + name + "\nmlflow_tracking_password = " + password + "\n"}
	}
	aws := func(text string) vars { return vars{".aws/config": text} }
	// Each request with a login costs the server much of a second: one call is enough.
	once := []string{"mlflow"}
	boto := []string{"boto3", "s3fs"}
	return []scenario{
		{name: "netrc", service: "mlflow", clients: once, env: at(), files: netrc(mlflowPassword)},
		{name: "netrc beats the variables", service: "mlflow", clients: once, env: at(user, mlflowUser, pass, "wrong"), files: netrc(mlflowPassword)},
		{name: "wrong netrc beats the variables", service: "mlflow", env: at(user, mlflowUser, pass, mlflowPassword), files: netrc("wrong"), fails: everyone("401"), code: "FLTS-A10"},
		{name: "netrc of another host", service: "mlflow", clients: once, env: at(user, mlflowUser, pass, mlflowPassword), files: vars{".netrc": "machine example.org login a password b\n"}},
		{name: "netrc switched off", service: "mlflow", clients: once, env: at(user, mlflowUser, pass, mlflowPassword, "NETRC", "/dev/null"), files: netrc("wrong")},
		{name: "credentials file", service: "mlflow", clients: once, env: at(), files: credentials(mlflowUser, mlflowPassword)},
		{name: "variables beat the credentials file", service: "mlflow", clients: once, env: at(user, mlflowUser, pass, mlflowPassword), files: credentials("nobody", "wrong")},
		{name: "wrong credentials file", service: "mlflow", env: at(), files: credentials(mlflowUser, "wrong"), fails: everyone("401"), code: "FLTS-A10"},
		{name: "credentials file with a percent sign", service: "mlflow", env: at(), files: credentials(mlflowUser, "100%"), fails: everyone(""), code: "FLTS-A10"},
		{name: "login in the URI beats the variables", service: "mlflow", clients: once, env: at("MLFLOW_TRACKING_URI", "http://admin:correct%20horse%20battery@"+host+":5000", user, mlflowUser, pass, "wrong")},
		{name: "wrong login in the URI beats the variables", service: "mlflow", env: at("MLFLOW_TRACKING_URI", "http://admin:wrong@"+host+":5000", user, mlflowUser, pass, mlflowPassword), fails: everyone("401"), code: "FLTS-A10"},
		{name: "token and half a login", service: "mlflow", env: at(token, "stale", user, mlflowUser), fails: everyone("401"), code: "FLTS-S06"},

		{name: "profile that exists", service: "minio", env: vars{"AWS_PROFILE": "ml"}, files: aws("[profile ml]\nregion = us-east-1\n")},
		{name: "profile in the credentials file", service: "minio", env: vars{"AWS_PROFILE": "ml"}, files: vars{".aws/credentials": "[ml]\naws_access_key_id = other\naws_secret_access_key = keys\n"}, clients: boto},
		{name: "endpoint in the config file too", service: "minio", env: vars{}, files: aws("[default]\nendpoint_url = http://nobody.mlops.svc.cluster.local:9000\n")},
		{name: "another key in the credentials file", service: "minio", files: vars{".aws/credentials": "[default]\naws_access_key_id = other\naws_secret_access_key = keys\n"}},
		{name: "virtual addressing in the config file", service: "minio", clients: boto, files: aws("[default]\ns3 =\n    addressing_style = virtual\n"), fails: everyone(""), code: "FLTS-C63"},
	}
}
