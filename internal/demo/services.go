package main

import (
	"context"
	"crypto/rand"

	"github.com/flts-run/flts-run/internal/fakegateway"
	"github.com/flts-run/flts-run/internal/fakemlflow"
	"github.com/flts-run/flts-run/internal/fakes3"
)

// services are the backing services of the demo, each on a port that the kernel
// picked.
type services struct {
	s3        *fakes3.Server
	mlflow    *fakemlflow.Server
	gateway   *fakegateway.Server
	component fakes3.User // may do what the component needs and nothing else
}

const gatewayKey = "demo-gateway"

// startServices starts them, with the dataset in the store. The gateway reads
// with a key of its own, so that the log of the store tells who asked.
func startServices(ctx context.Context, dataset []byte) (s *services, err error) {
	s = &services{component: fakes3.User{
		AccessKey: "demo-component", SecretKey: rand.Text(),
		Allow: map[string]string{"dataset": "r", "processed-data": "rw"},
	}}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	gateway := fakes3.User{AccessKey: gatewayKey, SecretKey: rand.Text(), Allow: map[string]string{"processed-data": "r"}}
	s.s3, err = fakes3.Start(fakes3.Options{
		Users:   []fakes3.User{s.component, gateway},
		Buckets: []string{"dataset", "processed-data"},
	})
	if err != nil {
		return nil, err
	}
	if err := s.s3.Put(ctx, "dataset", "elborn.csv", dataset); err != nil {
		return nil, err
	}
	if s.mlflow, err = fakemlflow.Start(fakemlflow.Options{}); err != nil {
		return nil, err
	}
	s.gateway, err = fakegateway.Start(fakegateway.Options{
		Endpoint: s.s3.Endpoint(), AccessKey: gateway.AccessKey, SecretKey: gateway.SecretKey,
	})
	return s, err
}

func (s *services) close() {
	if s.gateway != nil {
		s.gateway.Close()
	}
	if s.mlflow != nil {
		s.mlflow.Close()
	}
	if s.s3 != nil {
		s.s3.Close()
	}
}

// configMap is that of a cluster. Its gateway is one that cannot be reached from
// here, which is why the run is given another.
func (s *services) configMap() map[string]string {
	return map[string]string{
		"MINIO_ENDPOINT":          s.s3.Endpoint(),
		"MINIO_SECURE":            "false",
		"MLFLOW_TRACKING_URI":     s.mlflow.URL(),
		"GATEWAY_URL":             "http://gateway.mlops.svc.cluster.local:8000",
		"AWS_DEFAULT_REGION":      "us-east-1",
		"AWS_S3_ADDRESSING_STYLE": "path",
		"BUCKET_DATASET":          "dataset",
		"BUCKET_PROCESSED":        "processed-data",
	}
}

func (s *services) secret() map[string]string {
	return map[string]string{"MINIO_ACCESS_KEY": s.component.AccessKey, "MINIO_SECRET_KEY": s.component.SecretKey}
}

func (s *services) ports() ports {
	return ports{s3: s.s3.Endpoint(), mlflow: s.mlflow.Endpoint(), gateway: s.gateway.Endpoint()}
}

// seen is how much the services have been asked so far.
type seen struct {
	s3      []fakes3.Request
	mlflow  []fakemlflow.Run
	gateway []fakegateway.Request
}

func (s *services) seen() seen {
	return seen{s.s3.Requests(), s.mlflow.Runs(), s.gateway.Requests()}
}

// since returns what came after an earlier look.
func (s seen) since(before seen) seen {
	return seen{s.s3[len(before.s3):], s.mlflow[len(before.mlflow):], s.gateway[len(before.gateway):]}
}
