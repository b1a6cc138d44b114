"""Foretells the day after the dataset, with the promoted model.

    python -m flts.predict --dataset elborn --identifier first

Reads IDENTIFIER/DATASET.csv in BUCKET_PROCESSED and writes IDENTIFIER/DATASET.csv in
BUCKET_PREDICTIONS: the downlink of the next 24 hours in MB.
"""

import os

import pandas as pd

from flts import buckets, registry, task, traffic


def main() -> None:
    given = registry.flags(__doc__).parse_args()
    champion = registry.champion(given.model)
    if champion is None:
        raise SystemExit(f"{given.model} in MLflow has no {registry.CHAMPION}: no model was promoted")
    table = buckets.read_table(os.environ["BUCKET_PROCESSED"], f"{given.identifier}/{given.dataset}.csv")

    yesterday = table["down"].tail(traffic.DAY)
    yesterday.index += pd.Timedelta(days=1)
    foretold = pd.DataFrame({"down": registry.load(champion).predict(traffic.features(yesterday))}, index=yesterday.index)
    buckets.write_table(os.environ["BUCKET_PREDICTIONS"], f"{given.identifier}/{given.dataset}.csv", foretold)
    task.finish(given.result, task="predict", rows=len(foretold), peak=round(float(foretold["down"].max()), 3))


if __name__ == "__main__":
    main()
