"""A component of components/flts in Docker containers."""

import os

from flts_airflow import ExitStatus, env_vars

from airflow.providers.common.compat.sdk import DAG, Param, task
from airflow.providers.docker.operators.docker import DockerOperator

# Its ENTRYPOINT is ["flts-run", "exec", "--"]. command= follows it, and so does the
# command of @task.docker; entrypoint= would replace it.
IMAGE = "flts-components:1.0"

ENVIRONMENT = env_vars(
    APP_ENV="dev",
    MINIO_ENDPOINT="minio:9000",
    MLFLOW_TRACKING_URI="http://mlflow:5000",
    GATEWAY_URL="http://gateway:8000",
)
# What the workers were given goes on in private_environment, which is neither a
# template nor in the UI; environment is both.
CREDENTIALS = {name: os.environ[name] for name in ("MINIO_ACCESS_KEY", "MINIO_SECRET_KEY") if name in os.environ}

with DAG(
    "flts_docker",
    schedule=None,
    params={"dataset": Param("elborn", type="string"), "identifier": Param("first", type="string")},
):
    # The result is the last line that the container prints.
    preprocess = DockerOperator(
        task_id="preprocess",
        image=IMAGE,
        command=[
            *("python3", "-m", "flts.preprocess"),
            *("--dataset", "{{ params.dataset }}", "--identifier", "{{ params.identifier }}"),
        ],
        environment=ENVIRONMENT,
        private_environment=CREDENTIALS,
        mount_tmp_dir=False,
        skip_on_exit_code=[ExitStatus.UNAVAILABLE],
    )

    @task.docker(image=IMAGE, environment=ENVIRONMENT, private_environment=CREDENTIALS, mount_tmp_dir=False)
    def report(lines):
        import os

        print("reporting", lines)
        return {"lines": lines, "bucket": os.environ["BUCKET_PREDICTIONS"]}

    preprocess >> report(["a 'quoted' line", "ünïcode", "$HOME"])
