package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/demo/pod"
	"github.com/flts-run/flts-run/internal/fakegateway"
	"github.com/flts-run/flts-run/internal/fakes3"
)

// worked compares what the services hold with what the component must have
// done, computed here a second time.
func (s *stage) worked(ctx context.Context, during seen) error {
	want, err := pod.Expected(s.dataset)
	if err != nil {
		return err
	}
	got, err := s.services.s3.Get(ctx, "processed-data", pod.ResultKey)
	if err != nil {
		return err
	}
	if string(got) != want.CSV {
		return fmt.Errorf("processed-data/%s is not what the dataset gives:\n%s\nbut:\n%s", pod.ResultKey, want.CSV, got)
	}
	if len(during.mlflow) != 1 {
		return fmt.Errorf("MLflow has %d runs, not 1", len(during.mlflow))
	}
	if run := during.mlflow[0]; run.Status != "FINISHED" || !reflect.DeepEqual(run.Metrics, want.Metrics) {
		return fmt.Errorf("the run in MLflow is %s with %v, not FINISHED with %v", run.Status, run.Metrics, want.Metrics)
	}
	if !slices.ContainsFunc(during.gateway, readsResult) {
		return errors.New("nobody read the result through the gateway")
	}
	return s.signed(during.s3)
}

func readsResult(r fakegateway.Request) bool {
	return r.Path == "/objects/processed-data/"+pod.ResultKey
}

// signed holds the log of the store against who may have asked for what: the
// component and the checks before it with the Secret's key, the gateway with its
// own and only for the result. Health is asked without a signature.
func (s *stage) signed(log []fakes3.Request) error {
	for _, r := range log {
		switch {
		case r.AccessKeyID == s.services.component.AccessKey:
		case r.AccessKeyID == gatewayKey && r.Path == "/processed-data/"+pod.ResultKey && r.Method != "PUT":
		case r.AccessKeyID == "" && strings.HasPrefix(r.Path, "/minio/health/"):
		default:
			return fmt.Errorf("the store was asked %s %s with the key %q", r.Method, r.Path, r.AccessKeyID)
		}
	}
	for _, want := range []fakes3.Request{
		{Method: "GET", Path: "/dataset/elborn.csv", AccessKeyID: s.services.component.AccessKey},
		{Method: "PUT", Path: "/processed-data/" + pod.ResultKey, AccessKeyID: s.services.component.AccessKey},
	} {
		if !slices.Contains(log, want) {
			return fmt.Errorf("the store was never asked %s %s with the Secret's key", want.Method, want.Path)
		}
	}
	return nil
}

// notStarted looks for the first thing that the component does, and for all
// that comes after it.
func (s *stage) notStarted(_ context.Context, during seen) error {
	isObject := func(r fakes3.Request) bool {
		return strings.Count(strings.Trim(r.Path, "/"), "/") > 0 && !strings.HasPrefix(r.Path, "/minio/")
	}
	if slices.ContainsFunc(during.s3, isObject) || len(during.mlflow) > 0 || slices.ContainsFunc(during.gateway, readsResult) {
		return errors.New("the component was started")
	}
	return nil
}
