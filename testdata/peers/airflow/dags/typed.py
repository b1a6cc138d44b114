"""A DAG with a parameter of every type that Airflow's JSON Schema knows."""

from airflow.providers.common.compat.sdk import DAG, Param, get_current_context, task

with DAG(
    "typed",
    schedule=None,
    description="Says which parameters it was given.",
    params={
        "identifier": Param(type="string", minLength=1, description="Has no default, so it must be given."),
        "batch_size": Param(32, type="integer", minimum=1, maximum=4096, description="Rows in a batch."),
        "rate": Param(0.1, type="number", exclusiveMinimum=0),
        "optimizer": Param("adam", type="string", enum=["adam", "sgd"], title="Optimizer"),
        "augment": Param(False, type="boolean"),
        "layers": Param([64, 32], type="array", items={"type": "integer"}),
        "labels": Param({"team": "radio"}, type="object"),
        "seed": Param(None, type=["null", "integer"]),
        "until": Param("2026-01-02T03:04:05+00:00", type="string", format="date-time"),
        "dataset": "ElBorn",
    },
):

    @task
    def show():
        params = dict(get_current_context()["params"])
        print("params", params)
        return params

    show()
