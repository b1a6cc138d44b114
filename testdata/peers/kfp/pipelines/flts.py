"""The pipeline that all of this is for: preprocess, train, evaluate."""

from parts import IMAGE
from kfp import dsl, kubernetes


@dsl.component(base_image=IMAGE, packages_to_install=["boto3", "pandas"])
def preprocess(dataset: str, identifier: str, gateway_url: str, bucket_dataset: str, bucket_processed: str, rows: dsl.Output[dsl.Dataset]):
    import os

    import boto3

    rows.uri = f"s3://{bucket_processed}/{identifier}/{dataset}.parquet"
    s3 = boto3.client("s3", endpoint_url=os.environ["AWS_S3_ENDPOINT_URL"])
    s3.download_file(bucket_dataset, f"{dataset}.csv", rows.path)


@dsl.component(base_image=IMAGE, packages_to_install=["mlflow"])
def train(rows: dsl.Input[dsl.Dataset], identifier: str, mlflow_uri: str, model: dsl.Output[dsl.Model], epochs: int = 10, learning_rate: float = 1e-3) -> str:
    import mlflow

    mlflow.set_tracking_uri(mlflow_uri)
    with mlflow.start_run(run_name=identifier) as run:
        mlflow.log_params({"epochs": epochs, "learning_rate": learning_rate})
        return run.info.run_id


@dsl.component(base_image=IMAGE, packages_to_install=["mlflow", "requests"])
def evaluate(run_id: str, model: dsl.Input[dsl.Model], mlflow_uri: str, gateway_url: str, bucket_predictions: str, scores: dsl.Output[dsl.Metrics]):
    import mlflow

    mlflow.set_tracking_uri(mlflow_uri)
    scores.log_metric("loss", mlflow.get_run(run_id).data.metrics.get("loss", 0.0))


def wired(dataset, identifier, gateway_url, mlflow_uri, bucket_dataset, bucket_processed, bucket_predictions):
    rows = preprocess(dataset=dataset, identifier=identifier, gateway_url=gateway_url, bucket_dataset=bucket_dataset, bucket_processed=bucket_processed)
    trained = train(rows=rows.outputs["rows"], identifier=identifier, mlflow_uri=mlflow_uri)
    evaluated = evaluate(
        run_id=trained.outputs["Output"],
        model=trained.outputs["model"],
        mlflow_uri=mlflow_uri,
        gateway_url=gateway_url,
        bucket_predictions=bucket_predictions,
    )
    return [rows, trained, evaluated]


@dsl.pipeline(name="flts-train", description="Trains a traffic forecast for one dataset and evaluates it.")
def plain(
    dataset: str,
    identifier: str,
    gateway_url: str = "http://fastapi-app.default.svc.cluster.local:8000",
    mlflow_uri: str = "http://mlflow.default.svc.cluster.local:5000",
    bucket_dataset: str = "dataset",
    bucket_processed: str = "processed-data",
    bucket_predictions: str = "predictions",
):
    """Trains and evaluates.

    Args:
        dataset: The name of the dataset, as ElBorn.
        identifier: What this training is called in MLflow and in the buckets.
        gateway_url: The HTTP gateway.
        mlflow_uri: The MLflow tracking server.
        bucket_dataset: Where raw data is.
        bucket_processed: Where preprocessed data goes.
        bucket_predictions: Where predictions go.
    """
    wired(dataset, identifier, gateway_url, mlflow_uri, bucket_dataset, bucket_processed, bucket_predictions)


ENDPOINTS = ["MINIO_ENDPOINT", "MLFLOW_TRACKING_URI", "GATEWAY_URL", "AWS_S3_ENDPOINT_URL", "MLFLOW_S3_ENDPOINT_URL"]
CREDENTIALS = ["MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]


@dsl.pipeline(name="flts-train-kubernetes", description="flts-train with its ConfigMap and its Secret.")
def kubernetes_too(
    dataset: str = "ElBorn",
    identifier: str = "",
    gateway_url: str = "",
    mlflow_uri: str = "",
    bucket_dataset: str = "dataset",
    bucket_processed: str = "processed-data",
    bucket_predictions: str = "predictions",
):
    for task in wired(dataset, identifier, gateway_url, mlflow_uri, bucket_dataset, bucket_processed, bucket_predictions):
        kubernetes.use_config_map_as_env(task, "flts-config", {name: name for name in ENDPOINTS})
        kubernetes.use_secret_as_env(task, "flts-secrets", {name: name for name in CREDENTIALS})
        kubernetes.use_field_path_as_env(task, "KFP_RUN_ID", "metadata.labels['pipeline/runid']")


ALL = [plain, kubernetes_too]
