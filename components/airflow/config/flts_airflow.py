"""What a DAG needs so that its containers start under flts-run.

    from flts_airflow import RUN, ExitStatus, env_vars, mounted

    KubernetesPodOperator(cmds=[*RUN, "python3", "train.py"], env_vars=env_vars(), **mounted(), ...)
    DockerOperator(command=[*RUN, "python3", "train.py"], environment=env_vars(), ...)
"""

from __future__ import annotations

from enum import IntEnum

# The first words of a container's command, where the image has flts-run.
RUN = ["flts-run", "exec", "--"]

# What the platform team deploys (`fltsctl manifests`).
CONFIGMAP, SECRET = "flts-config", "flts-secrets"


class ExitStatus(IntEnum):
    """Why flts-run did not start the task, as the exit status of its container.

    A task may use the same numbers for itself. The termination message, which
    Airflow puts into the log, begins with "flts-run:" when it was not the task.
    """

    USAGE = 64  # a flag or a parameter is wrong
    UNAVAILABLE = 69  # a required service cannot be used
    CHANGED = 75  # the configuration changed, and FLTS_ON_CHANGE=fail stopped the task
    REFUSED = 77  # a required service refused the credentials
    INVALID = 78  # the configuration is invalid or incomplete


def env_vars(**more: str) -> dict[str, str]:
    """Tells a container which task it is, and the parameters of its run.

    Airflow sets AIRFLOW_CTX_... on its workers alone. It is for fields that are
    templates: KubernetesPodOperator(env_vars=), DockerOperator(environment=). What
    is passed here is seen in the UI, and so is no place for a secret.
    """
    return {
        "AIRFLOW_CTX_DAG_ID": "{{ dag.dag_id }}",
        "AIRFLOW_CTX_TASK_ID": "{{ task.task_id }}",
        "AIRFLOW_CTX_DAG_RUN_ID": "{{ run_id }}",
        "AIRFLOW_CTX_TRY_NUMBER": "{{ ti.try_number }}",
        # A run that was triggered by hand may have no logical date, and no ds either.
        "AIRFLOW_CTX_LOGICAL_DATE": "{{ dag_run.logical_date or '' }}",
        "FLTS_PARAMS_JSON": "{{ params | tojson }}",
        **more,
    }


def mounted(configmap: str = CONFIGMAP, secret: str = SECRET, group: int | None = None) -> dict:
    """Mounts both objects where flts-run looks: arguments of a KubernetesPodOperator.

    They are optional, because a pod whose ConfigMap is missing waits until the
    operator's patience ends, and flts-run says at once what is missing.

    :param group: the only users that may read the Secret are root and those of this
        group, in which the pod's processes are then (its fsGroup). Without it every
        user of the container may: FLTS-S12.
    """
    from kubernetes.client import models as k8s  # a DAG for Docker alone has none

    mode = 0o644 if group is None else 0o440
    fields = {} if group is None else {"security_context": k8s.V1PodSecurityContext(fs_group=group)}
    return {
        **fields,
        "volumes": [
            k8s.V1Volume(name="flts-config", config_map=k8s.V1ConfigMapVolumeSource(name=configmap, optional=True)),
            k8s.V1Volume(
                name="flts-secrets",
                secret=k8s.V1SecretVolumeSource(secret_name=secret, default_mode=mode, optional=True),
            ),
        ],
        "volume_mounts": [
            k8s.V1VolumeMount(name="flts-config", mount_path="/etc/flts/config", read_only=True),
            k8s.V1VolumeMount(name="flts-secrets", mount_path="/etc/flts/secrets", read_only=True),
        ],
    }


def env_from(configmap: str = CONFIGMAP, secret: str = SECRET) -> list:
    """Both objects as variables, for a pod that cannot have volumes.

    The prefixes keep a name of the one apart from the same name of the other:
    Kubernetes would let the later win without a word. flts-run takes them off.
    """
    from kubernetes.client import models as k8s

    return [
        k8s.V1EnvFromSource(
            prefix="FLTS_FROM_CONFIGMAP_", config_map_ref=k8s.V1ConfigMapEnvSource(name=configmap, optional=True)
        ),
        k8s.V1EnvFromSource(prefix="FLTS_FROM_SECRET_", secret_ref=k8s.V1SecretEnvSource(name=secret, optional=True)),
    ]
