package doctor_test

import (
	"testing"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/resolve"
)

func TestEnvironment(t *testing.T) {
	staging := func(o *doctor.Options) { o.AppEnv = resolve.Staging }
	for _, s := range []scenario{
		{name: "said", objects: configMap("data: {APP_ENV: production}"), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "APP_ENV is prod"},
		}},
		{name: "not said", objects: configMap("data: {A: b}"), mends: true, typed: "dev\n", want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-K26", Detail: "APP_ENV is not set: development credentials are used where there are none, and the policy only warns", Hint: typeConfigMap("APP_ENV", "dev, staging or prod")},
		}},
		{name: "not said, and given", objects: configMap("data: {A: b}"), options: staging, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "staging, as it was given here; flts-config does not say"},
		}},
		{name: "another one given", objects: configMap("data: {APP_ENV: dev}"), options: staging, mends: true, typed: "staging\n", want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-K26", Detail: "flts-config says APP_ENV=dev, and staging was given here", Hint: typeConfigMap("APP_ENV", "dev, staging or prod")},
		}},
		{name: "misspelt", objects: configMap("data: {APP_ENV: prodution}"), mends: true, typed: "prod\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-K26", Detail: `flts-run does not start: APP_ENV = "prodution": is not one of dev, staging, prod, did you mean production?`, Hint: typeConfigMap("APP_ENV", "dev, staging or prod")},
		}},
		{name: "no ConfigMap", want: []checklist.Finding{
			{State: checklist.Warn, Code: "FLTS-K26", Detail: "APP_ENV is not set: development credentials are used where there are none, and the policy only warns", Hint: "set APP_ENV to dev, staging or prod in the ConfigMap flts-config"},
		}},
		{name: "not to be seen", as: metadataOnly[:len(metadataOnly)-len("configmaps], verbs: [get]}")] + "pods], verbs: [get]}", want: []checklist.Finding{
			mayNotGet("configmaps", "flts-config"),
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"policy.environment"}
			s.run(t)
		})
	}
}

func TestPolicy(t *testing.T) {
	tls := "MINIO_SECURE: 'true', MLFLOW_TRACKING_URI: 'https://mlflow', GATEWAY_URL: 'https://gateway'"
	for _, s := range []scenario{
		{name: "kept", objects: configMap("data: {APP_ENV: prod, "+tls+"}") + whole, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no required key is missing"},
			{State: checklist.Pass, Detail: "no login that everybody knows"},
			{State: checklist.Pass, Detail: "TLS where the policy wants it"},
			{State: checklist.Pass, Detail: "certificates are verified"},
		}},
		{name: "well-known credentials", objects: configMap("data: {APP_ENV: prod, "+tls+"}") + secretOf("MINIO_ACCESS_KEY: minioadmin", "MINIO_SECRET_KEY: minioadmin", "KEPT: a"), mends: true, typed: "somebody\n" + canary + "\n", want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no required key is missing"},
			{State: checklist.Fail, Code: "FLTS-C15", Detail: "MINIO_ACCESS_KEY (Secret flts-secrets) and MINIO_SECRET_KEY (Secret flts-secrets) are default credentials, which everybody knows", Evidence: []string{"mc admin user add ALIAS NEWKEY asks for a secret"}, Hint: typeSecret("MINIO_ACCESS_KEY")},
			{State: checklist.Pass, Detail: "TLS where the policy wants it"},
			{State: checklist.Pass, Detail: "certificates are verified"},
		}},
		{name: "plain http", objects: configMap("data: {APP_ENV: prod, MLFLOW_TRACKING_URI: 'https://mlflow', GATEWAY_URL: 'https://gateway'}") + whole, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no required key is missing"},
			{State: checklist.Pass, Detail: "no login that everybody knows"},
			{State: checklist.Fail, Code: "FLTS-C16", Detail: "plain http, so keys and data travel in clear: MINIO_ENDPOINT to minio-service.default.svc.cluster.local (default)", Hint: "serve TLS and set MINIO_SECURE=true; where a mesh encrypts, say so in the contract: policy: {plain-http: {allow: [minio-service.default.svc.cluster.local]}}"},
			{State: checklist.Pass, Detail: "certificates are verified"},
		}},
		{name: "no verification", objects: configMap("data: {APP_ENV: prod, PYTHONHTTPSVERIFY: '0', "+tls+"}") + whole, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no required key is missing"},
			{State: checklist.Pass, Detail: "no login that everybody knows"},
			{State: checklist.Pass, Detail: "TLS where the policy wants it"},
			{State: checklist.Fail, Code: "FLTS-C17", Detail: "PYTHONHTTPSVERIFY (ConfigMap flts-config) is set so that certificates are not verified", Hint: "unset PYTHONHTTPSVERIFY, mount the CA, and set AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE and SSL_CERT_FILE to its path"},
		}},
		{name: "not complete", objects: configMap("data: {APP_ENV: prod, "+tls+"}") + secretOf("OTHER: a"), mends: true, typed: "somebody\n" + canary + "\n", want: []checklist.Finding{
			{State: checklist.Fail, Code: "FLTS-C18", Detail: "2 findings, of which the first: MINIO_ACCESS_KEY is required and has no value; searched: ConfigMap flts-config, Secret flts-secrets, default", Evidence: []string{"FLTS-C18 MINIO_ACCESS_KEY is required and has no value; searched: ConfigMap flts-config, Secret flts-secrets, default; put MINIO_ACCESS_KEY into the Secret that the pod mounts or reads", "FLTS-C18 MINIO_SECRET_KEY is required and has no value; searched: ConfigMap flts-config, Secret flts-secrets, default; put MINIO_SECRET_KEY into the Secret that the pod mounts or reads"}, Hint: typeSecret("MINIO_ACCESS_KEY")},
			{State: checklist.Pass, Detail: "no login that everybody knows"},
			{State: checklist.Pass, Detail: "TLS where the policy wants it"},
			{State: checklist.Pass, Detail: "certificates are verified"},
		}},
		{name: "development credentials nobody asked for", objects: configMap("data: {" + tls + "}"), want: []checklist.Finding{
			{State: checklist.Pass, Detail: "no required key is missing"},
			{State: checklist.Warn, Code: "FLTS-C25", Detail: "development credentials are used for MINIO_ACCESS_KEY and MINIO_SECRET_KEY, because APP_ENV is not set", Hint: "set APP_ENV=dev if this is meant, or mount the Secret"},
			{State: checklist.Pass, Detail: "TLS where the policy wants it"},
			{State: checklist.Pass, Detail: "certificates are verified"},
		}},
		{name: "a misspelt APP_ENV", objects: configMap("data: {APP_ENV: prodution, "+tls+"}") + whole, want: []checklist.Finding{
			{State: checklist.Unknown, Detail: `which policy holds is not known: APP_ENV = "prodution": is not one of dev, staging, prod, did you mean production?`},
			{State: checklist.Unknown, Detail: `which policy holds is not known: APP_ENV = "prodution": is not one of dev, staging, prod, did you mean production?`},
			{State: checklist.Unknown, Detail: `which policy holds is not known: APP_ENV = "prodution": is not one of dev, staging, prod, did you mean production?`},
			{State: checklist.Unknown, Detail: `which policy holds is not known: APP_ENV = "prodution": is not one of dev, staging, prod, did you mean production?`},
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"policy.complete", "policy.credentials", "policy.tls", "policy.verification"}
			s.run(t)
		})
	}
}
