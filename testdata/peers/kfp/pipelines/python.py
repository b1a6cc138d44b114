"""Components made from Python functions."""

from typing import Dict, List, NamedTuple

from parts import IMAGE, double, read, total, write
from kfp import dsl


@dsl.component
def bare(text: str) -> str:
    """With every default of the SDK."""
    return text.upper()


@dsl.pipeline(name="python-bare")
def defaults(text: str):
    bare(text=text)


@dsl.component(base_image=IMAGE, packages_to_install=["boto3==1.34.0", "pandas>=2"], pip_trusted_hosts=[])
def count(bucket: str) -> int:
    import boto3

    return len(boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", []))


@dsl.component(base_image=IMAGE, packages_to_install=["requests"], use_venv=True)
def ask(url: str) -> int:
    import requests

    return requests.get(url, timeout=10).status_code


@dsl.pipeline(name="python-packages")
def packages(bucket: str = "dataset", gateway_url: str = "http://fastapi-app:8000"):
    count(bucket=bucket)
    ask(url=gateway_url)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def split(rows: List[float], weights: Dict[str, float]) -> NamedTuple(
    "Split", [("mean", float), ("names", list), ("largest", dict), ("empty", bool)]
):
    from collections import namedtuple

    names = sorted(weights)
    mean = sum(rows) / len(rows) if rows else 0.0
    return namedtuple("Split", "mean names largest empty")(mean, names, {"name": names[-1:]}, not rows)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def report(mean: float, names: list, largest: dict, empty: bool):
    print(mean, names, largest, empty)


@dsl.pipeline(name="python-outputs")
def outputs(rows: List[float] = [1.0, 2.5], weights: Dict[str, float] = {"a": 0.25}):
    parts = split(rows=rows, weights=weights)
    report(
        mean=parts.outputs["mean"],
        names=parts.outputs["names"],
        largest=parts.outputs["largest"],
        empty=parts.outputs["empty"],
    )


@dsl.component(base_image=IMAGE, target_image="registry.example/flts/score:1.0")
def score(threshold: float) -> bool:
    """Containerized: the source is in the image."""
    return threshold > 0.5


@dsl.pipeline(name="python-containerized")
def containerized(threshold: float = 0.75):
    score(threshold=threshold)


@dsl.pipeline(name="python-chain")
def chain(number: int = 1) -> int:
    first = double(number=number)
    second = double(number=first.output)
    third = double(number=second.output).after(first)
    return total(numbers=[first.output, second.output, third.output, 7]).output


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def metrics(scores: dsl.Output[dsl.Metrics], classes: dsl.Output[dsl.ClassificationMetrics], page: dsl.Output[dsl.HTML], note: dsl.Output[dsl.Markdown]):
    scores.log_metric("loss", 0.5)
    classes.log_confusion_matrix(["a", "b"], [[1, 0], [0, 1]])
    for artifact, text in ((page, "<p>done</p>"), (note, "*done*")):
        with open(artifact.path, "w") as out:
            out.write(text)


@dsl.pipeline(name="python-metrics")
def visible():
    metrics()


@dsl.pipeline(name="python-artifacts")
def artifacts(text: str) -> dsl.Dataset:
    written = write(text=text)
    read(data=written.output)
    return written.output


ALL = [defaults, packages, outputs, containerized, chain, visible, artifacts]
