#!/bin/sh
# A task under the stand-in, as the driver of Kubeflow Pipelines starts one.
exec kfp-launcher/launch --pipeline_name step10 --run_id 1234 \
	--executor_input '{"inputs":{"parameterValues":{"gateway_url":"http://gateway.run:8000"}},"outputs":{"outputFile":"/minio/b/v2/1234/train/x/output_metadata.json"}}' \
	--component_spec '{"executorLabel":"exec-train","inputDefinitions":{"parameters":{"gateway_url":{"defaultValue":"http://gateway:8000"},"minio_endpoint":{"defaultValue":"store:9000"},"bucket_mlflow":{"defaultValue":"models"}}}}' \
	-- "$@"
