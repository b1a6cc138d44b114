"""Tests the trained model, and promotes it when it is the best.

    python -m flts.evaluate --dataset elborn --identifier first

The model of this identifier must foretell the held-out hours better than
"as yesterday", and better than the champion if there is one. Then it gets the alias
"champion" in MLflow, and DATASET/champion.json in BUCKET_PROMOTION says so.
"""

import os

import mlflow
from mlflow.entities.model_registry import ModelVersion

from flts import buckets, registry, task, traffic


def main() -> None:
    given = registry.flags(__doc__).parse_args()
    table = buckets.read_table(os.environ["BUCKET_PROCESSED"], f"{given.identifier}/{given.dataset}.csv")
    _, unseen = traffic.learned_and_held_out(table)

    def error(version: ModelVersion) -> float:
        return traffic.mean_error(unseen["down"], registry.load(version).predict(traffic.features(unseen["yesterday"])))

    candidate, champion = registry.trained(given.model, given.identifier), registry.champion(given.model)
    own, naive = error(candidate), traffic.mean_error(unseen["down"], unseen["yesterday"].to_numpy())
    again = champion is not None and champion.version == candidate.version
    promoted = again or own < (naive if champion is None else min(naive, error(champion)))

    client = mlflow.MlflowClient()
    client.log_metric(candidate.run_id, "test_error", own)
    client.log_metric(candidate.run_id, "naive_error", naive)
    if promoted:
        client.set_registered_model_alias(given.model, registry.CHAMPION, candidate.version)
        record = {"identifier": given.identifier, "version": int(candidate.version), "error": own, "naive_error": naive}
        buckets.write_record(os.environ["BUCKET_PROMOTION"], f"{given.dataset}/champion.json", record)
    task.finish(given.result, task="evaluate", error=own, naive_error=naive, promoted=promoted)


if __name__ == "__main__":
    main()
