"""Cleans a dataset, for the other tasks.

    python -m flts.preprocess --dataset elborn --identifier first

Reads DATASET.csv in BUCKET_DATASET: hourly traffic of a cell, with gaps. Writes
IDENTIFIER/DATASET.csv in BUCKET_PROCESSED: every hour once, short gaps filled, and
beside each hour what the same hour of the day before had.
"""

import os
import sys

import pandas as pd

from flts import buckets, task, traffic

FILLED = 3  # hours; a longer gap stays one


def clean(raw: pd.DataFrame) -> pd.DataFrame:
    hours = raw[~raw.index.duplicated()].sort_index().asfreq("h")
    hours = hours.interpolate(method="time", limit=FILLED, limit_area="inside")
    hours["yesterday"] = hours["down"].shift(traffic.DAY)
    return hours.dropna()


def main() -> None:
    given = task.flags(__doc__).parse_args()
    raw = buckets.read_table(os.environ["BUCKET_DATASET"], f"{given.dataset}.csv")
    table = clean(raw)
    if len(table) < 7 * traffic.DAY:
        sys.exit(f"{given.dataset} has {len(table)} usable hours, which is not a week")
    buckets.write_table(os.environ["BUCKET_PROCESSED"], f"{given.identifier}/{given.dataset}.csv", table)
    task.finish(given.result, task="preprocess", rows=len(table), gaps=int(raw.isna().any(axis=1).sum()))


if __name__ == "__main__":
    main()
