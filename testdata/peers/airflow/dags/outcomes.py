"""DAGs that end in every way that a run can end."""

import time
from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, Param, get_current_context, task

with DAG("succeeds", schedule=None, tags=["outcomes"], description="Says hello."):

    @task
    def hello():
        conf = get_current_context()["dag_run"].conf
        print("hello", conf.get("name", "nobody"))
        return {"greeted": conf.get("name", "nobody")}

    hello()

with DAG("fails", schedule=None, tags=["outcomes"], description="The second of three tasks fails."):

    @task
    def prepare():
        print("prepared")

    @task
    def breaks():
        print("reading dataset/elborn.csv")
        raise RuntimeError("bucket dataset: access denied")

    @task
    def never():
        print("nobody reads this")

    prepare() >> breaks() >> never()

with DAG("retries", schedule=None, tags=["outcomes"], description="Fails once, and then succeeds."):

    @task(retries=1, retry_delay=timedelta(0))
    def flaky():
        attempt = get_current_context()["ti"].try_number
        print("attempt", attempt)
        if attempt == 1:
            raise RuntimeError("the first attempt always fails")

    flaky()

with DAG(
    "slow",
    schedule=None,
    tags=["outcomes"],
    description="Sleeps, so that there is time to stop it.",
    params={"seconds": Param(60, type="integer", minimum=0)},
):

    @task
    def sleeps():
        seconds = get_current_context()["params"]["seconds"]
        print("sleeping for", seconds, "seconds", flush=True)
        time.sleep(seconds)

    @task
    def wakes():
        print("awake")

    sleeps() >> wakes()

with DAG(
    "paused",
    schedule=None,
    tags=["outcomes"],
    description="Is paused when it first appears.",
    is_paused_upon_creation=True,
):

    @task
    def waits():
        print("no longer paused")

    waits()
