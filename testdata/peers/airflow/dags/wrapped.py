"""A component that starts behind flts-run, as a KubernetesPodOperator would start it.

A BashOperator is what a machine without Docker can run. It sets AIRFLOW_CTX_…
itself; the lines are here because a pod has only these, see docs/platforms.md.
"""

from pathlib import Path

from airflow.providers.common.compat.sdk import DAG, Param
from airflow.providers.standard.operators.bash import BashOperator

CONTEXT = {
    "AIRFLOW_CTX_DAG_ID": "{{ dag.dag_id }}",
    "AIRFLOW_CTX_TASK_ID": "{{ task.task_id }}",
    "AIRFLOW_CTX_DAG_RUN_ID": "{{ run_id }}",
    "AIRFLOW_CTX_TRY_NUMBER": "{{ ti.try_number }}",
    "AIRFLOW_CTX_LOGICAL_DATE": "{{ dag_run.logical_date or '' }}",
    "FLTS_PARAMS_JSON": "{{ params | tojson }}",
}

with DAG(
    "wrapped",
    schedule=None,
    description="Runs component.py under flts-run.",
    params={
        "gateway_url": Param("", type="string", description="Where the gateway is; empty leaves it to the contract."),
        "exit_status": Param(0, type="integer", minimum=0, maximum=255),
    },
):
    BashOperator(
        task_id="component",
        bash_command="flts-run exec --check=off -- python "
        + str(Path(__file__).parent / "component.py")
        + " {{ params.exit_status }}",
        env={"APP_ENV": "dev", **CONTEXT},
        append_env=True,
    )
