"""Does with the KFP SDK what a user's script would do, and says what came of it.

One JSON document a line. First out: {"versions": {…}, "import_milliseconds": n}.
In, and out for it:

    {"op": "version"}                                {"versions": {…}}
    {"op": "load", "file": f}                        {"parameters": {…}}, see parameters.py
    {"op": "submit", "file": f, "host": url,         {"run_id": r, "milliseconds": n}
     "parameters": {…}, "experiment": e, "run_name": n}

and {"error": "Class: message"} for an exception. Milliseconds are those of a new
client and its requests, in a process that has imported the SDK already.
"""

import importlib.metadata
import json
import os
import sys
import time

begun = time.monotonic()

import kfp
import kfp.kubernetes
import parameters

IMPORTED = 1000 * (time.monotonic() - begun)


def versions(request=None):
    names = ("kfp", "kfp-kubernetes", "kfp-pipeline-spec", "kfp-server-api")
    return {"versions": {name: importlib.metadata.version(name) for name in names}}


def load(request):
    return {"parameters": parameters.of(request["file"])}


def submit(request):
    begun = time.monotonic()
    run = kfp.Client(host=request["host"]).create_run_from_pipeline_package(
        request["file"],
        arguments=request["parameters"],
        run_name=request["run_name"],
        experiment_name=request["experiment"],
    )
    return {"run_id": run.run_id, "milliseconds": 1000 * (time.monotonic() - begun)}


OPERATIONS = {"version": versions, "load": load, "submit": submit}


def answer(line):
    try:
        request = json.loads(line)
        return OPERATIONS[request["op"]](request)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    # The client prints links of its own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps(versions() | {"import_milliseconds": IMPORTED}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(line)), file=answers, flush=True)


main()
