"""The models in MLflow's registry."""

import argparse

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from flts import task

CHAMPION = "champion"  # the alias of the version that forecasts are made with


def flags(about: str | None) -> argparse.ArgumentParser:
    """The flags of a task that works with a model."""
    parser = task.flags(about)
    parser.add_argument("--model", type=task.name, default="flts-traffic", help="registered model in MLflow (%(default)s)")
    return parser


def trained(model: str, identifier: str) -> ModelVersion:
    """The version of this run of the pipeline; the last one, when it was trained again."""
    found = mlflow.MlflowClient().search_model_versions(f"name = '{model}' and tags.identifier = '{identifier}'")
    if not found:
        raise SystemExit(f"{model} in MLflow has no version of {identifier}: it was not trained")
    return max(found, key=lambda version: int(version.version))


def champion(model: str) -> ModelVersion | None:
    """The promoted version, if there is one."""
    try:
        return mlflow.MlflowClient().get_model_version_by_alias(model, CHAMPION)
    except MlflowException as e:
        # MLflow says INVALID_PARAMETER_VALUE of an alias that nobody set.
        if e.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def load(version: ModelVersion):
    """The model itself, as scikit-learn has it."""
    return mlflow.sklearn.load_model(f"models:/{version.name}/{version.version}")
