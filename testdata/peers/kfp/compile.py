"""Compiles the pipelines of pipelines/*.py into a directory:

    python compile.py DIRECTORY

    NAME.yaml             one for each pipeline
    parameters.json       {pipeline: {parameter: …}}, see parameters.py
    unreadable/NAME.yaml  what the SDK compiles without a word and cannot read

What was there before and is compiled no more is removed.
"""

import importlib
import json
import os
import pathlib
import sys
import warnings

# Of protobuf's implementations the only one that keeps a map in order.
os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"

import parameters
import yaml
from kfp import compiler

SOURCES = pathlib.Path(__file__).parent / "pipelines"


def listed(modules, name):
    return [pipeline for module in modules for pipeline in getattr(module, name, [])]


def compiled(pipelines, directory):
    """Yields name and path of each."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.yaml"):
        old.unlink()
    for pipeline in pipelines:
        name = pipeline.pipeline_spec.pipeline_info.name
        path = directory / f"{name}.yaml"
        if path.exists():
            sys.exit(f"two pipelines are named {name}")
        compiler.Compiler().compile(pipeline, str(path))
        yield name, str(path)


def main(directory):
    sys.path.insert(0, str(SOURCES))
    modules = [importlib.import_module(source.stem) for source in sorted(SOURCES.glob("*.py"))]
    table = {name: parameters.of(path) for name, path in compiled(listed(modules, "ALL"), directory)}
    text = json.dumps(table, indent=2, sort_keys=True, ensure_ascii=False)
    (directory / "parameters.json").write_text(text + "\n", encoding="utf-8")
    for name, path in compiled(listed(modules, "UNREADABLE"), directory / "unreadable"):
        try:
            parameters.of(path)
        except yaml.YAMLError:
            continue
        sys.exit(f"the SDK reads {name} now: move it from UNREADABLE to ALL")


warnings.simplefilter("ignore")  # the SDK warns of its own old names
main(pathlib.Path(sys.argv[1]))
