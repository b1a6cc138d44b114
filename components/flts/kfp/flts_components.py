"""The four components, for Kubeflow Pipelines:

    python flts_components.py DIRECTORY

writes preprocess.yaml, train.yaml, evaluate.yaml and predict.yaml, which
kfp.components.load_component_from_file reads. Change the image here.

minio_endpoint and mlflow_uri are no arguments of the programs. flts-run finds them
among the parameters of the task, where they go before the ConfigMap; empty is
"not given".
"""

import pathlib
import sys

from kfp import compiler, dsl

IMAGE = "flts-components:1.0"


def behind(*flags: str) -> list[str]:
    """What comes before a program. KFP does not start the entrypoint of an image."""
    return ["flts-run", "exec", "--executor-input", dsl.PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER, *flags, "--", "python3", "-m"]


@dsl.container_component
def preprocess(dataset: str, identifier: str, result: dsl.OutputPath(dict), minio_endpoint: str = ""):
    """Cleans a dataset."""
    return dsl.ContainerSpec(
        image=IMAGE,
        command=[*behind("--disable", "mlflow,gateway", "--needs", "s3:BUCKET_DATASET=r,BUCKET_PROCESSED=w"), "flts.preprocess"],
        args=["--dataset", dataset, "--identifier", identifier, "--result", result],
    )


@dsl.container_component
def train(dataset: str, identifier: str, model: str, alpha: float, result: dsl.OutputPath(dict), minio_endpoint: str = "", mlflow_uri: str = ""):
    """Trains a forecast of the downlink, and registers it in MLflow."""
    return dsl.ContainerSpec(
        image=IMAGE,
        command=[*behind("--disable", "gateway", "--needs", "s3:BUCKET_PROCESSED=r,BUCKET_MLFLOW=w"), "flts.train"],
        args=["--dataset", dataset, "--identifier", identifier, "--model", model, "--alpha", alpha, "--result", result],
    )


@dsl.container_component
def evaluate(dataset: str, identifier: str, model: str, result: dsl.OutputPath(dict), minio_endpoint: str = "", mlflow_uri: str = ""):
    """Tests the trained model, and promotes it when it is the best."""
    return dsl.ContainerSpec(
        image=IMAGE,
        command=[*behind("--disable", "gateway", "--needs", "s3:BUCKET_PROCESSED=r,BUCKET_MLFLOW=r,BUCKET_PROMOTION=w"), "flts.evaluate"],
        args=["--dataset", dataset, "--identifier", identifier, "--model", model, "--result", result],
    )


@dsl.container_component
def predict(dataset: str, identifier: str, model: str, result: dsl.OutputPath(dict), minio_endpoint: str = "", mlflow_uri: str = ""):
    """Foretells the day after the dataset, with the promoted model."""
    return dsl.ContainerSpec(
        image=IMAGE,
        command=[*behind("--disable", "gateway", "--needs", "s3:BUCKET_PROCESSED=r,BUCKET_MLFLOW=r,BUCKET_PREDICTIONS=w"), "flts.predict"],
        args=["--dataset", dataset, "--identifier", identifier, "--model", model, "--result", result],
    )


if __name__ == "__main__":
    for component in (preprocess, train, evaluate, predict):
        compiler.Compiler().compile(component, str(pathlib.Path(sys.argv[1]) / f"{component.name}.yaml"))
