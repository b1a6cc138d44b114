"""Writes what the operators of @task.docker and @task.kubernetes would start, as JSON.

The operators are those of the providers; only the engine and the cluster are not asked.
"""

import json
import sys
from unittest import mock

import docker.utils

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, task
from airflow.providers.docker.operators.docker import DockerOperator

seen = {}


def docker_start(self, context):
    argv = docker.utils.split_command(self.command)
    env = {k: v.decode() if isinstance(v, bytes) else v for k, v in self.environment.items()}
    seen[self.task_id] = {"argv": argv, "env": env, "result": "tmp/script.out"}


def kubernetes_start(self, context):
    env = {e.name: e.value for e in self.env_vars}
    seen[self.task_id] = {"argv": self.cmds, "env": env, "result": "airflow/xcom/return.json"}


def says(names, number):
    import os
    import sys

    print("between two lines of stderr", flush=True)
    sys.stderr.write("on stderr\n")  # at once: print writes the end of the line by itself
    print(*names, os.environ["BUCKET_DATASET"], sep="|")
    return {"names": names, "number": number, "script": "x" * 70000}


def leaves(names, number):
    import os
    import sys

    print("leaves", len(os.environ["BUCKET_DATASET"]), flush=True)
    sys.exit(number)


with (
    DAG("scripts", schedule=None),
    mock.patch.object(DockerOperator, "execute", docker_start),
    mock.patch.object(KubernetesPodOperator, "execute", kubernetes_start),
):
    for function in (says, leaves):
        arguments = (["a 'quoted' one", 'and "this"', "ünï\ncode", "$HOME `id`"], 41)
        for kind, decorate in (
            ("docker", task.docker(task_id=f"docker_{function.__name__}", image="i")),
            ("kubernetes", task.kubernetes(task_id=f"kubernetes_{function.__name__}", image="i", do_xcom_push=True)),
        ):
            decorate(function)(*arguments).operator.execute({})

with open(sys.argv[1], "w") as out:  # the standard output is Airflow's log
    json.dump(seen, out)
