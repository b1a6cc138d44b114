"""The components of components/flts in pods, in each way in which a pod gets flts-run.

dataset → processed-data → mlflow → model-promotion → predictions
"""

from flts_airflow import RUN, ExitStatus, env_from, env_vars, mounted
from flts_operator import FltsPodOperator

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, Param, task

IMAGE = "flts-components:1.0"


def component(name: str, *more: str) -> list[str]:
    """The command of a component, whose result Airflow finds where it looks for XCom."""
    given = ["--dataset", "{{ params.dataset }}", "--identifier", "{{ params.identifier }}"]
    return ["python3", "-m", f"flts.{name}", *given, *more, "--result", "/airflow/xcom/return.json"]


with DAG(
    "flts_kubernetes",
    schedule=None,
    params={
        "dataset": Param("elborn", type="string"),
        "identifier": Param("first", type="string"),
        # Names of the contract, which go before the ConfigMap. Empty is not given.
        "gateway_url": Param("", type="string"),
    },
    default_args={
        "image": IMAGE,
        "do_xcom_push": True,
        # Airflow would log the whole pod, with each of env_vars in clear.
        "log_pod_spec_on_failure": False,
    },
):
    preprocess = KubernetesPodOperator(
        task_id="preprocess",
        cmds=[*RUN, *component("preprocess")],
        env_vars=env_vars(FLTS_NEEDS="s3:dataset=r"),
        **mounted(group=65532),
    )
    # Not tried again when the configuration is wrong.
    train = FltsPodOperator(
        task_id="train",
        cmds=[*RUN, *component("train", "--alpha", "1.0")],
        env_vars=env_vars(),
        env_from=env_from(),
        retries=2,
    )
    # Without cmds= the ENTRYPOINT of the image is kept: ["flts-run", "exec", "--"].
    evaluate = KubernetesPodOperator(
        task_id="evaluate",
        arguments=component("evaluate"),
        env_vars=env_vars(),
        # Nothing is evaluated while the services are away; that is no failure here.
        skip_on_exit_code=[ExitStatus.UNAVAILABLE],
        **mounted(group=65532),
    )
    predict = KubernetesPodOperator(
        task_id="predict",
        cmds=[*RUN, *component("predict")],
        env_vars=env_vars(),
        **mounted(group=65532),
    )

    # Its command is Airflow's own: airflow_local_settings.py puts flts-run before it.
    @task.kubernetes(env_vars=env_vars())
    def report(peak):
        import os

        print("reporting to", os.environ["MLFLOW_TRACKING_URI"])
        return {"peak": peak, "bucket": os.environ["BUCKET_PREDICTIONS"]}

    preprocess >> train >> evaluate >> predict >> report("{{ ti.xcom_pull('predict')['peak'] }}")
