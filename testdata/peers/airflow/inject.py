"""Writes what airflow_local_settings.py makes of pods that the provider builds, as JSON.

Of each pod: what was changed, and "the same twice" when doing it again changed nothing.
"""

import copy
import json
import os
import sys

import airflow_local_settings
from flts_injection import Injection
from kubernetes.client import ApiClient
from kubernetes.client import models as k8s

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator

os.environ.update({"AIRFLOW_CTX_DAG_ID": "a dag", "AIRFLOW_CTX_DAG_OWNER": "ann"})


def operator(**fields):
    task = KubernetesPodOperator(task_id="x", image="trainer:1", name="x", random_name_suffix=False, **fields)
    # dry_run applies the hook too, so that what it does is asked for with it left out.
    task.annotations = {**(task.annotations or {}), "flts.io/inject": "false"}
    pod = task.build_pod_request_obj(dry_run=True)
    if (fields.get("annotations") or {}).get("flts.io/inject") is None:
        del pod.metadata.annotations["flts.io/inject"]
    return pod


def worker():
    base = k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base", image="airflow:3")]))
    return PodGenerator.construct_pod(
        dag_id="d", task_id="t", pod_id="p", try_number=1, kube_image="airflow:3", date=None, args=["airflow", "x"],
        pod_override_object=None, base_worker_pod=base, namespace="ns", scheduler_job_id="7", run_id="r",
    )  # fmt: skip


CONFIG = k8s.V1Volume(name="mine", empty_dir=k8s.V1EmptyDirVolumeSource())
hook = airflow_local_settings.pod_mutation_hook
cases = {
    "a command, XCom": (operator(cmds=["python3", "train.py"], arguments=["--fast"], do_xcom_push=True), hook),
    "starts with flts-run": (operator(cmds=["/usr/local/bin/flts-run", "exec", "--", "x"]), hook),
    "ENTRYPOINT": (operator(arguments=["train.py"]), hook),
    "ENTRYPOINT, PATH in an annotation": (
        operator(arguments=["train.py"], annotations={"flts.io/path": "/opt/conda/bin:/bin"}),
        hook,
    ),
    "ENTRYPOINT, PATH of its own": (operator(arguments=["train.py"], env_vars={"PATH": "/a:/b"}), hook),
    "its own mount and variable": (
        operator(
            cmds=["x"],
            env_vars={"AIRFLOW_CTX_DAG_ID": "mine"},
            volumes=[CONFIG],
            volume_mounts=[k8s.V1VolumeMount(name="mine", mount_path="/etc/flts/config")],
        ),
        hook,
    ),
    "its own group": (
        operator(cmds=["x"], security_context={"runAsUser": 5, "fsGroup": 9}),
        Injection(image="i", group=7).apply,
    ),
    "left out by an annotation": (operator(cmds=["x"], annotations={"flts.io/inject": "false"}), hook),
    "left out by a label": (operator(cmds=["x"], labels={"flts.io/inject": "false"}), hook),
    "worker": (worker(), hook),
    "worker, meant": (worker(), Injection(image="flts-run:1.0", workers=True, path="/usr/local/bin:/bin").apply),
    "settings": (
        operator(cmds=["x"]),
        Injection(
            image="i", configmap="c", secret="s", group=7, env={"APP_ENV": "prod"}, shims=("sh",), program="/f"
        ).apply,
    ),
}


def spec(pod):
    return ApiClient().sanitize_for_serialization(pod)["spec"]


def changed(before, after):
    """What is in after and was not in before; of lists of named things, by name."""
    if isinstance(after, list) and after and all(isinstance(e, dict) and "name" in e for e in after):
        before, after = ({e["name"]: e for e in side or []} for side in (before, after))
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return after
    assert set(before) <= set(after), "something was taken away"
    return {name: changed(before.get(name), value) for name, value in after.items() if before.get(name) != value}


seen = {}
for name, (pod, apply) in cases.items():
    before = spec(pod)
    apply(pod)
    once = copy.deepcopy(spec(pod))
    apply(pod)
    seen[name] = {"changed": changed(before, once), "the same twice": spec(pod) == once}
with open(sys.argv[1], "w") as out:  # the standard output is Airflow's log
    json.dump(seen, out, indent=2)
    out.write("\n")
