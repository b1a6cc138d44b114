"""Trains a forecast of the downlink, and registers it in MLflow.

    python -m flts.train --dataset elborn --identifier first

Reads IDENTIFIER/DATASET.csv in BUCKET_PROCESSED. The model is version N of the
registered model --model, and its tag "identifier" says which run it is of.
"""

import os

import mlflow
import sklearn
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from flts import buckets, registry, task, traffic


def main() -> None:
    flags = registry.flags(__doc__)
    flags.add_argument("--alpha", type=float, default=1.0, help="how strongly large weights are held down (%(default)s)")
    given = flags.parse_args()

    table = buckets.read_table(os.environ["BUCKET_PROCESSED"], f"{given.identifier}/{given.dataset}.csv")
    known, _ = traffic.learned_and_held_out(table)
    model = make_pipeline(StandardScaler(), Ridge(alpha=given.alpha))
    model.fit(traffic.features(known["yesterday"]), known["down"])
    error = traffic.mean_error(known["down"], model.predict(traffic.features(known["yesterday"])))

    with mlflow.start_run(run_name=given.identifier):
        mlflow.log_params({"dataset": given.dataset, "alpha": given.alpha})
        mlflow.log_metrics({"train_rows": len(known), "train_error": error})
        logged = mlflow.sklearn.log_model(
            model,
            name="model",
            registered_model_name=given.model,
            pip_requirements=[f"scikit-learn=={sklearn.__version__}"],  # or MLflow looks for them, for seconds
        )
    version = logged.registered_model_version
    mlflow.MlflowClient().set_model_version_tag(given.model, version, "identifier", given.identifier)
    task.finish(given.result, task="train", version=int(version), rows=len(known), error=error)


if __name__ == "__main__":
    main()
