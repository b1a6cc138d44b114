// Code generated from contract.yaml by go generate. DO NOT EDIT.

package resolve

func builtinTable() *Contract {
	return &Contract{Namespace: "default", Objects: Objects{ConfigMap: "flts-config", Secret: "flts-secrets"}, Keys: []*Key{
		{Name: "MINIO_ENDPOINT", Doc: "host and port of the object store", Type: "hostport", Default: "minio-service.${namespace}.svc.cluster.local:9000", Spellings: []Spelling{{Name: "AWS_S3_ENDPOINT_URL", As: "url", Secure: "MINIO_SECURE"}, {Name: "AWS_ENDPOINT_URL_S3", As: "url", Secure: "MINIO_SECURE", ReadBy: []string{"boto3", "s3fs", "pyarrow"}}, {Name: "MLFLOW_S3_ENDPOINT_URL", As: "url", Secure: "MINIO_SECURE", ReadBy: []string{"mlflow"}}}},
		{Name: "MINIO_SECURE", Doc: "whether the object store speaks TLS", Type: "bool", Default: "false"},
		{Name: "MINIO_ACCESS_KEY", Doc: "access key of the object store", Type: "string", DevDefault: "minioadmin", Sensitive: true, Required: true, Group: "s3", Spellings: []Spelling{{Name: "AWS_ACCESS_KEY_ID", ReadBy: []string{"boto3", "mlflow", "s3fs", "pyarrow", "duckdb", "minio-py"}}}, ReadBy: []string{"minio-py"}},
		{Name: "MINIO_SECRET_KEY", Doc: "secret key of the object store", Type: "string", DevDefault: "minioadmin", Sensitive: true, Required: true, Group: "s3", Spellings: []Spelling{{Name: "AWS_SECRET_ACCESS_KEY", ReadBy: []string{"boto3", "mlflow", "s3fs", "pyarrow", "duckdb", "minio-py"}}}, ReadBy: []string{"minio-py"}},
		{Name: "AWS_SESSION_TOKEN", Doc: "token of temporary credentials", Type: "string", Sensitive: true, Group: "s3", Optional: true, Spellings: []Spelling{{Name: "AWS_SECURITY_TOKEN", ReadBy: []string{"boto3", "mlflow", "s3fs"}}}, ReadBy: []string{"boto3", "mlflow", "s3fs", "pyarrow", "duckdb", "minio-py"}},
		{Name: "AWS_DEFAULT_REGION", Doc: "region of the object store", Type: "string", Default: "us-east-1", Spellings: []Spelling{{Name: "AWS_REGION", ReadBy: []string{"duckdb"}}}, ReadBy: []string{"boto3", "mlflow", "s3fs", "duckdb"}},
		{Name: "AWS_S3_ADDRESSING_STYLE", Doc: "whether the bucket is in the path or in the host name", Type: "enum", Values: []string{"path", "virtual", "auto"}, Default: "path", Spellings: []Spelling{{Name: "MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE", ReadBy: []string{"mlflow"}}}},
		{Name: "AWS_CA_BUNDLE", Doc: "certificates that boto3 trusts", Type: "string", ReadBy: []string{"boto3", "s3fs"}},
		{Name: "REQUESTS_CA_BUNDLE", Doc: "certificates that requests, and so MLflow, trusts", Type: "string", ReadBy: []string{"requests", "mlflow", "boto3"}},
		{Name: "SSL_CERT_FILE", Doc: "certificates that Go programs and minio-py trust", Type: "string", ReadBy: []string{"go", "minio-py"}},
		{Name: "MLFLOW_TRACKING_URI", Doc: "the tracking server", Type: "url", Default: "http://mlflow.${namespace}.svc.cluster.local:5000", Params: []string{"mlflow_uri"}, ReadBy: []string{"mlflow"}},
		{Name: "MLFLOW_TRACKING_USERNAME", Doc: "user of the tracking server", Type: "string", Sensitive: true, Group: "mlflow", ReadBy: []string{"mlflow"}},
		{Name: "MLFLOW_TRACKING_PASSWORD", Doc: "password of that user", Type: "string", Sensitive: true, Group: "mlflow", ReadBy: []string{"mlflow"}},
		{Name: "MLFLOW_TRACKING_TOKEN", Doc: "bearer token for the tracking server", Type: "string", Sensitive: true, ReadBy: []string{"mlflow"}},
		{Name: "MLFLOW_EXPERIMENT_NAME", Doc: "experiment that runs are filed under", Type: "string", ReadBy: []string{"mlflow"}},
		{Name: "GATEWAY_URL", Doc: "HTTP interface to the object store", Type: "url", Default: "http://fastapi-app.${namespace}.svc.cluster.local:8000"},
		{Name: "POSTGRES_ENDPOINT", Doc: "host and port of the database behind MLflow", Type: "hostport", Default: "postgres.${namespace}.svc.cluster.local:5432"},
		{Name: "BUCKET_DATASET", Doc: "raw datasets", Type: "bucket", Default: "dataset"},
		{Name: "BUCKET_PROCESSED", Doc: "preprocessed data", Type: "bucket", Default: "processed-data"},
		{Name: "BUCKET_MLFLOW", Doc: "artifacts of MLflow", Type: "bucket", Default: "mlflow"},
		{Name: "BUCKET_PREDICTIONS", Doc: "predictions", Type: "bucket", Default: "predictions"},
		{Name: "BUCKET_PROMOTION", Doc: "models that were promoted", Type: "bucket", Default: "model-promotion"},
		{Name: "BUCKET_INFERENCE_LOGS", Doc: "logs of inference", Type: "bucket", Default: "inference-txt-logs"},
	}, Services: []*Service{
		{Name: "minio", Kind: "s3", Check: "enforce", Endpoint: "MINIO_ENDPOINT", Secure: "MINIO_SECURE", AccessKey: "MINIO_ACCESS_KEY", SecretKey: "MINIO_SECRET_KEY", SessionToken: "AWS_SESSION_TOKEN", Region: "AWS_DEFAULT_REGION", Addressing: "AWS_S3_ADDRESSING_STYLE", CA: []string{"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"}, Buckets: []string{"BUCKET_DATASET", "BUCKET_PROCESSED", "BUCKET_MLFLOW", "BUCKET_PREDICTIONS", "BUCKET_PROMOTION", "BUCKET_INFERENCE_LOGS"}},
		{Name: "mlflow", Kind: "mlflow", Check: "enforce", Endpoint: "MLFLOW_TRACKING_URI", Username: "MLFLOW_TRACKING_USERNAME", Password: "MLFLOW_TRACKING_PASSWORD", Token: "MLFLOW_TRACKING_TOKEN", Experiment: "MLFLOW_EXPERIMENT_NAME", CA: []string{"REQUESTS_CA_BUNDLE"}},
		{Name: "gateway", Kind: "http", Check: "warn", Endpoint: "GATEWAY_URL", CA: []string{"REQUESTS_CA_BUNDLE"}},
		{Name: "postgres", Kind: "postgres", Check: "off", Endpoint: "POSTGRES_ENDPOINT"},
	}, Connections: []*Connection{
		{Name: "minio", IDs: []string{"minio", "minio_default"}, Types: []string{"aws", "s3"}, Keys: []Switch{{Name: "MINIO_ACCESS_KEY", Values: []string{"login", "extra.aws_access_key_id", "extra.session_kwargs.aws_access_key_id"}}, {Name: "MINIO_SECRET_KEY", Values: []string{"password", "extra.aws_secret_access_key", "extra.session_kwargs.aws_secret_access_key"}}, {Name: "AWS_SESSION_TOKEN", Values: []string{"extra.aws_session_token", "extra.session_kwargs.aws_session_token"}}, {Name: "AWS_ENDPOINT_URL_S3", Values: []string{"extra.service_config.s3.endpoint_url", "extra.endpoint_url", "extra.host"}}, {Name: "AWS_DEFAULT_REGION", Values: []string{"extra.region_name"}}}},
		{Name: "mlflow", IDs: []string{"mlflow", "mlflow_default"}, Types: []string{"http"}, Keys: []Switch{{Name: "MLFLOW_TRACKING_URI", Values: []string{"url"}}, {Name: "MLFLOW_TRACKING_USERNAME", Values: []string{"login"}}, {Name: "MLFLOW_TRACKING_PASSWORD", Values: []string{"password"}}, {Name: "MLFLOW_TRACKING_TOKEN", Values: []string{"extra.token"}}}},
		{Name: "gateway", IDs: []string{"gateway"}, Types: []string{"http"}, Keys: []Switch{{Name: "GATEWAY_URL", Values: []string{"url"}}}},
	}, Policy: Policy{
		{Name: "default-credentials", Unset: "warn", Dev: "off", Staging: "warn", Prod: "error", Pairs: []string{"minioadmin:minioadmin", "minio:minio123", "admin:password1234", "admin:password"}},
		{Name: "plain-http", Unset: "warn", Dev: "off", Staging: "warn", Prod: "error"},
		{Name: "verification-off", Unset: "warn", Dev: "off", Staging: "warn", Prod: "error", Variables: []Switch{{Name: "MLFLOW_TRACKING_INSECURE_TLS", Values: []string{"true", "1"}}, {Name: "MLFLOW_S3_IGNORE_TLS", Values: []string{"true", "1"}}, {Name: "PYTHONHTTPSVERIFY", Values: []string{"0"}}}},
		{Name: "localhost-in-pod", Unset: "error", Dev: "error", Staging: "error", Prod: "error"},
		{Name: "numeric-address", Unset: "warn", Dev: "off", Staging: "warn", Prod: "warn"},
		{Name: "sensitive-in-configmap", Unset: "warn", Dev: "warn", Staging: "warn", Prod: "error"},
		{Name: "sensitive-as-parameter", Unset: "warn", Dev: "warn", Staging: "warn", Prod: "error"},
		{Name: "world-readable-secret", Unset: "warn", Dev: "off", Staging: "warn", Prod: "warn"},
	}, Pristine: []string{"PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "TMPDIR", "TERM", "TZ", "LANG", "LC_*", "HOSTNAME", "KUBERNETES_*", "KFP_*", "AIRFLOW_CTX_*", "PYTHON*", "NVIDIA_*", "CUDA_*", "LD_LIBRARY_PATH", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "APP_ENV", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_*", "AWS_CONTAINER_*", "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}}
}
