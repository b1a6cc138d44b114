"""A pod for each way in which flts-run and the operator meet."""

from datetime import timedelta

from flts_airflow import RUN, ExitStatus, env_vars, mounted
from flts_operator import FltsPodOperator

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG

TRAIN = ["python3", "/app/train.py", "7"]
UNAVAILABLE = [*RUN[:-1], "--wait=0s", "--param=minio_endpoint=nobody:9000", "--", *TRAIN]
INVALID = [*RUN[:-1], "--param=gateway_url=gateway:8000", "--", *TRAIN]
PLAIN = {"flts.io/inject": "false"}

with DAG(
    "pods",
    schedule=None,
    default_args={
        "image": "example/task:1.0",
        "startup_check_interval_seconds": 1,
        "log_pod_spec_on_failure": False,
        "retry_delay": timedelta(0),
    },
):
    KubernetesPodOperator(
        task_id="unavailable", cmds=UNAVAILABLE, env_vars=env_vars(), annotations=PLAIN, **mounted()
    )
    KubernetesPodOperator(
        task_id="skipped",
        cmds=UNAVAILABLE,
        env_vars=env_vars(),
        annotations=PLAIN,
        skip_on_exit_code=[ExitStatus.UNAVAILABLE],
        **mounted(),
    )
    FltsPodOperator(
        task_id="invalid",
        cmds=INVALID,
        env_vars=env_vars(),
        annotations=PLAIN,
        retries=2,
        **mounted(),
    )
    # Of the rest, none says a word of flts-run.
    KubernetesPodOperator(task_id="injected", cmds=TRAIN)
    KubernetesPodOperator(
        task_id="entrypoint",
        arguments=["python3", "/app/evaluate.py"],
        annotations={"flts.io/path": "/usr/local/bin:/usr/bin:/bin"},
    )
    KubernetesPodOperator(task_id="unknown_path", arguments=["python3", "/app/evaluate.py"])
    KubernetesPodOperator(task_id="plain", cmds=["python3", "/app/evaluate.py"], annotations=PLAIN)
