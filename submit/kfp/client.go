// Package kfp submits to and watches Kubeflow Pipelines over REST v2beta1.
package kfp

import (
	_ "github.com/go-openapi/runtime"
	_ "github.com/go-openapi/runtime/client"
	_ "github.com/go-openapi/strfmt"
	_ "github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/experiment_client"
	_ "github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/healthz_client"
	_ "github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/pipeline_client"
	_ "github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/pipeline_upload_client"
	_ "github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/run_client"
)
