//go:build peers

package peers_test

// s3Scenarios are about keys, permissions, buckets, regions.
func s3Scenarios(w *world) []scenario {
	as := func(u user, more ...string) vars {
		return vars{"MINIO_ACCESS_KEY": u.accessKey, "MINIO_SECRET_KEY": u.secretKey}.with(more...)
	}
	regional := func(region string) vars {
		return as(w.eu, "MINIO_ENDPOINT", "minio-eu.mlops.svc.cluster.local:9000", "AWS_DEFAULT_REGION", region)
	}
	return []scenario{
		{name: "healthy", service: "minio"},
		{name: "healthy, written to", service: "minio", write: true},
		{name: "short name", service: "minio", env: vars{"MINIO_ENDPOINT": "minio.mlops:9000"}},
		{name: "address for a name", service: "minio", env: vars{"MINIO_ENDPOINT": "10.96.0.10:9000"}},
		{name: "AWS names only", service: "minio", env: vars{
			"MINIO_ENDPOINT": "", "MINIO_ACCESS_KEY": "", "MINIO_SECRET_KEY": "",
			"AWS_ENDPOINT_URL_S3": "http://minio.mlops.svc.cluster.local:9000", "AWS_ACCESS_KEY_ID": w.reader.accessKey, "AWS_SECRET_ACCESS_KEY": w.reader.secretKey,
		}},
		{name: "the spelling of nobody", service: "minio", env: vars{"MINIO_ENDPOINT": "", "AWS_S3_ENDPOINT_URL": "http://minio.mlops.svc.cluster.local:9000"}},
		{name: "wrong secret key", service: "minio", env: as(user{w.reader.accessKey, "not the key at all"}), fails: everyone("SignatureDoesNotMatch"), code: "FLTS-A03"},
		{name: "unknown access key", service: "minio", env: as(user{"nobody-knows-me", "whatever it is"}), fails: everyone("InvalidAccessKeyId"), code: "FLTS-A01"},
		{name: "keys swapped", service: "minio", env: as(user{"swappedswappedswapped", w.reader.accessKey}), fails: everyone("InvalidAccessKeyId"), code: "FLTS-A01"},
		{name: "newline after the secret key", service: "minio", env: as(user{w.reader.accessKey, w.reader.secretKey + "\n"}), fails: everyone("SignatureDoesNotMatch")},
		{name: "newline after the access key", service: "minio", env: as(user{w.reader.accessKey + "\n", w.reader.secretKey}), fails: everyone("header")},
		{name: "carriage return after the access key", service: "minio", env: as(user{w.reader.accessKey + "\r", w.reader.secretKey}), fails: everyone("header")},
		{name: "blank after the access key", service: "minio", env: as(user{w.reader.accessKey + " ", w.reader.secretKey}), fails: everyone("InvalidAccessKeyId")},
		{name: "access key is base64", service: "minio", env: as(user{base64Of(w.reader.accessKey), w.reader.secretKey}), fails: everyone("InvalidAccessKeyId")},
		{name: "half a pair", service: "minio", env: vars{"MINIO_SECRET_KEY": ""}, fails: vars{"*": "PartialCredentials", "minio-py": "KeyError"}},
		{name: "stale session token", service: "minio", env: vars{"AWS_SESSION_TOKEN": "left/over/of/another/login"}, fails: everyone("InvalidTokenId"), code: "FLTS-A08"},
		{name: "profile that does not exist", service: "minio", env: vars{"AWS_PROFILE": "gone"}, clients: []string{"boto3", "s3fs"}, fails: everyone("ProfileNotFound")},
		{name: "profile that does not exist, minio-py too", service: "minio", env: vars{"AWS_PROFILE": "gone"}, fails: vars{"boto3": "ProfileNotFound", "s3fs": "ProfileNotFound"}},

		{name: "no permission at all", service: "minio", env: as(w.nobody), fails: everyone("AccessDenied"), code: "FLTS-X02"},
		{name: "bucket that may not be seen", service: "minio", env: vars{"BUCKET_DATASET": "predictions"}, fails: everyone("AccessDenied"), code: "FLTS-X02"},
		{name: "bucket that does not exist", service: "minio", env: as(w.ghost, "BUCKET_DATASET", "predictions"), fails: everyone("NoSuchBucket"), code: "FLTS-X01"},
		{name: "objects only, task lists", service: "minio", env: as(w.objects), fails: everyone("AccessDenied"), code: "FLTS-A04"},
		{name: "objects only, task does not list", service: "minio", env: as(w.objects), clients: []string{"boto3-objects"}, code: "FLTS-A04"},
		{name: "one prefix, task lists it", service: "minio", env: as(w.prefix, "FLTS_NEEDS", "s3:BUCKET_DATASET/public/=r"), clients: []string{"boto3-prefix"}},
		{name: "one prefix, task lists all", service: "minio", env: as(w.prefix), fails: everyone("AccessDenied")},
		{name: "may not write", service: "minio", write: true, env: as(w.reader), fails: everyone("AccessDenied")},

		{name: "region matches", service: "minio", env: regional("eu-central-1")},
		{name: "region differs", service: "minio", env: regional("us-east-1"), clients: []string{"boto3"}},
		{name: "region differs, other clients", service: "minio", env: regional("us-east-1"), fails: vars{"minio-py": "AuthorizationHeaderMalformed"}},
		{name: "region by the name that boto3 does not read", service: "minio", env: regional("").with("AWS_REGION", "eu-central-1")},
		{name: "any region where none is set", service: "minio", env: vars{"AWS_DEFAULT_REGION": "mars-north-1"}},
		{name: "virtual addressing", service: "minio", env: vars{"AWS_S3_ADDRESSING_STYLE": "virtual"}},

		{name: "console for the API", service: "minio", env: vars{"MINIO_ENDPOINT": "minio.mlops.svc.cluster.local:9001"}, fails: everyone("API"), code: "FLTS-H01"},
		{name: "MLflow for MinIO", service: "minio", env: vars{"MINIO_ENDPOINT": "mlflow-open.mlops.svc.cluster.local:5000"}, fails: everyone("")},
		{name: "Host rewritten on the way", service: "minio", env: vars{"MINIO_ENDPOINT": "front.mlops.svc.cluster.local:9010"}, fails: everyone("SignatureDoesNotMatch"), code: "FLTS-A03"},
		{name: "signature lost on the way", service: "minio", env: vars{"MINIO_ENDPOINT": "front.mlops.svc.cluster.local:9011"}, fails: everyone("AccessDenied")},
		{name: "chunked and compressed answers", service: "minio", env: vars{"MINIO_ENDPOINT": "front.mlops.svc.cluster.local:9012"}},
		{name: "no backend behind nginx", service: "minio", env: vars{"MINIO_ENDPOINT": "front.mlops.svc.cluster.local:9013"}, fails: everyone("502"), code: "FLTS-H08"},
		{name: "nginx lets nothing be written", service: "minio", write: true, env: vars{"MINIO_ENDPOINT": "front.mlops.svc.cluster.local:9014"}, fails: everyone("403")},
		{name: "nginx says 503", service: "minio", env: vars{"MINIO_ENDPOINT": "front.mlops.svc.cluster.local:8002"}, fails: everyone("503"), code: "FLTS-H08"},
		{name: "a web page for S3", service: "minio", env: vars{"MINIO_ENDPOINT": "front.mlops.svc.cluster.local:8009"}, fails: everyone("")},
		{name: "redirect to https", service: "minio", env: vars{"MINIO_ENDPOINT": "front.mlops.svc.cluster.local:8013"}, fails: everyone("")},
	}
}
