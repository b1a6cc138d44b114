package main_test

import (
	"github.com/flts-run/flts-run/internal/fakegateway"
	"github.com/flts-run/flts-run/internal/fakemlflow"
	"github.com/flts-run/flts-run/internal/fakes3"
	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
)

// runningServices are an S3 server, an MLflow and a gateway, each as host:port.
// The user "component" with the key "component-secret" reads the bucket dataset
// and reads and writes processed-data; there is a bucket hidden from it. The
// Secrets Manager has the secret flts/prod, for who brings the token web-token.
type runningServices struct {
	s3, mlflow, gateway, store string
	close                      func()
}

func startServices() (*runningServices, error) {
	s3, err := fakes3.Start(fakes3.Options{
		AccessKey: "root-access", SecretKey: "root-secret",
		Users: []fakes3.User{{
			AccessKey: "component", SecretKey: "component-secret",
			Allow: map[string]string{"dataset": "r", "processed-data": "rw"},
		}},
		Buckets: []string{"dataset", "processed-data", "hidden"},
	})
	if err != nil {
		return nil, err
	}
	mlflow, err := fakemlflow.Start(fakemlflow.Options{})
	if err != nil {
		s3.Close()
		return nil, err
	}
	gateway, err := fakegateway.Start(fakegateway.Options{Endpoint: s3.Endpoint(), AccessKey: "root-access", SecretKey: "root-secret"})
	if err != nil {
		mlflow.Close()
		s3.Close()
		return nil, err
	}
	store, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	if err != nil {
		gateway.Close()
		mlflow.Close()
		s3.Close()
		return nil, err
	}
	store.Trust("web-token")
	store.Put("flts/prod", `{"minio": {"access": "component", "secret": "component-secret"}}`)
	return &runningServices{
		store: store.Endpoint(), s3: s3.Endpoint(), mlflow: mlflow.Endpoint(), gateway: gateway.Endpoint(),
		close: func() { store.Close(); gateway.Close(); mlflow.Close(); s3.Close() },
	}, nil
}
