"""dataset → processed-data → mlflow → model-promotion → predictions, as a pipeline:

    python flts_pipeline.py pipeline.yaml

Each task reads the ConfigMap flts-config and the Secret flts-secrets, as volumes:
flts-run says of every value in which of them it was. They need KFP 2.1 or later.
"""

import pathlib
import sys

from kfp import compiler, components, dsl, kubernetes

HERE = pathlib.Path(__file__).parent


def load(name: str):
    return components.load_component_from_file(str(HERE / f"{name}.yaml"))


preprocess, train, evaluate, predict = map(load, ("preprocess", "train", "evaluate", "predict"))


@dsl.pipeline(name="flts-components", description="Forecasts the traffic of a cell: preprocess, train, evaluate, predict.")
def pipeline(
    dataset: str,
    identifier: str,
    model: str = "flts-traffic",
    alpha: float = 1.0,
    minio_endpoint: str = "",
    mlflow_uri: str = "",
):
    """Trains, promotes and predicts.

    Args:
        dataset: The name of the dataset, as elborn.
        identifier: What this run is called in MLflow and in the buckets.
        model: The registered model in MLflow.
        alpha: How strongly large weights are held down.
        minio_endpoint: The object store, when it is not that of the ConfigMap.
        mlflow_uri: The tracking server, when it is not that of the ConfigMap.
    """
    given = {"dataset": dataset, "identifier": identifier, "minio_endpoint": minio_endpoint}
    given_model = given | {"model": model, "mlflow_uri": mlflow_uri}
    tasks = [preprocess(**given), train(alpha=alpha, **given_model), evaluate(**given_model), predict(**given_model)]
    for before, task in zip(tasks, tasks[1:]):
        task.after(before)
    for task in tasks:
        # The configuration is no part of KFP's cache key: a cached result may be one of
        # other servers.
        task.set_caching_options(False)
        kubernetes.use_config_map_as_volume(task, "flts-config", mount_path="/etc/flts/config")
        kubernetes.use_secret_as_volume(task, "flts-secrets", mount_path="/etc/flts/secrets")


if __name__ == "__main__":
    compiler.Compiler().compile(pipeline, sys.argv[1])
