"""DAGs with more than a line of tasks."""

from airflow.providers.common.compat.sdk import DAG, AirflowSkipException, Param, task

with DAG(
    "maps",
    schedule=None,
    tags=["shapes"],
    description="One task for each of three shards, and one for all.",
    params={"bad": Param(-1, type="integer", description="The shard that fails; -1 is none.")},
):

    @task
    def shard(number: int, bad: str):
        print("shard", number)
        if number == int(bad):
            raise RuntimeError(f"shard {number} is bad")
        return number * 10

    @task
    def collect(numbers):
        print("collected", sorted(numbers))
        return sum(numbers)

    collect(shard.partial(bad="{{ params.bad }}").expand(number=[0, 1, 2]))

with DAG("joins", schedule=None, tags=["shapes"], description="A diamond, one side of which is skipped."):

    @task
    def extract():
        print("extracted")

    @task
    def train():
        print("trained")

    @task
    def evaluate():
        raise AirflowSkipException("nothing to evaluate")

    @task(trigger_rule="none_failed")
    def report():
        print("reported")

    extract() >> [train(), evaluate()] >> report()
