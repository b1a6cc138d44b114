"""The four components as a DAG: the image of the KFP pipeline, in pods.

Copy it into the DAGs folder, and flts_airflow.py of components/airflow/config into
$AIRFLOW_HOME/config. The pods read the ConfigMap flts-config and the Secret flts-secrets
of their namespace; the parameters of a run go before both.
"""

from flts_airflow import env_vars, mounted
from kubernetes.client import models as k8s

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, Param

IMAGE = "flts-components:1.0"
USER = 65532  # of the image

GIVEN = ["--dataset", "{{ params.dataset }}", "--identifier", "{{ params.identifier or run_id }}"]
MODEL = ["--model", "{{ params.model }}"]

OBJECTS = mounted(group=USER)

# What a pod has: the program as it is for KFP, a read-only root and no more rights than
# it needs.
POD = {
    "image": IMAGE,
    "volumes": [*OBJECTS["volumes"], k8s.V1Volume(name="tmp", empty_dir=k8s.V1EmptyDirVolumeSource())],
    "volume_mounts": [*OBJECTS["volume_mounts"], k8s.V1VolumeMount(name="tmp", mount_path="/tmp")],
    "security_context": k8s.V1PodSecurityContext(run_as_non_root=True, run_as_user=USER, fs_group=USER),
    "container_security_context": k8s.V1SecurityContext(
        read_only_root_filesystem=True,
        allow_privilege_escalation=False,
        capabilities=k8s.V1Capabilities(drop=["ALL"]),
    ),
    "do_xcom_push": True,
}


def component(name: str, *flags: str, needs: str, disable: str = "gateway") -> KubernetesPodOperator:
    """One of the four. The entrypoint of the image is flts-run, and it is kept."""
    return KubernetesPodOperator(
        task_id=name,
        arguments=["python3", "-m", f"flts.{name}", *GIVEN, *flags, "--result", "/airflow/xcom/return.json"],
        env_vars=env_vars(FLTS_NEEDS=needs, FLTS_DISABLE=disable),
        **POD,
    )


with DAG(
    "flts_components",
    schedule=None,
    params={
        "dataset": Param("elborn", type="string"),
        "identifier": Param("", type="string", description="empty is the id of the run"),
        "model": Param("flts-traffic", type="string"),
        "minio_endpoint": Param("", type="string", description="empty leaves it to the ConfigMap"),
        "mlflow_uri": Param("", type="string", description="empty leaves it to the ConfigMap"),
    },
):
    preprocess = component("preprocess", needs="s3:BUCKET_DATASET=r,BUCKET_PROCESSED=w", disable="mlflow,gateway")
    train = component("train", *MODEL, needs="s3:BUCKET_PROCESSED=r,BUCKET_MLFLOW=w")
    evaluate = component("evaluate", *MODEL, needs="s3:BUCKET_PROCESSED=r,BUCKET_MLFLOW=r,BUCKET_PROMOTION=w")
    predict = component("predict", *MODEL, needs="s3:BUCKET_PROCESSED=r,BUCKET_MLFLOW=r,BUCKET_PREDICTIONS=w")
    preprocess >> train >> evaluate >> predict
