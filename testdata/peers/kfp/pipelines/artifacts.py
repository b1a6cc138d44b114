"""Artifacts that come from outside: importers, and inputs of the pipeline."""

from typing import List

from parts import IMAGE, read
from kfp import dsl


@dsl.pipeline(name="importer-constant")
def constant():
    data = dsl.importer(artifact_uri="s3://dataset/ElBorn.csv", artifact_class=dsl.Dataset, reimport=False, metadata={"city": "Barcelona", "rows": 5000})
    read(data=data.output)


@dsl.pipeline(name="importer-parameter")
def by_parameter(uri: str, city: str = "Barcelona"):
    data = dsl.importer(artifact_uri=uri, artifact_class=dsl.Dataset, reimport=True, metadata={"city": city})
    read(data=data.output)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def compare(left: dsl.Input[dsl.Model], right: dsl.Input[dsl.Model] = None) -> bool:
    return right is None or left.uri == right.uri


@dsl.pipeline(name="artifact-inputs")
def inputs(baseline: dsl.Input[dsl.Model], candidate: dsl.Input[dsl.Model] = None, strict: bool = False):
    compare(left=baseline, right=candidate)
    compare(left=baseline)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def merge(parts: dsl.Input[List[dsl.Dataset]]) -> int:
    return len(parts)


@dsl.pipeline(name="artifact-list-input")
def listed(parts: dsl.Input[List[dsl.Dataset]]):
    merge(parts=parts)


ALL = [constant, by_parameter, inputs, listed]
